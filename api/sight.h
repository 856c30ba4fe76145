// What one caller sees of the graph of lineage. A version is seen by who sees its model. Runs, data sets, artifacts and
// deployments belong to nobody: they are seen, unless versions stand next to them and none of those is. Who may see what is
// asked of now, whatever moment the graph is of.
//
// A snapshot of the head: short-lived, one thread.
#pragma once

#include <map>
#include <optional>

#include "api/call.h"
#include "projections/head.h"

namespace herald::api {

class Sight {
 public:
  // Borrows both.
  Sight(const registry::Access& access, const projections::Head& head);
  explicit Sight(const Call& call) : Sight(call.access, call.herald.parts.head) {}
  bool sees_all() const { return all_; }
  // Nothing: it is not seen.
  std::optional<registry::Role> on(registry::ModelId model) const;
  bool sees(registry::ModelId model) const { return all_ || on(model).has_value(); }
  bool sees(const registry::Node& node) const;
  // On an artifact: the highest role on the models that it is linked in; its maker (`actor`) is a member. Nothing: it is
  // not seen. One that is linked nowhere is its maker's alone.
  std::optional<registry::Role> on(const registry::ArtifactRecord& artifact, std::string_view actor) const;

 private:
  bool sees_a_neighbour(const registry::Node& node) const;

  const registry::Access& access_;
  const bool all_;
  std::optional<projections::HeadReader> head_;  // where not all is seen
  mutable std::map<registry::ModelId, std::optional<registry::Role>> known_;
};

}  // namespace herald::api
