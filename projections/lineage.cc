#include "projections/lineage.h"

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <unordered_set>

#include "projections/queries.h"

namespace herald::projections {
namespace {

using registry::EdgeRecord;
using registry::Node;
using registry::NodeKind;
using registry::Table;

// "churn:v3", as it is called now; nothing where model or version are no longer there.
std::optional<std::string> present_name(const registry::Reader& reader, const Node& node) {
  const auto version = registry::version_of(node);
  const auto model = version ? registry::find_model(reader, version->model_id) : std::nullopt;
  if (!model) return std::nullopt;
  const auto home =
      registry::find<registry::RegistryRecord>(reader, Table::registries, model->registry_id.bytes());
  if (!home) return std::nullopt;
  const bool is_default = home->name.str() == registry::kDefaultRegistry;
  return (is_default ? "" : home->name.str() + "/") + model->name.str() + ":v" +
         std::to_string(version->version.value());
}

Node node_of_version(registry::ModelId model, registry::VersionNumber number) {
  const std::string id = registry::version_node_id(model, number);
  return {NodeKind::version, id, id};
}

bool is_there(const registry::Reader& reader, registry::ModelId model, registry::VersionNumber number) {
  const auto version = registry::find_version(reader, model, number);
  return version && !version->deleted;
}

// Walks from the start, first everything at distance 1, then at 2, and so on; each node is looked at once for each way it
// was reached by, so that a cycle ends.
class Walk {
 public:
  Walk(const registry::Reader& reader, const Node& start, const LineageWalk& asked)
      : reader_(reader),
        asked_(asked),
        depth_(std::min(asked.depth, limits::kMaxLineageDepth)),
        most_edges_(std::min(limits::kMaxRowsScanned,
                             limits::kMaxLineageEdges * (1 + asked.nodes / (limits::kMaxLineageNodes + 1)))) {
    places_.emplace(registry::keys::node(start), 0);
    graph_.nodes.emplace_back();
    static_cast<Node&>(graph_.nodes.front()) = start;
  }

  void from_start(Table way) { reach(0, 0, way); }

  LineageGraph run() {
    while (!ahead_.empty() && edges_seen_ < most_edges_) {
      const Step step = ahead_.front();
      ahead_.pop_front();
      look_from(step);
    }
    if (!ahead_.empty()) graph_.truncated = true;
    return std::move(graph_);
  }

 private:
  struct Step {
    std::size_t place;
    std::size_t distance;
    Table way;
  };

  void reach(std::size_t place, std::size_t distance, Table way) {
    if (graph_.nodes[place].hidden) return;
    const std::uint64_t once = place * 2 + (way == Table::upstream ? 1 : 0);
    if (reached_.insert(once).second) ahead_.push_back({place, distance, way});
  }

  void look_from(const Step& step) {
    const Node near = graph_.nodes[step.place];
    reader_.scan(step.way, registry::keys::node(near) + '\0', {},
                 [&](std::string_view, std::string_view value) {
                   if (!may_look_on()) return false;
                   const auto edge = record::decode<EdgeRecord>(value);
                   const Node& far = step.way == Table::upstream ? edge.upstream : edge.downstream;
                   take(step, far, static_cast<Connection>(edge.relation), edge.recorded);
                   return true;
                 });
    if (step.way == Table::upstream) {
      if (near.kind == NodeKind::version) look_up_from_version(step, near);
    } else if (near.kind == NodeKind::run) {
      look_down_from_run(step, near);
    } else if (near.kind == NodeKind::artifact) {
      look_down_from_artifact(step, near);
    }
  }

  bool may_look_on() {
    if (++edges_seen_ <= most_edges_) return true;
    graph_.truncated = true;
    return false;
  }

  void look_up_from_version(const Step& step, const Node& near) {
    const auto named = registry::version_of(near);
    const auto version =
        named ? registry::find_version(reader_, named->model_id, named->version) : std::nullopt;
    if (!version) return;
    if (version->run && may_look_on()) {
      const std::string& run = version->run->id.str();
      take(step, {NodeKind::run, run, run}, Connection::produced, std::nullopt);
    }
    for (const registry::LinkedArtifact& linked : version->artifacts) {
      if (!may_look_on()) return;
      take(step, {NodeKind::artifact, linked.artifact_id.str(), linked.artifact.str()}, Connection::linked,
           std::nullopt);
    }
  }

