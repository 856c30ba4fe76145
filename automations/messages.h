// The words in which people are told of an event when the automation brings none of its own: who did what to
// which model and version, why, and where to look.
#pragma once

#include <string>

#include "automations/ports.h"
#include "registry/event.h"
#include "registry/state.h"

namespace herald::automations {

// `state`: the registry as of the event, for what the event itself does not say (metrics of a version). Every
// event type has words; those of texts that can be erased do not hold the text.
Message message_for(const registry::Event& event, const registry::Reader& state,
                    const std::string& public_url);

// "anonymous", "automation 0190...", ...
std::string name_of(const registry::Actor& actor);

}  // namespace herald::automations
