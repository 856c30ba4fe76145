// From the bytes of the log to events.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "recorder/follower.h"
#include "registry/event.h"

namespace herald::recorder {

// Errors: those of registry::decode(), saying which event and what to do.
Result<std::vector<registry::Event>> decode_all(std::span<const Recording> recordings);

// The same for followers whom an event of a newer version cannot concern: nothing, where the type is not known here.
Result<std::optional<registry::Event>> decode_known(const Recording& recording);

}  // namespace herald::recorder
