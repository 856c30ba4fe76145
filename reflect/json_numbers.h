// Numbers of JSON from outside that no number here can hold: simdjson refuses some without saying where, and turns
// others into zero without a word.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"

namespace herald::json {

// The first number that is beyond 64 bits, beyond what a double holds, or so small that it would become zero: an
// invalid_value that says where it stands. `text` need not be JSON.
std::optional<Error> number_that_cannot_be_kept(std::string_view text);

}  // namespace herald::json
