// Lineage. The graph is kept free of circles, so that "what came before" always has an answer: an edge is
// refused when its upstream end already follows from its downstream end.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <stdexcept>

#include "base/limits.h"
#include "registry/deciding/rules.h"
#include "registry/sentence.h"

namespace herald::registry::deciding {
namespace {

struct EdgeAnswer {
  Node upstream;
  Relation relation = Relation::used;
  Node downstream;
};
BOOST_DESCRIBE_STRUCT(EdgeAnswer, (), (upstream, relation, downstream))

std::string reference(const FoundModel& found, VersionNumber number) {
  const std::string model = found.model.name.str() + ":" + label(number);
  return found.registry.name.str() == kDefaultRegistry ? model : found.registry.name.str() + "/" + model;
}

Result<Node> version_node(const Reader& state, const VersionAddress& address) {
  HERALD_TRY(const auto found, require_model(state, address.registry, address.model));
  HERALD_CHECK(require_version(state, found, address.version));
  return node_of(found, address.version);
}

Result<Node> artifact_node(const Reader& state, ArtifactId id) {
  const auto artifact = find<ArtifactRecord>(state, Table::artifacts, id.bytes());
  if (!artifact || artifact->deleted)
    return error(Cause::not_found, fmt::format("artifact {} does not exist: commit it first", id.str()));
  return Node{NodeKind::artifact, id.str(), artifact->name.str()};
}

std::string_view one(NodeKind kind) {
  switch (kind) {
    case NodeKind::version:
      return "a version";
    case NodeKind::artifact:
      return "an artifact";
    case NodeKind::run:
      return "a run";
    case NodeKind::dataset:
      return "a data set";
    case NodeKind::deployment:
      return "a deployment";
  }
  return "something";
}

// The table in facts.h.
bool fits(NodeKind upstream, Relation relation, NodeKind downstream) {
  const bool to_run_or_version = downstream == NodeKind::run || downstream == NodeKind::version;
  switch (relation) {
    case Relation::used:
      return upstream != NodeKind::run && upstream != NodeKind::deployment && downstream == NodeKind::run;
    case Relation::produced:
      return upstream == NodeKind::run &&
             (downstream == NodeKind::artifact || downstream == NodeKind::version);
    case Relation::derived_from:
      return upstream == NodeKind::version && downstream == NodeKind::version;
    case Relation::trained_on:
    case Relation::evaluated_on:
      return (upstream == NodeKind::dataset || upstream == NodeKind::artifact) && to_run_or_version;
    case Relation::deployed_as:
      return upstream == NodeKind::version && downstream == NodeKind::deployment;
  }
  return false;
}

// A breadth-first walk along one of the two edge tables, a step at a time.
class Walk {
 public:
  Walk(const Reader& state, Table table, const std::string& start)
      : state_(state), table_(table), waiting_{start}, reached_from_{{start, std::string()}} {}

  bool done() const { return waiting_.empty(); }
  std::size_t size() const { return reached_from_.size(); }
  bool has_met(const std::string& node) const { return reached_from_.contains(node); }
  // Visits the neighbours of one node.
  void step() {
    const std::string near = std::move(waiting_.front());
    waiting_.pop_front();
    const std::string prefix = near + '\0';
    state_.scan(table_, prefix, {}, [&](std::string_view key, std::string_view) {
      std::string far(key.substr(prefix.size(), key.size() - prefix.size() - 1));
      if (reached_from_.emplace(far, near).second) waiting_.push_back(std::move(far));
      return reached_from_.size() <= limits::kMaxLineageWalk;
    });
  }
  // The keys from `node`, which it has met, back to the start, both of them included.
  std::vector<std::string> way_back(std::string node) const {
    std::vector<std::string> way;
    for (; !node.empty(); node = reached_from_.at(node)) way.push_back(node);
    return way;
  }

