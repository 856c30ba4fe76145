#include "api/sight.h"

#include <algorithm>

#include "projections/lineage.h"

namespace herald::api {
namespace {

using registry::Table;

// Neighbours looked at for one that is seen; beyond them a node counts as not seen.
constexpr std::size_t kMaxNeighbours = 1'000;

}  // namespace

Sight::Sight(const registry::Access& access, const projections::Head& head)
    : access_(access), all_(access.sees_all()) {
  if (!all_) head_.emplace(head);
}

std::optional<registry::Role> Sight::on(registry::ModelId model) const {
  if (all_) return access_.on_server();
  if (const auto known = known_.find(model); known != known_.end()) return known->second;
  const auto record = registry::find_model(*head_, model);
  const auto home = record ? registry::find<registry::RegistryRecord>(*head_, Table::registries,
                                                                      record->registry_id.bytes())
                           : std::nullopt;
  const auto role = home ? access_.on(*home, model) : std::nullopt;
  known_.emplace(model, role);
  return role;
}

bool Sight::sees(const registry::Node& node) const {
  if (all_) return true;
  if (const auto version = registry::version_of(node)) return sees(version->model_id);
  return sees_a_neighbour(node);
}

std::optional<registry::Role> Sight::on(const registry::ArtifactRecord& artifact,
                                        std::string_view actor) const {
  if (all_) return access_.on_server();
  std::optional<registry::Role> highest;
  if (artifact.created.actor == actor) highest = registry::Role::member;
  std::size_t links = 0;
  head_->scan(Table::artifact_links, artifact.id.bytes(), {}, [&](std::string_view key, std::string_view) {
    constexpr std::size_t kId = 16;
    highest = std::max(highest, on(registry::ModelId(Uuid::from_bytes(key.substr(kId, kId)))));
    return ++links < kMaxNeighbours;
  });
  return highest;
}

bool Sight::sees_a_neighbour(const registry::Node& node) const {
  projections::LineageWalk near{
      .direction = projections::Direction::both, .depth = 1, .nodes = kMaxNeighbours};
  const auto graph = projections::lineage(*head_, node, near);
  bool has_versions = false;
  for (std::size_t i = 1; i < graph.nodes.size(); ++i) {
    const auto version = registry::version_of(graph.nodes[i]);
    if (!version) continue;
    if (sees(version->model_id)) return true;
    has_versions = true;
  }
  return !has_versions && !graph.more;
}

}  // namespace herald::api
