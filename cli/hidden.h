// Values that nobody must see: never from the command line itself, which other users of the machine can read.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace herald::cli {

// From a file, or an environment variable; else asked for on a terminal without showing what is typed (`prompt`), or read
// from standard input to its end. A line break at the end is taken off. Errors: invalid_value (both), not_found.
Result<std::string> hidden_value(const std::string& prompt, const std::optional<std::string>& file,
                                 const std::optional<std::string>& variable);

}  // namespace herald::cli
