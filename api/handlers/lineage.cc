// Lineage: what came of what, and what stands on it.
#include "api/authorisation.h"
#include "api/handlers.h"
#include "api/lineage_bodies.h"
#include "api/writing.h"

namespace herald::api {

struct LineageRequest {
  NodeRequest upstream;
  registry::Relation relation = registry::Relation::used;
  NodeRequest downstream;
};
BOOST_DESCRIBE_STRUCT(LineageRequest, (), (upstream, relation, downstream))

// What a decision says of the edge it made.
struct EdgeMade {
  registry::Node upstream;
  registry::Relation relation = registry::Relation::used;
  registry::Node downstream;
};
BOOST_DESCRIBE_STRUCT(EdgeMade, (), (upstream, relation, downstream))

struct LineageNodeBody : ShownNodeBody {
  std::uint32_t distance = 0;  // edges from the start
};
BOOST_DESCRIBE_STRUCT(LineageNodeBody, (ShownNodeBody), (distance))

struct LineageEdgeBody {
  ShownNodeBody upstream;
  projections::Connection relation = projections::Connection::used;
  ShownNodeBody downstream;
  std::optional<Stamp> recorded;  // absent: it follows from what the version says of itself
};
BOOST_DESCRIBE_STRUCT(LineageEdgeBody, (), (upstream, relation, downstream, recorded))

// As it was recorded.
struct RecordedEdgeBody {
  registry::Node upstream;
  registry::Relation relation = registry::Relation::used;
  registry::Node downstream;
  Stamp recorded;
};
BOOST_DESCRIBE_STRUCT(RecordedEdgeBody, (), (upstream, relation, downstream, recorded))

struct LineageBody {
  registry::Node start;
  std::vector<LineageNodeBody> nodes;
  std::vector<LineageEdgeBody> edges;
  bool truncated = false;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(LineageBody, (), (start, nodes, edges, truncated, next))

struct ImpactItemBody {
  registry::NodeKind kind = registry::NodeKind::version;  // or a deployment
  std::uint32_t distance = 0;
  std::string name;
  std::optional<StandingVersionBody> version = {};
};
BOOST_DESCRIBE_STRUCT(ImpactItemBody, (), (kind, distance, name, version))

struct ImpactBody {
  registry::Node start;
  std::vector<ImpactItemBody> items;
  bool truncated = false;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(ImpactBody, (), (start, items, truncated, next))

namespace {

Write::Present present_edge(const Call& call) {
  return [&work = call.herald.parts.work](const registry::Reader& state,
                                          const recorder::Recorded& recorded) -> Result<Answer> {
    HERALD_TRY(const auto made, json::from_json<EdgeMade>(recorded.answer, json::Mode::stored));
    const auto edge = registry::find<registry::EdgeRecord>(
        state, registry::Table::upstream,
        registry::keys::edge(made.downstream, made.upstream, made.relation));
    if (!edge) return error(Cause::not_found, "the edge is no longer there", "downstream");
    return answer_with(
        RecordedEdgeBody{edge->upstream, edge->relation, edge->downstream, Names(work).stamp(edge->recorded)},
        std::nullopt);
  };
}

std::optional<registry::Node> named_node(const registry::NodeAddress& end) {
  using registry::NodeKind;
  if (end.run) return registry::Node{NodeKind::run, end.run->str(), end.run->str()};
  if (end.dataset) return registry::Node{NodeKind::dataset, end.dataset->str(), end.dataset->str()};
  if (end.deployment)
    return registry::Node{NodeKind::deployment, end.deployment->str(), end.deployment->str()};
  return std::nullopt;
}

Result<void> check_artifact_end(const Call& call, const Sight& sight, const registry::Reader& state,
                                registry::ArtifactId id, bool is_said_of, const std::string& field) {
  HERALD_TRY(const auto artifact, sight.artifact(state, id, field));
  if (!is_said_of || sight.on(artifact) >= registry::Role::member) return {};
  note_denied(call, to_string(Permission::write));
  return error(Cause::denied,
               "to say what artifact " + id.str() +
                   " came of takes having made it, or the role member on a model that it is linked in",
               field);
}

// Who records an edge sees both its ends, and is a member where something is said of one: where it came from, or (of a
// version) as what it runs.
Result<void> check_end(const Call& call, const Sight& sight, const registry::NodeAddress& end,
                       bool is_said_of, const std::string& field) {
  const Snapshot now = call.snapshot();
  if (end.version) {
    const auto found =
        permitted_model(call, now.state(), *end.version, is_said_of ? Permission::write : Permission::read);
    if (!found) return about(field + ".version", found).error();
  }
  if (end.artifact) {
    HERALD_CHECK(
        check_artifact_end(call, sight, now.state(), *end.artifact, is_said_of, field + ".artifact"));
  }
  const auto named = named_node(end);
  if (!named) return {};
  if (is_said_of && call.access.is_scoped() && !sight.sees(*named)) {
    note_denied(call, to_string(Permission::write));
    return error(Cause::denied,
                 "a token of one registry or model says nothing of the " +
                     std::string(reflect::enum_name(named->kind)) + " " + shown(named->id) +
                     ", which nothing there is connected with: first record what it made there",
                 field);
  }
  return sight.check_naming(*named, is_said_of ? registry::Role::member : registry::Role::restricted_viewer,
                            field + "." + std::string(reflect::enum_name(named->kind)));
}

Result<Outcome> record_lineage(const Call& call) {
  HERALD_TRY(const auto request, body_of<LineageRequest>(call));
  HERALD_TRY(auto upstream, address_of(request.upstream, "upstream"));
  HERALD_TRY(auto downstream, address_of(request.downstream, "downstream"));
  if (call.access.on_server() < registry::Role::member) {
    const Sight sight(call);
    const bool is_deployed = request.relation == registry::Relation::deployed_as;
    HERALD_CHECK(check_end(call, sight, upstream, is_deployed, "upstream"));
    HERALD_CHECK(check_end(call, sight, downstream, true, "downstream"));
  }
  return Write{
      registry::RecordLineage{std::move(upstream), request.relation, std::move(downstream), call.access},
      {},
      present_edge(call)};
}

// ---- where a walk starts ----

Result<registry::Node> version_start(const registry::Reader& state, const Sight& sight,
                                     std::string_view text) {
  HERALD_TRY(const auto reference, about("version", parse_reference(text)));
  HERALD_TRY(const auto found, about("version", sight.model(state, {reference.registry, reference.model})));
  HERALD_TRY(const auto version, about("version", registry::resolve(state, found, reference.selector)));
  return registry::Node{registry::NodeKind::version,
                        registry::version_node_id(found.model.id, version.number),
                        reference_of(found.registry.name, found.model.name, version.number)};
}

Result<registry::Node> artifact_start(const registry::Reader& state, const Sight& sight,
                                      std::string_view text) {
  HERALD_TRY(const auto id, about("artifact", registry::ArtifactId::parse(text)));
  HERALD_TRY(const auto artifact, sight.artifact(state, id, "artifact"));
  return registry::Node{registry::NodeKind::artifact, id.str(), artifact.name.str()};
}

// A name that nobody took, and one that is hidden, have graphs of themselves.
Result<registry::Node> labelled_start(registry::NodeKind kind, std::string_view text) {
  HERALD_TRY(const auto label, about(reflect::enum_name(kind), registry::Label::parse(text)));
  return registry::Node{kind, label.str(), label.str()};
}

Result<registry::Node> start_in(const Call& call, const registry::Reader& state, const Sight& sight) {
  using registry::NodeKind;
  std::optional<NodeKind> kind;
  std::size_t given = 0;
  for (const NodeKind one :
       {NodeKind::version, NodeKind::artifact, NodeKind::run, NodeKind::dataset, NodeKind::deployment}) {
    if (!call.query.get(reflect::enum_name(one))) continue;
    kind = one;
    ++given;
  }
  if (given != 1) {
    return error(given == 0 ? Cause::missing_field : Cause::invalid_value,
                 "name exactly one start: version=churn:v3, artifact=<id>, run=<id>, dataset=<name> or "
                 "deployment=<name>",
                 "version");
  }
  const std::string_view text = text_in(call, reflect::enum_name(*kind));
  if (*kind == NodeKind::version) return version_start(state, sight, text);
  if (*kind == NodeKind::artifact) return artifact_start(state, sight, text);
  return labelled_start(*kind, text);
}

// ---- pages of a walk ----

// Where a page begins: behind so many nodes of the graph as of an event, so that all pages are of one graph, and behind so many
// rows that told it.
struct PlaceInAWalk {
  std::optional<Sequence> at;
  std::size_t passed = 0, rows = 0;
};

std::string cursor_at(const Call& call, Sequence at, std::size_t passed, std::size_t rows) {
  return call.herald.cursors.seal(call.path_text, be64(at.value()) + be64(passed) + be64(rows));
}

Result<PlaceInAWalk> place_in(const Call& call) {
  const auto cursor = call.query.get("cursor");
  if (!cursor) return PlaceInAWalk{call.as_of};
  HERALD_TRY(const auto position, call.herald.cursors.open(call.path_text, *cursor));
  if (position.size() != 24) return error(Cause::invalid_value, "this cursor is of another list", "cursor");
  const auto number_at = [&position](std::size_t begin) {
    return static_cast<std::size_t>(read_be64(std::string_view(position).substr(begin)));
  };
  return PlaceInAWalk{Sequence(read_be64(position)), number_at(8), number_at(16)};
}

Result<std::size_t> number_asked(const Call& call, std::string_view name, std::size_t otherwise,
                                 std::size_t most) {
  const auto text = call.query.get(name);
  if (!text) return otherwise;
  return whole_number(*text, name, 1, most);
}

// One walk for one page: the graph with all that comes before the page too.
struct WalkedGraph {
  projections::LineageGraph graph;
  Sequence at;
};

Result<WalkedGraph> walk_from_start(const Call& call, const Snapshot& now, const Sight& sight,
                                    const PlaceInAWalk& place, projections::Direction direction,
                                    std::size_t most_nodes) {
  if (place.at && now.sequence() < *place.at)
    return error(Cause::busy,
                 "the views are not yet at event " + std::to_string(place.at->value()) + ": try again");
  HERALD_TRY(const auto start, start_in(call, now.state(), sight));
  projections::LineageWalk asked;
  asked.direction = direction;
  asked.nodes = place.passed + most_nodes;
  asked.rows = place.rows + limits::kMaxLineageEdges;
  if (!sight.sees_all()) asked.sees = [&sight](const registry::Node& node) { return sight.sees(node); };
  HERALD_TRY(asked.depth, number_asked(call, "depth", asked.depth, limits::kMaxLineageDepth));
  if (sight.sees(start)) {
    WalkedGraph walked{projections::lineage(now.state(), start, asked), now.sequence()};
    walked.graph.truncated |= sight.is_worn_out();
    return walked;
  }
  WalkedGraph alone{{}, now.sequence()};
  static_cast<registry::Node&>(alone.graph.nodes.emplace_back()) = start;
  return alone;
}

Result<Outcome> walk_lineage(const Call& call) {
  HERALD_TRY(const auto direction, choice_in(call, "direction", projections::Direction::both));
  HERALD_TRY(const auto limit,
             number_asked(call, "limit", limits::kMaxLineageNodes, limits::kMaxLineageNodes));
  HERALD_TRY(const auto place, place_in(call));
  const Snapshot now(call.herald.parts, place.at);
  const Sight sight(call);
  HERALD_TRY(const auto walked, walk_from_start(call, now, sight, place, direction, limit));
  const projections::LineageGraph& graph = walked.graph;
  const Names names(call.herald.parts.work);
  LineageBody body{
      .start = graph.nodes[0], .nodes = {}, .edges = {}, .truncated = graph.truncated, .next = {}};
  for (std::size_t i = 1 + place.passed; i < graph.nodes.size(); ++i) {
    body.nodes.push_back(
        {shown_node_body(graph.nodes[i]), static_cast<std::uint32_t>(graph.nodes[i].distance)});
  }
  for (const projections::LineageEdge& edge : graph.edges) {
    const bool was_told = std::max(edge.upstream, edge.downstream) <= place.passed && edge.row <= place.rows;
    if (was_told) continue;
    body.edges.push_back({shown_node_body(graph.nodes[edge.upstream]), edge.relation,
                          shown_node_body(graph.nodes[edge.downstream]), names.stamp(edge.recorded)});
  }
  if (graph.more) body.next = cursor_at(call, walked.at, graph.nodes.size() - 1, graph.rows);
  return answer_with(body, walked.at);
}

Result<Outcome> get_lineage(const Call& call) {
  return Blocking{[&call] { return walk_lineage(call); }};
}

// ---- what stands on it ----

std::optional<ImpactItemBody> impact_item(const registry::Reader& state,
                                          const projections::LineageNode& node) {
  ImpactItemBody item{
      .kind = node.kind, .distance = static_cast<std::uint32_t>(node.distance), .name = node.name};
  if (node.kind == registry::NodeKind::deployment) return item;
  const auto version = registry::version_of(node);
  if (!version) return std::nullopt;
  item.version = standing_version(state, version->model_id, version->version);
  if (!item.version) return std::nullopt;
  item.name = item.version->reference;
  return item;
}

Result<Outcome> walk_impact(const Call& call) {
  HERALD_TRY(const auto limit, number_asked(call, "limit", limits::kDefaultPageSize, limits::kMaxPageSize));
  HERALD_TRY(const auto place, place_in(call));
  const Snapshot now(call.herald.parts, place.at);
  const Sight sight(call);
  HERALD_TRY(const auto walked, walk_from_start(call, now, sight, place, projections::Direction::downstream,
                                                limits::kMaxLineageNodes));
  const projections::LineageGraph& graph = walked.graph;
  ImpactBody body{.start = graph.nodes[0], .items = {}, .truncated = graph.truncated, .next = {}};
  std::size_t passed = place.passed;
  for (; passed + 1 < graph.nodes.size() && body.items.size() < limit; ++passed) {
    if (auto item = impact_item(now.state(), graph.nodes[passed + 1])) body.items.push_back(std::move(*item));
  }
  const bool is_passed = passed + 1 == graph.nodes.size();
  if (graph.more || !is_passed)
    body.next = cursor_at(call, walked.at, passed, is_passed ? graph.rows : place.rows);
  return answer_with(body, walked.at);
}

Result<Outcome> get_impact(const Call& call) {
  return Blocking{[&call] { return walk_impact(call); }};
}

// ---- one artifact in many models ----

Result<Outcome> list_versions_of_artifact(const Call& call) {
  HERALD_TRY(const auto id, about("artifact", registry::ArtifactId::parse(call.path.at("artifact"))));
  HERALD_TRY(const auto request, page_in(call));
  const Snapshot now = call.snapshot();
  const Sight sight(call);
  HERALD_CHECK(sight.artifact(now.state(), id, "artifact"));
  const auto page =
      projections::list_versions_of(now.state(), id, request, [&](const projections::LinkedVersion& linked) {
        return sight.sees(linked.model_id) &&
               standing_version(now.state(), linked.model_id, linked.version).has_value();
      });
  return list_answer(call, page, now.sequence(),
                     [&](std::string& out, const projections::LinkedVersion& linked) {
                       json::write(out, *standing_version(now.state(), linked.model_id, linked.version));
                     });
}

// `limit`: how many of what is on a page.
Doc with_a_start(Doc doc, QueryParameter limit) {
  return std::move(doc)
      .with({"version", R"({"type":"string"})", "Start: a reference, as churn:v3."})
      .with({"artifact", R"({"type":"string"})", "Start: an artifact's id."})
      .with({"run", R"({"type":"string"})", "Start: a run's id."})
      .with({"dataset", R"({"type":"string"})", "Start: a data set's name."})
      .with({"deployment", R"({"type":"string"})", "Start: a deployment's name."})
      .with({"depth", R"({"type":"integer","minimum":1,"maximum":100000})",
             "Steps from the start; when left out, to the end."})
      .with(limit)
      .with({"cursor", R"({"type":"string"})", "The \"next\" of the page before."})
      .as_of();
}

}  // namespace

void add_lineage_routes(Router& router) {
  router.add({Method::post, "/v1/lineage", Permission::write, ObjectScope::visible, record_lineage,
              Doc("lineage", "Record that one thing came of another")
                  .takes<LineageRequest>("LineageRequest")
                  .gives<RecordedEdgeBody>("LineageEdge")
                  .may_create()});
  router.add(
      {Method::get, "/v1/lineage", Permission::read, ObjectScope::visible, get_lineage,
       with_a_start(
           Doc("lineage", "Show what is connected with a version, artifact, run, data set or deployment")
               .gives<LineageBody>("Lineage")
               .with({"direction", R"({"enum":["upstream","downstream","both"],"default":"both"})",
                      "Where from, what came of it, or both."})
               .says("The nearest first, 1,000 nodes on a page unless \"limit\" says fewer, and fewer where "
                     "they "
                     "have many edges; all pages are of "
                     "one moment. What the caller may not see is not there, nor what lies behind it alone; "
                     "what was deleted says so."),
           {"limit", R"({"type":"integer","minimum":1,"maximum":1000,"default":1000})",
            "Nodes on a page."})});
  router.add({Method::get, "/v1/lineage/impact", Permission::read, ObjectScope::visible, get_impact,
              with_a_start(Doc("lineage",
                               "What stands on it: the versions below, with their aliases and stages, and "
                               "where they are deployed")
                               .gives<ImpactBody>("Impact"),
                           {"limit", R"({"type":"integer","minimum":1,"maximum":1000,"default":100})",
                            "Items on a page."})});
  router.add({Method::get, "/v1/artifacts/{artifact}/versions", Permission::read, ObjectScope::visible,
              list_versions_of_artifact,
              Doc("artifacts", "The versions, of whatever models, that an artifact belongs to")
                  .lists<StandingVersionBody>("StandingVersion")
                  .as_of()});
}

}  // namespace herald::api