  void look_down_from_run(const Step& step, const Node& near) {
    for (const RunVersion& made : versions_of(reader_, registry::Label::trusted(near.id))) {
      if (!may_look_on()) return;
      take(step, node_of_version(made.model_id, made.version), Connection::produced, std::nullopt);
    }
  }

  void look_down_from_artifact(const Step& step, const Node& near) {
    const auto id = registry::ArtifactId::parse(near.id);
    if (!id) return;
    for (const LinkedVersion& linked : versions_of(reader_, *id)) {
      if (!may_look_on()) return;
      if (is_there(reader_, linked.model_id, linked.version))
        take(step, node_of_version(linked.model_id, linked.version), Connection::linked, std::nullopt);
    }
  }

  // An edge is part of the answer when both its ends are.
  void take(const Step& from, const Node& far, Connection relation,
            const std::optional<registry::Mark>& recorded) {
    const auto place = place_of(far, from.distance + 1);
    if (!place) return;
    if (from.distance < depth_) reach(*place, from.distance + 1, from.way);
    const bool up = from.way == Table::upstream;
    const LineageEdge edge{up ? *place : from.place, relation, up ? from.place : *place, recorded};
    const std::string once = std::to_string(edge.upstream) + "/" + std::to_string(edge.downstream) + "/" +
                             std::to_string(static_cast<int>(relation));
    if (edges_.insert(once).second) graph_.edges.push_back(edge);
  }

  // Gives it a place where there is room for one.
  std::optional<std::size_t> place_of(const Node& node, std::size_t distance) {
    std::string key = registry::keys::node(node);
    if (const auto known = places_.find(key); known != places_.end()) return known->second;
    if (distance > depth_) {
      graph_.truncated = true;
      return std::nullopt;
    }
    if (graph_.nodes.size() > asked_.nodes) {
      graph_.more = true;
      return std::nullopt;
    }
    const std::size_t place = graph_.nodes.size();
    places_.emplace(std::move(key), place);
    LineageNode& found = graph_.nodes.emplace_back();
    static_cast<Node&>(found) = node;
    found.distance = distance;
    found.hidden = asked_.sees && !asked_.sees(node);
    if (const auto name = present_name(reader_, node)) found.name = *name;
    return place;
  }

  const registry::Reader& reader_;
  const LineageWalk& asked_;
  const std::size_t depth_;
  const std::size_t most_edges_;
  LineageGraph graph_;
  std::deque<Step> ahead_;
  std::unordered_map<std::string, std::size_t> places_;
  std::unordered_set<std::uint64_t> reached_;
  std::unordered_set<std::string> edges_;
  std::size_t edges_seen_ = 0;
};

}  // namespace

LineageGraph lineage(const registry::Reader& reader, const Node& start, const LineageWalk& asked) {
  Walk walk(reader, start, asked);
  if (asked.direction != Direction::downstream) walk.from_start(Table::upstream);
  if (asked.direction != Direction::upstream) walk.from_start(Table::downstream);
  return walk.run();
}

std::vector<RunVersion> versions_of(const registry::Reader& reader, const registry::Label& run) {
  std::vector<RunVersion> versions;
  const std::string prefix = registry::keys::of_run(run);
  const std::size_t id_bytes = registry::ModelId().bytes().size();
  reader.scan(Table::run_versions, prefix, {}, [&](std::string_view key, std::string_view) {
    key.remove_prefix(prefix.size());
    const RunVersion made{registry::ModelId(Uuid::from_bytes(key.substr(0, id_bytes))),
                          registry::VersionNumber(read_be64(key.substr(id_bytes)))};
    if (is_there(reader, made.model_id, made.version)) versions.push_back(made);
    return versions.size() < limits::kMaxPageSize;
  });
  return versions;
}

std::vector<registry::EvaluationRecord> evaluations_of(const registry::Reader& reader,
                                                       const registry::Label& run) {
  std::vector<registry::EvaluationRecord> evaluations;
  const std::string prefix = registry::keys::of_run(run);
  reader.scan(Table::run_evaluations, prefix, {}, [&](std::string_view key, std::string_view) {
    auto evaluation =
        registry::find<registry::EvaluationRecord>(reader, Table::evaluations, key.substr(prefix.size()));
    if (evaluation) evaluations.push_back(std::move(*evaluation));
    return evaluations.size() < limits::kMaxPageSize;
  });
  return evaluations;
}

}  // namespace herald::projections
