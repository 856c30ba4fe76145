// From the bytes of the log to events.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "recorder/follower.h"
#include "registry/event.h"

namespace herald::recorder {

// Errors: those of registry::decode(), saying which event and what to do.
Result<std::vector<registry::Event>> decode_all(std::span<const Recording> recordings);

}  // namespace herald::recorder
