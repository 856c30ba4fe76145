// What has a history, deleted or not: a version by its number, a model by its id where none has that name. For routes of a
// model: who asks sees the model, or all of its registry. Deleted models are shown to the latter alone.
#pragma once

#include "registry/commands/addresses.h"
#include "registry/state.h"

namespace herald::api {

// Errors: not_found, as where nothing deleted is looked for.
Result<registry::VersionRecord> known_version(const registry::Reader& state,
                                              const registry::FoundModel& found,
                                              const registry::VersionSelector& selector);
Result<registry::FoundModel> known_model(const registry::Reader& state,
                                         const registry::ModelAddress& address);

}  // namespace herald::api
