#include "projections/lineage.h"

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <unordered_set>

namespace herald::projections {
namespace {

using registry::EdgeRecord;
using registry::Node;
using registry::NodeKind;
using registry::Table;

// "churn:v3", as its model is called now, and whether it is still there; nothing where it never was.
struct StandingName {
  std::string name;
  bool deleted = false;
};
std::optional<StandingName> standing_name(const registry::Reader& reader, const Node& node) {
  const auto named = registry::version_of(node);
  const auto model = named ? registry::find_model(reader, named->model_id) : std::nullopt;
  if (!model) return std::nullopt;
  const auto home =
      registry::find<registry::RegistryRecord>(reader, Table::registries, model->registry_id.bytes());
  if (!home) return std::nullopt;
  const auto version = registry::find_version(reader, named->model_id, named->version);
  const bool is_default = home->name.str() == registry::kDefaultRegistry;
  return StandingName{(is_default ? "" : home->name.str() + "/") + model->name.str() + ":v" +
                          std::to_string(named->version.value()),
                      model->deleted || !version || version->deleted};
}

bool is_deleted_artifact(const registry::Reader& reader, const Node& node) {
  if (node.kind != NodeKind::artifact) return false;
  const auto id = registry::ArtifactId::parse(node.id);
  if (!id) return false;
  const auto artifact = registry::find<registry::ArtifactRecord>(reader, Table::artifacts, id->bytes());
  return artifact && artifact->deleted;
}

Node node_of_version(registry::ModelId model, registry::VersionNumber number) {
  const std::string id = registry::version_node_id(model, number);
  return {NodeKind::version, id, id};
}

bool is_there(const registry::Reader& reader, registry::ModelId model, registry::VersionNumber number) {
  const auto version = registry::find_version(reader, model, number);
  if (!version || version->deleted) return false;
  const auto home = registry::find_model(reader, model);
  return home && !home->deleted;
}

// Walks from the start, first everything at distance 1, then at 2, and so on; each node is looked at once for each way it
// was reached by, so that a cycle ends.
class Walk {
 public:
  Walk(const registry::Reader& reader, const Node& start, const LineageWalk& asked)
      : reader_(reader),
        asked_(asked),
        depth_(asked.depth),
        most_rows_(std::min(limits::kMaxRowsScanned, asked.rows)) {
    places_.emplace(registry::keys::node(start), 0);
    graph_.nodes.emplace_back();
    static_cast<Node&>(graph_.nodes.front()) = start;
  }

  void from_start(Table way) { reach(0, 0, way); }

  LineageGraph run() {
    while (!ahead_.empty() && rows_ < most_rows_) {
      const Step step = ahead_.front();
      ahead_.pop_front();
      look_from(step);
    }
    if (!ahead_.empty()) end_of_rows();
    graph_.rows = std::min(rows_, most_rows_);
    return std::move(graph_);
  }

 private:
  struct Step {
    std::size_t place;
    std::size_t distance;
    Table way;
  };

  void reach(std::size_t place, std::size_t distance, Table way) {
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
    if (++rows_ <= most_rows_) return true;
    end_of_rows();
    return false;
  }

  void end_of_rows() { (most_rows_ < limits::kMaxRowsScanned ? graph_.more : graph_.truncated) = true; }

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
    look_at_versions(step, Table::run_versions, registry::keys::of_run(registry::Label::trusted(near.id)),
                     Connection::produced);
  }

  void look_down_from_artifact(const Step& step, const Node& near) {
    const auto id = registry::ArtifactId::parse(near.id);
    if (id) look_at_versions(step, Table::artifact_links, std::string(id->bytes()), Connection::linked);
  }

  // Rows whose keys are `prefix`, a model's id and a version's number.
  void look_at_versions(const Step& step, Table table, const std::string& prefix, Connection relation) {
    constexpr std::size_t kIdBytes = 16;
    reader_.scan(table, prefix, {}, [&](std::string_view key, std::string_view) {
      if (!may_look_on()) return false;
      key.remove_prefix(prefix.size());
      const registry::ModelId model(Uuid::from_bytes(key.substr(0, kIdBytes)));
      const registry::VersionNumber number(read_be64(key.substr(kIdBytes)));
      if (is_there(reader_, model, number))
        take(step, node_of_version(model, number), relation, std::nullopt);
      return true;
    });
  }

  // An edge is part of the answer when both its ends are.
  void take(const Step& from, const Node& far, Connection relation,
            const std::optional<registry::Mark>& recorded) {
    const auto place = place_of(far, from.distance + 1);
    if (!place) return;
    if (from.distance < depth_) reach(*place, from.distance + 1, from.way);
    const bool up = from.way == Table::upstream;
    const LineageEdge edge{up ? *place : from.place, relation, up ? from.place : *place, recorded, rows_};
    const std::uint64_t once = std::uint64_t{edge.upstream} << 36 | std::uint64_t{edge.downstream} << 8 |
                               static_cast<std::uint64_t>(relation);
    if (edges_.insert(once).second) graph_.edges.push_back(edge);
  }

  // Gives it a place where there is room for one.
  std::optional<std::size_t> place_of(const Node& node, std::size_t distance) {
    std::string key = registry::keys::node(node);
    if (const auto known = places_.find(key); known != places_.end()) return known->second;
    if (asked_.sees && !asked_.sees(node)) return std::nullopt;  // before anything is said of it
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
    graph_.nodes.push_back(as_it_stands(reader_, node));
    graph_.nodes.back().distance = distance;
    return place;
  }

  const registry::Reader& reader_;
  const LineageWalk& asked_;
  const std::size_t depth_;
  const std::size_t most_rows_;
  LineageGraph graph_;
  std::deque<Step> ahead_;
  std::unordered_map<std::string, std::size_t> places_;
  std::unordered_set<std::uint64_t> reached_;
  std::unordered_set<std::uint64_t> edges_;  // places of both ends, each less than 2^28, and the relation
  std::size_t rows_ = 0;
};

}  // namespace

LineageGraph lineage(const registry::Reader& reader, const Node& start, const LineageWalk& asked) {
  Walk walk(reader, start, asked);
  if (asked.direction != Direction::downstream) walk.from_start(Table::upstream);
  if (asked.direction != Direction::upstream) walk.from_start(Table::downstream);
  return walk.run();
}

Node as_called(const registry::Reader& reader, Node node) {
  if (auto standing = standing_name(reader, node)) node.name = std::move(standing->name);
  return node;
}

LineageNode as_it_stands(const registry::Reader& reader, const Node& node) {
  LineageNode found;
  static_cast<Node&>(found) = node;
  if (auto standing = standing_name(reader, node)) {
    found.name = std::move(standing->name);
    found.deleted = standing->deleted;
  } else {
    found.deleted = is_deleted_artifact(reader, node);
  }
  return found;
}

}  // namespace herald::projections
