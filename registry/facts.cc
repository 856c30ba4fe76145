#include "registry/facts.h"

#include <fmt/format.h>

#include <charconv>

namespace herald::registry {

std::string version_node_id(ModelId model, VersionNumber version) {
  return fmt::format("{}/{}", model.str(), version.value());
}

std::optional<VersionOfModel> version_of(const Node& node) {
  const std::string_view id = node.id;
  const std::size_t slash = id.find('/');
  if (node.kind != NodeKind::version || slash == std::string_view::npos) return std::nullopt;
  const auto model = ModelId::parse(id.substr(0, slash));
  const char* const end = id.data() + id.size();
  std::uint64_t number = 0;
  const auto read = std::from_chars(id.data() + slash + 1, end, number);
  if (!model || read.ec != std::errc() || read.ptr != end || number == 0) return std::nullopt;
  return VersionOfModel{*model, VersionNumber(number)};
}

}  // namespace herald::registry
