// The text of api/examples/*.json: made of them when the binary is built (api/examples/embed.cmake).
#pragma once

#include <string_view>
#include <vector>

namespace herald::api {

extern const std::vector<std::string_view> kExampleFiles;

}  // namespace herald::api
