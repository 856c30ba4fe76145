// The page of a run: all that is known of it, from whoever named it.
#include "api/handlers.h"
#include "api/lineage_bodies.h"

namespace herald::api {

struct RunNeighbourBody {
  projections::Connection relation = projections::Connection::used;
  ShownNodeBody node;
};
BOOST_DESCRIBE_STRUCT(RunNeighbourBody, (), (relation, node))

// `facts`: as the version that names it and was changed last tells them.
struct RunBody {
  registry::Label id;
  std::optional<registry::Run> facts;
  std::vector<RunNeighbourBody> used, produced;  // without the versions, which stand below
  std::vector<StandingVersionBody> versions;     // that it produced
  std::vector<EvaluationBody> evaluations;       // that it made
  bool truncated = false;                        // a list has 1,000 and there are more
};
BOOST_DESCRIBE_STRUCT(RunBody, (), (id, facts, used, produced, versions, evaluations, truncated))

namespace {

projections::LineageGraph run_neighbours(const registry::Reader& state, const Sight& sight,
                                         const registry::Node& run, projections::Direction direction) {
  projections::LineageWalk near{.direction = direction, .depth = 1};
  near.sees = [&sight](const registry::Node& node) { return sight.sees(node); };
  return projections::lineage(state, run, near);
}

// Versions apart; each thing once for each relation.
void add_produced_by_run(RunBody& body, const registry::Reader& state,
                         const projections::LineageGraph& below) {
  std::vector<bool> told(below.nodes.size());
  for (const projections::LineageEdge& edge : below.edges) {
    const projections::LineageNode& node = below.nodes[edge.downstream];
    const auto version = registry::version_of(node);
    if (!version) {
      body.produced.push_back({edge.relation, shown_node_body(node)});
      continue;
    }
    if (told[edge.downstream]) continue;
    told[edge.downstream] = true;
    if (auto standing = standing_version(state, version->model_id, version->version))
      body.versions.push_back(std::move(*standing));
  }
}

// As the version tells them that was changed last.
std::optional<registry::Run> run_facts(const registry::Reader& state, const RunBody& body) {
  std::optional<registry::Run> facts;
  std::uint64_t newest = 0;
  for (const StandingVersionBody& made : body.versions) {
    const auto version = registry::find_version(state, made.model_id, made.version);
    if (!version || !version->run || version->run->id != body.id) continue;
    if (version->changed.sequence < newest) continue;
    newest = version->changed.sequence;
    facts = version->run;
  }
  return facts;
}

void add_evaluations_by_run(RunBody& body, const registry::Reader& state, const Sight& sight,
                            const Names& names) {
  const auto made = projections::evaluations_of(
      state, body.id, [&](const auto& evaluation) { return sight.sees(evaluation.model_id); });
  body.truncated |= made.more;
  for (const registry::EvaluationRecord& evaluation : made.items) {
    const auto model = registry::find_model(state, evaluation.model_id);
    const auto home = model ? registry::find<registry::RegistryRecord>(state, registry::Table::registries,
                                                                       model->registry_id.bytes())
                            : std::nullopt;
    if (home) body.evaluations.push_back(evaluation_body(state, {*home, *model}, evaluation, sight, names));
  }
}

Result<Outcome> show_run(const Call& call) {
  HERALD_TRY(const auto id, about("run", registry::Label::parse(call.path.at("run"))));
  const Snapshot now = call.snapshot();
  const Sight sight(call);
  const registry::Node node{registry::NodeKind::run, id.str(), id.str()};
  const auto above = run_neighbours(now.state(), sight, node, projections::Direction::upstream);
  const auto below = run_neighbours(now.state(), sight, node, projections::Direction::downstream);
  RunBody body{.id = id, .facts = {}, .used = {}, .produced = {}, .versions = {}, .evaluations = {}};
  for (const projections::LineageEdge& edge : above.edges)
    body.used.push_back({edge.relation, shown_node_body(above.nodes[edge.upstream])});
  add_produced_by_run(body, now.state(), below);
  add_evaluations_by_run(body, now.state(), sight, Names(call.herald.parts.work));
  body.facts = run_facts(now.state(), body);
  body.truncated |= above.more || below.more || sight.is_worn_out();
  const bool is_known =
      !body.used.empty() || !body.produced.empty() || !body.versions.empty() || !body.evaluations.empty();
  if (!is_known || !sight.sees(node)) {
    sight.note_if_hidden(node);
    return error(Cause::not_found,
                 "nothing is known of a run " + shown(id.str()) +
                     ": versions name it as \"run\", evaluations too, and lineage is recorded of it",
                 "run");
  }
  return answer_with(body, now.sequence());
}

Result<Outcome> get_run(const Call& call) {
  return Blocking{[&call] { return show_run(call); }};
}

}  // namespace

void add_run_routes(Router& router) {
  router.add(
      {Method::get, "/v1/runs/{run}", Permission::read, ObjectScope::visible, get_run,
       Doc("lineage", "A run: the versions it produced, what it used, the evaluations it made")
           .gives<RunBody>("Run")
           .says("A run's id may hold any characters of a line: encode them in the path, \"/\" as %2F.")
           .as_of()});
}

}  // namespace herald::api
