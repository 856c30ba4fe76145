// Lineage. The graph is kept free of circles, so that "what came before" always has an answer: an edge is
// refused when its upstream end already follows from its downstream end, by edges that were recorded or by what versions
// say of themselves: the run that made them, the artifacts that belong to them.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>

#include "base/limits.h"
#include "registry/deciding/circles.h"
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

// What is archived takes nothing new, whichever end it stands at.
Result<Node> version_node(const Reader& state, const VersionAddress& address) {
  HERALD_TRY(const auto found, open_model(state, address));
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

bool speaks_of_data(Relation relation) {
  return relation == Relation::trained_on || relation == Relation::evaluated_on;
}

// The table in facts.h. Whether a version is one of data, check_data() says.
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
      return upstream != NodeKind::run && upstream != NodeKind::deployment && to_run_or_version;
    case Relation::deployed_as:
      return upstream == NodeKind::version && downstream == NodeKind::deployment;
  }
  return false;
}

// Of versions: the first is one of a data set, and the second one of a model.
Result<void> check_data(const Reader& state, const Node& upstream, Relation relation,
                        const Node& downstream) {
  if (upstream.kind != NodeKind::version || !speaks_of_data(relation)) return {};
  const auto cannot = [&](const Node& node, std::string_view why) {
    return error(Cause::invalid_value,
                 fmt::format("\"{}\" cannot lead from {} to {}: {} is {}", reflect::enum_name(relation),
                             one(upstream.kind), one(downstream.kind), in_quotes(node.name), why),
                 "relation");
  };
  if (!is_data_set(state, upstream))
    return cannot(upstream, "in a registry of models (name a data set, or say derived_from)");
  if (downstream.kind == NodeKind::version && is_data_set(state, downstream))
    return cannot(downstream, "a data set itself (of data sets say derived_from)");
  return {};
}

// The nodes next to one, upstream or downstream, until `visit` returns false: of its recorded edges, and of what versions
// say. The start of a node key is its kind; nodes of runs with very long names are cut to a digest there, so that nodes are
// walked as nodes.
using VisitNode = std::function<bool(const Node&)>;

void visit_recorded(const Reader& state, Table way, const Node& near, const VisitNode& visit) {
  state.scan(way, keys::node(near) + '\0', {}, [&](std::string_view, std::string_view value) {
    const auto edge = record::decode<EdgeRecord>(value);
    return visit(way == Table::upstream ? edge.upstream : edge.downstream);
  });
}

void visit_said_by_version(const Reader& state, const Node& near, const VisitNode& visit) {
  const auto named = version_of(near);
  const auto version = named ? find_version(state, named->model_id, named->version) : std::nullopt;
  if (!version) return;
  if (version->run && !visit({NodeKind::run, version->run->id.str(), version->run->id.str()})) return;
  for (const LinkedArtifact& linked : version->artifacts) {
    if (!visit({NodeKind::artifact, linked.artifact_id.str(), linked.artifact.str()})) return;
  }
}

// Of a table of versions below a key: their keys end in model id and number.
void visit_versions_below(const Reader& state, Table table, const std::string& prefix,
                          const VisitNode& visit) {
  const std::size_t id_bytes = ModelId().bytes().size();
  state.scan(table, prefix, {}, [&](std::string_view key, std::string_view) {
    key.remove_prefix(prefix.size());
    const ModelId id(Uuid::from_bytes(key.substr(0, id_bytes)));
    const std::string node = version_node_id(id, VersionNumber(read_be64(key.substr(id_bytes))));
    return visit({NodeKind::version, node, node});
  });
}

void visit_neighbours(const Reader& state, Table way, const Node& near, const VisitNode& visit) {
  bool wants_more = true;
  const VisitNode counted = [&](const Node& node) { return wants_more = visit(node); };
  visit_recorded(state, way, near, counted);
  if (!wants_more) return;
  if (way == Table::upstream) {
    if (near.kind == NodeKind::version) visit_said_by_version(state, near, counted);
  } else if (near.kind == NodeKind::run) {
    visit_versions_below(state, Table::run_versions, keys::of_run(Label::trusted(near.id)), counted);
  } else if (near.kind == NodeKind::artifact) {
    if (const auto id = ArtifactId::parse(near.id))
      visit_versions_below(state, Table::artifact_links, std::string(id->bytes()), counted);
  }
}

// A breadth-first walk along one of the two edge tables, a step at a time.
class Walk {
 public:
  Walk(const Reader& state, Table way, const Node& start) : state_(state), way_(way), waiting_{start} {
    met_.emplace(keys::node(start), Met{start, {}});
  }

  bool done() const { return waiting_.empty(); }
  std::size_t size() const { return met_.size(); }
  bool has_met(const std::string& node) const { return met_.contains(node); }
  // Visits the neighbours of one node.
  void step() {
    const Node near = std::move(waiting_.front());
    waiting_.pop_front();
    visit_neighbours(state_, way_, near, [&](const Node& far) {
      if (met_.emplace(keys::node(far), Met{far, keys::node(near)}).second) waiting_.push_back(far);
      return met_.size() <= limits::kMaxLineageWalk;
    });
  }
  // The nodes from that one, which it has met, back to the start, both of them included.
  std::vector<Node> way_back(std::string node) const {
    std::vector<Node> way;
    while (!node.empty()) {
      const Met& met = met_.at(node);
      way.push_back(met.node);
      node = met.from;
    }
    return way;
  }