 private:
  const Reader& state_;
  Table table_;
  std::deque<std::string> waiting_;
  std::map<std::string, std::string> reached_from_;  // the start from nothing
};

// Both ways at once, the smaller side first: a fresh end, as most are, has nothing beyond it and ends the search. Gives the
// way from `downstream` down to `upstream` that the edge would close to a circle; nothing: there is none.
Result<std::vector<std::string>> way_around(const Reader& state, const Node& upstream,
                                            const Node& downstream) {
  const std::string above = keys::node(upstream), below = keys::node(downstream);
  Walk ancestors(state, Table::upstream, above);
  Walk descendants(state, Table::downstream, below);
  while (!ancestors.done() && !descendants.done()) {
    (ancestors.size() <= descendants.size() ? ancestors : descendants).step();
    if (ancestors.has_met(below)) return ancestors.way_back(below);
    if (descendants.has_met(above)) {
      std::vector<std::string> way = descendants.way_back(above);
      std::reverse(way.begin(), way.end());
      return way;
    }
    if (ancestors.size() + descendants.size() > limits::kMaxLineageWalk) {
      return error(
          Cause::too_many,
          fmt::format(
              "more than {} nodes stand around {} and {}: that the edge closes no circle cannot be shown",
              limits::kMaxLineageWalk, in_quotes(upstream.name), in_quotes(downstream.name)));
    }
  }
  return std::vector<std::string>();
}

// The edge between two nodes that are neighbours on a way.
EdgeRecord edge_between(const Reader& state, const std::string& above, const std::string& below) {
  std::optional<EdgeRecord> edge;
  state.scan(Table::downstream, above + '\0' + below, {}, [&](std::string_view, std::string_view value) {
    edge = record::decode<EdgeRecord>(value);
    return false;
  });
  if (!edge) throw std::logic_error("a way leads over an edge that is not there");
  return std::move(*edge);
}

std::string shown_on_the_way(const Reader& state, const Access& access, const Node& node) {
  const auto version = version_of(node);
  if (access.sees_all()) return in_quotes(node.name);
  if (!version) return std::string(one(node.kind));
  const auto model = find_model(state, version->model_id);
  const auto home =
      model ? find<RegistryRecord>(state, Table::registries, model->registry_id.bytes()) : std::nullopt;
  return home && access.on(*home, model->id) ? in_quotes(node.name) : "a hidden version";
}

// "base:v1" -> "churn:v1" -> "churn:v2"; of a long way the middle is left out.
std::string told(const Reader& state, const Access& access, const std::vector<std::string>& way) {
  constexpr std::size_t kShownAtEachEnd = 4;
  std::string text;
  for (std::size_t i = 0; i < way.size(); ++i) {
    const bool is_first = i == 0;
    if (!is_first) text += " -> ";
    if (way.size() > 2 * kShownAtEachEnd && i == kShownAtEachEnd) {
      const std::size_t left_out = way.size() - 2 * kShownAtEachEnd;
      text += fmt::format("{} more -> ", left_out);
      i += left_out;
    }
    const EdgeRecord edge =
        is_first ? edge_between(state, way[0], way[1]) : edge_between(state, way[i - 1], way[i]);
    text += shown_on_the_way(state, access, is_first ? edge.upstream : edge.downstream);
  }
  return text;
}

Result<void> check_no_circle(const Reader& state, const RecordLineage& command, const Node& upstream,
                             const Node& downstream) {
  HERALD_TRY(const auto way, way_around(state, upstream, downstream));
  if (way.empty()) return {};
  return error(Cause::not_allowed_now,
               fmt::format("{} {} already follows from {} {} ({}): this edge would close a circle",
                           reflect::enum_name(upstream.kind), in_quotes(upstream.name),
                           reflect::enum_name(downstream.kind), in_quotes(downstream.name),
                           told(state, command.access, way)));
}

}  // namespace

Result<Decision> rule(const Reader& state, const RecordLineage& command) {
  HERALD_TRY(const auto upstream, node_at(state, command.upstream, "upstream"));
  HERALD_TRY(const auto downstream, node_at(state, command.downstream, "downstream"));
  if (!fits(upstream.kind, command.relation, downstream.kind)) {
    return error(Cause::invalid_value,
                 fmt::format("\"{}\" cannot lead from {} to {}", reflect::enum_name(command.relation),
                             one(upstream.kind), one(downstream.kind)),
                 "relation");
  }
  Decision decision{{}, false, json::to_json(EdgeAnswer{upstream, command.relation, downstream})};
  if (state.get(Table::upstream, keys::edge(downstream, upstream, command.relation))) return decision;
  if (keys::node(upstream) == keys::node(downstream)) {
    return error(Cause::invalid_value, fmt::format("{} cannot be its own ancestor", in_quotes(upstream.name)),
                 "downstream");
  }
  HERALD_CHECK(check_no_circle(state, command, upstream, downstream));
  decision.created = true;
  decision.drafts.push_back({LineageRecorded{upstream, command.relation, downstream}, {}});
  return decision;
}

void draft_edge(const Reader& state, const LineageRecorded& edge, std::vector<Draft>& drafts) {
  if (state.get(Table::upstream, keys::edge(edge.downstream, edge.upstream, edge.relation))) return;
  const auto way = way_around(state, edge.upstream, edge.downstream);
  if (way && way->empty()) drafts.push_back({edge, {}});
}

Node node_of(const FoundModel& found, VersionNumber number) {
  return {NodeKind::version, version_node_id(found.model.id, number), reference(found, number)};
}

Result<Node> node_at(const Reader& state, const NodeAddress& address, std::string_view field) {
  const int given = address.version.has_value() + address.artifact.has_value() + address.run.has_value() +
                    address.dataset.has_value() + address.deployment.has_value();
  if (given != 1) {
    return error(
        Cause::invalid_value,
        fmt::format("\"{}\" must name exactly one of version, artifact, run, dataset and deployment, not {}",
                    field, given),
        std::string(field));
  }
  if (address.run) return Node{NodeKind::run, address.run->str(), address.run->str()};
  if (address.dataset) return Node{NodeKind::dataset, address.dataset->str(), address.dataset->str()};
  if (address.deployment)
    return Node{NodeKind::deployment, address.deployment->str(), address.deployment->str()};
  auto node =
      address.version ? version_node(state, *address.version) : artifact_node(state, *address.artifact);
  if (!node)
    return about(node.error(), fmt::format("{}.{}", field, address.version ? "version" : "artifact"));
  return node;
}

}  // namespace herald::registry::deciding
