// Paths of routes with values in the place of their parameters.
#pragma once

#include <string>
#include <string_view>

namespace herald::api::testing {

// "/v1/models/{model}" -> "/v1/models/churn" with value("model") = "churn"; "{path...}" asks for "path".
template <class Value>
std::string path_with(std::string_view pattern, Value&& value) {
  std::string path;
  for (std::size_t at = 0; at < pattern.size();) {
    if (pattern[at] != '{') {
      path.push_back(pattern[at++]);
      continue;
    }
    const std::size_t end = pattern.find('}', at);
    std::string_view name = pattern.substr(at + 1, end - at - 1);
    if (name.ends_with("...")) name.remove_suffix(3);
    path += value(name);
    at = end + 1;
  }
  return path;
}

// As good as any where there is no such thing.
inline constexpr const char* kNoId = "0190a8b0-0000-7000-8000-000000000001";

}  // namespace herald::api::testing
