#include "registry/digests.h"

namespace herald::registry {

std::vector<Digest> digests_named_in(std::string_view json) {
  constexpr std::string_view kPrefix = "\"sha256:";
  constexpr std::size_t kHexDigits = 2 * Digest::kSize;
  std::vector<Digest> digests;
  for (auto at = json.find(kPrefix); at != std::string_view::npos; at = json.find(kPrefix, at + 1)) {
    if (const auto digest = Digest::parse(json.substr(at + kPrefix.size(), kHexDigits)))
      digests.push_back(*digest);
  }
  return digests;
}

}  // namespace herald::registry
