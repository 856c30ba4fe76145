// Lineage: what came of what.
#include "api/handlers.h"
#include "api/writing.h"

namespace herald::api {

// Exactly one of these.
struct NodeRequest {
  std::optional<std::string> version;  // "churn:v3"
  std::optional<registry::ArtifactId> artifact;
  std::optional<registry::Label> run;
  std::optional<registry::Label> dataset;
};
BOOST_DESCRIBE_STRUCT(NodeRequest, (), (version, artifact, run, dataset))

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

namespace {

Result<registry::NodeAddress> address_of(const NodeRequest& node, const std::string& field) {
  registry::NodeAddress address{{}, node.artifact, node.run, node.dataset};
  if (!node.version) return address;
  HERALD_TRY(const auto reference, about(field + ".version", parse_reference(*node.version)));
  if (reference.selector.kind != registry::VersionSelector::Kind::number) {
    return error(Cause::invalid_value,
                 shown(*node.version) +
                     " may point elsewhere tomorrow: lineage names a version by its number, as \"churn:v3\"",
                 field + ".version");
  }
  address.version =
      registry::VersionAddress{{reference.registry, reference.model}, reference.selector.number};
  return address;
}

Result<Answer> present_edge(const registry::Reader& state, const recorder::Recorded& recorded) {
  HERALD_TRY(const auto made, json::from_json<EdgeMade>(recorded.answer, json::Mode::stored));
  const auto edge = registry::find<registry::EdgeRecord>(
      state, registry::Table::upstream, registry::keys::edge(made.downstream, made.upstream, made.relation));
  if (!edge) return error(Cause::not_found, "the edge is no longer there");
  return answer_with(*edge, std::nullopt);
}

Result<Outcome> record_lineage(const Call& call) {
  HERALD_TRY(const auto request, body_of<LineageRequest>(call));
  HERALD_TRY(auto upstream, address_of(request.upstream, "upstream"));
  HERALD_TRY(auto downstream, address_of(request.downstream, "downstream"));
  return Write{registry::RecordLineage{std::move(upstream), request.relation, std::move(downstream)},
               {},
               present_edge};
}

Result<registry::Node> version_start(const registry::Reader& state, std::string_view text) {
  HERALD_TRY(const auto reference, about("version", parse_reference(text)));
  HERALD_TRY(const auto found,
             about("version", registry::require_model(state, reference.registry, reference.model)));
  HERALD_TRY(const auto version, about("version", registry::resolve(state, found, reference.selector)));
  return registry::Node{registry::NodeKind::version,
                        registry::version_node_id(found.model.id, version.number),
                        reference_of(found.registry.name, found.model.name, version.number)};
}

Result<registry::Node> artifact_start(const registry::Reader& state, std::string_view text) {
  HERALD_TRY(const auto id, about("artifact", registry::ArtifactId::parse(text)));
  const auto artifact =
      registry::find<registry::ArtifactRecord>(state, registry::Table::artifacts, id.bytes());
  if (!artifact) return error(Cause::not_found, "artifact " + id.str() + " does not exist", "artifact");
  return registry::Node{registry::NodeKind::artifact, id.str(), artifact->name.str()};
}

Result<registry::Node> labelled_start(registry::NodeKind kind, std::string_view text) {
  HERALD_TRY(const auto label, about(reflect::enum_name(kind), registry::Label::parse(text)));
  return registry::Node{kind, label.str(), label.str()};
}

Result<registry::Node> start_in(const Call& call, const registry::Reader& state) {
  std::size_t given = 0;
  for (const std::string_view name : {"version", "artifact", "run", "dataset"})
    given += call.query.get(name).has_value() ? 1 : 0;
  if (given != 1) {
    return error(given == 0 ? Cause::missing_field : Cause::invalid_value,
                 "name exactly one start: version=churn:v3, artifact=<id>, run=<id> or dataset=<name>",
                 "version");
  }
  if (const auto version = call.query.get("version")) return version_start(state, *version);
  if (const auto artifact = call.query.get("artifact")) return artifact_start(state, *artifact);
  if (const auto run = call.query.get("run")) return labelled_start(registry::NodeKind::run, *run);
  return labelled_start(registry::NodeKind::dataset, text_in(call, "dataset"));
}

Result<projections::Direction> direction_in(const Call& call) {
  const std::string_view text = call.query.get("direction").value_or("both");
  if (text == "upstream") return projections::Direction::upstream;
  if (text == "downstream") return projections::Direction::downstream;
  if (text == "both") return projections::Direction::both;
  return error(Cause::invalid_value,
               "\"direction\" must be \"upstream\", \"downstream\" or \"both\", not " + shown(text),
               "direction");
}

Result<Outcome> walk_lineage(const Call& call) {
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto start, start_in(call, now.state()));
  HERALD_TRY(const auto direction, direction_in(call));
  std::size_t depth = limits::kMaxLineageDepth;
  if (const auto text = call.query.get("depth")) {
    HERALD_TRY(depth, whole_number(*text, "depth", 1, limits::kMaxLineageDepth));
  }
  const Presenter presenter(now.state(), call.herald.parts.work);
  return answer_with(presenter.lineage(projections::lineage(now.state(), start, direction, depth)),
                     now.sequence());
}

Result<Outcome> get_lineage(const Call& call) {
  return Blocking{[&call] { return walk_lineage(call); }};
}

}  // namespace

void add_lineage_routes(Router& router) {
  router.add({Method::post, "/v1/lineage", Permission::write, ObjectScope::visible, record_lineage,
              Doc("lineage", "Record that one thing came of another")
                  .takes<LineageRequest>("LineageRequest")
                  .gives<registry::EdgeRecord>("LineageEdge")
                  .records()});
  router.add({Method::get, "/v1/lineage", Permission::read, ObjectScope::visible, get_lineage,
              Doc("lineage", "Show what is connected with a version, an artifact, a run or a data set")
                  .gives<LineageBody>("Lineage")
                  .with({"version", R"({"type":"string"})", "Start: a reference, as churn:v3."})
                  .with({"artifact", R"({"type":"string"})", "Start: an artifact's id."})
                  .with({"run", R"({"type":"string"})", "Start: a run's id."})
                  .with({"dataset", R"({"type":"string"})", "Start: a data set's name."})
                  .with({"direction", R"({"enum":["upstream","downstream","both"],"default":"both"})",
                         "Where from, what came of it, or both."})
                  .with({"depth", R"({"type":"integer","minimum":1,"maximum":64,"default":64})",
                         "Steps from the start."})
                  .as_of()});
}

}  // namespace herald::api
