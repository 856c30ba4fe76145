// One action of an automation that is about to be saved; part of validate().
#pragma once

#include <span>
#include <string>

#include "automations/ports.h"
#include "registry/facts.h"
#include "registry/state.h"

namespace herald::automations {

// `field`: where the action stands ("actions[1]"). `types`: numbers of the event types that set it off.
Result<void> validate_action(const registry::Action& action, const std::string& field,
                             std::span<const std::size_t> types, const registry::Reader& state,
                             const Sender& sender);

}  // namespace herald::automations