 private:
  struct Met {
    Node node;
    std::string from;  // the start from nothing
  };
  const Reader& state_;
  Table way_;
  std::deque<Node> waiting_;
  std::map<std::string, Met> met_;
};

// Both ways at once, the smaller side first: a fresh end, as most are, has nothing beyond it and ends the search. Gives the
// way from `downstream` down to `upstream` that the edge would close to a circle; nothing: there is none.
Result<std::vector<Node>> way_around(const Reader& state, const Node& upstream, const Node& downstream) {
  const std::string above = keys::node(upstream), below = keys::node(downstream);
  Walk ancestors(state, Table::upstream, upstream);
  Walk descendants(state, Table::downstream, downstream);
  while (!ancestors.done() && !descendants.done()) {
    (ancestors.size() <= descendants.size() ? ancestors : descendants).step();
    if (ancestors.has_met(below)) return ancestors.way_back(below);
    if (descendants.has_met(above)) {
      std::vector<Node> way = descendants.way_back(above);
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
  return std::vector<Node>();
}

std::string shown_on_the_way(const Reader& state, const Access& access, const Node& node) {
  const auto version = version_of(node);
  if (!version) return access.sees_all() ? in_quotes(node.name) : std::string(one(node.kind));
  const auto model = find_model(state, version->model_id);
  const auto home =
      model ? find<RegistryRecord>(state, Table::registries, model->registry_id.bytes()) : std::nullopt;
  if (!home) return in_quotes(node.name);
  if (!access.sees_all() && !access.on(*home, model->id)) return "a hidden version";
  return in_quotes(reference({*home, *model}, version->version));
}

// "base:v1" -> "churn:v1" -> "churn:v2"; of a long way the middle is left out.
std::string told(const Reader& state, const Access& access, const std::vector<Node>& way) {
  constexpr std::size_t kShownAtEachEnd = 4;
  std::string text;
  for (std::size_t i = 0; i < way.size(); ++i) {
    if (i > 0) text += " -> ";
    if (way.size() > 2 * kShownAtEachEnd && i == kShownAtEachEnd) {
      const std::size_t left_out = way.size() - 2 * kShownAtEachEnd;
      text += fmt::format("{} more -> ", left_out);
      i += left_out;
    }
    text += shown_on_the_way(state, access, way[i]);
  }
  return text;
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
  HERALD_CHECK(check_data(state, upstream, command.relation, downstream));
  Decision decision{{}, false, json::to_json(EdgeAnswer{upstream, command.relation, downstream})};
  if (state.get(Table::upstream, keys::edge(downstream, upstream, command.relation))) return decision;
  if (keys::node(upstream) == keys::node(downstream)) {
    return error(Cause::invalid_value, fmt::format("{} cannot be its own ancestor", in_quotes(upstream.name)),
                 "downstream");
  }
  auto circle = check_no_circle(state, &command.access, upstream, downstream);
  if (!circle) {
    Error closed = std::move(circle).error();
    closed.field = "downstream";
    return closed;
  }
  decision.created = true;
  decision.drafts.push_back({LineageRecorded{upstream, command.relation, downstream}, {}});
  return decision;
}

Result<void> check_no_circle(const Reader& state, const Access* access, const Node& upstream,
                             const Node& downstream) {
  HERALD_TRY(const auto way, way_around(state, upstream, downstream));
  if (way.empty()) return {};
  const std::string by_way_of = access != nullptr ? " (" + told(state, *access, way) + ")" : "";
  return error(Cause::not_allowed_now,
               fmt::format("{} {} already follows from {} {}{}: this edge would close a circle",
                           reflect::enum_name(upstream.kind), in_quotes(upstream.name),
                           reflect::enum_name(downstream.kind), in_quotes(downstream.name), by_way_of));
}

void draft_edge(const Reader& state, const LineageRecorded& edge, std::vector<Draft>& drafts) {
  if (state.get(Table::upstream, keys::edge(edge.downstream, edge.upstream, edge.relation))) return;
  const auto way = way_around(state, edge.upstream, edge.downstream);
  if (way && way->empty()) drafts.push_back({edge, {}});
}

Node node_of(const FoundModel& found, VersionNumber number) {
  return {NodeKind::version, version_node_id(found.model.id, number), reference(found, number)};
}

bool is_data_set(const Reader& state, const Node& node) {
  const auto version = version_of(node);
  const auto model = version ? find_model(state, version->model_id) : std::nullopt;
  const auto home =
      model ? find<RegistryRecord>(state, Table::registries, model->registry_id.bytes()) : std::nullopt;
  return home && home->kind == RegistryKind::dataset;
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
