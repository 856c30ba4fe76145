// An answer that says no, read back into the Error it came from.
#pragma once

#include <string_view>

#include "base/result.h"

namespace herald::cli {

// `body`: application/problem+json of Herald; of anything else the status and the beginning of the body are
// told.
Error read_problem(long status, std::string_view body);

}  // namespace herald::cli
