// An automation that is about to be saved: are its event types, patterns, conditions, templates, actions and
// secrets such that it can work? The error names the field (`actions[1].payload.text`) and, in templates, the
// position.
#pragma once

#include "automations/ports.h"
#include "registry/facts.h"
#include "registry/state.h"

namespace herald::automations {

// `state`: now, to fill in the scope's ids and to see that secrets exist. Errors: invalid_value, not_found,
// too_many, missing_field.
//
// The scope's model must exist (`name_pattern` watches those to come); its registry is the default one when
// left out. Fields of another kind of action are refused rather than passed over.
Result<registry::AutomationDefinition> validate(registry::AutomationDefinition definition,
                                                const registry::Reader& state, const Sender& sender);

}  // namespace herald::automations
