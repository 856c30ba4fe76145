// Models that a body names.
#pragma once

#include <string_view>

#include "registry/commands/addresses.h"

namespace herald::api {

// `[registry/]model`.
Result<registry::ModelAddress> parse_model(std::string_view text);

}  // namespace herald::api
