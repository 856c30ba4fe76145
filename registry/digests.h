// Digests as events and manifests write them.
#pragma once

#include <string_view>
#include <vector>

#include "base/digest.h"

namespace herald::registry {

// Those that a JSON text holds as strings (or at the beginning of one), in their order.
std::vector<Digest> digests_named_in(std::string_view json);

}  // namespace herald::registry
