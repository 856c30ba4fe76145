// The words in which people are told of an event when the automation brings none of its own: who did what to
// which model and version, why, and where to look.
#pragma once

#include <optional>
#include <string>

#include "automations/ports.h"
#include "registry/event.h"
#include "registry/state.h"

namespace herald::automations {

// `state`: the registry as of the event, for what the event itself does not say (metrics of a version). `actor_name`: what
// the directory calls who did it; absent: name_of(). Every event type has words; those of texts that can be erased do not
// hold the text.
Message message_for(const registry::Event& event, const registry::Reader& state,
                    const std::string& public_url,
                    const std::optional<std::string>& actor_name = std::nullopt);

// "anonymous", "automation 0190...", ...
std::string name_of(const registry::Actor& actor);

}  // namespace herald::automations
