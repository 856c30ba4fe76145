// Runs: all that are known, and the page of each: all that is known of it, from whoever named it.
#include "projections/runs.h"
#include "api/handlers.h"
#include "api/lineage_bodies.h"

namespace herald::api {

struct ListedRunBody {
  registry::Label id;
  std::optional<registry::Run> facts;
};
BOOST_DESCRIBE_STRUCT(ListedRunBody, (), (id, facts))

struct RunNeighbourBody {
  projections::Connection relation = projections::Connection::used;
  ShownNodeBody node;
};
BOOST_DESCRIBE_STRUCT(RunNeighbourBody, (), (relation, node))

// The lists together have as many things as a page.
struct RunBody {
  registry::Label id;
  std::optional<registry::Run> facts = {};  // on the first page
  std::vector<RunNeighbourBody> used = {},
                                produced = {};     // without the versions that are there, which stand below
  std::vector<StandingVersionBody> versions = {};  // that it produced
  std::vector<EvaluationBody> evaluations = {};    // that it made
  std::optional<std::string> next = {};
};
BOOST_DESCRIBE_STRUCT(RunBody, (), (id, facts, used, produced, versions, evaluations, next))

namespace {

using projections::Glance;

// What the caller is shown, as long as a Sight sees clearly: what comes when it is worn out is looked at with a fresh one, on
// the next page; but the first thing of a page is, so that each page goes on.
class Glances {
 public:
  explicit Glances(const Sight& sight) : sight_(sight) {}

  Glance at(bool is_seen) {
    const bool is_first = !looked_;
    looked_ = true;
    if (is_seen) return Glance::shown;
    return sight_.is_worn_out() && !is_first ? Glance::later : Glance::hidden;
  }

 private:
  const Sight& sight_;
  bool looked_ = false;
};

std::function<bool(registry::ModelId)> seen_models(const Sight& sight) {
  return [&sight](registry::ModelId model) { return sight.sees(model); };
}

registry::Node run_node(const registry::Label& id) {
  return {registry::NodeKind::run, id.str(), id.str()};
}

// ---- all runs ----

Result<Outcome> list_known_runs(const Call& call) {
  HERALD_TRY(const auto request, page_in(call));
  const Snapshot now = call.snapshot();
  const Sight sight(call);
  Glances glances(sight);
  const auto page =
      projections::list_runs(now.state(), text_in(call, "name"), request, seen_models(sight),
                             [&](const registry::Label& id) { return glances.at(sight.sees(run_node(id))); });
  return list_answer(call, page, now.sequence(), [](std::string& out, const projections::ListedRun& run) {
    json::write(out, ListedRunBody{run.id, run.facts});
  });
}

Result<Outcome> list_runs(const Call& call) {
  return Blocking{[&call] { return list_known_runs(call); }};
}

// ---- the page of one ----

class RunPage {
 public:
  RunPage(const Call& call, const registry::Reader& state, const Sight& sight, registry::Label id)
      : state_(state), sight_(sight), names_(call.herald.parts.work), body_{.id = std::move(id)} {}

  void add(const projections::KnownOfRun& known) {
    using projections::OfRun;
    if (known.list == OfRun::used) body_.used.push_back({known.relation, shown_node_body(known.node)});
    if (known.list == OfRun::produced)
      body_.produced.push_back({known.relation, shown_node_body(known.node)});
    if (known.list == OfRun::versions) add_version(known.node);
    if (known.list == OfRun::evaluations) add_evaluation(*known.evaluation);
  }
  void tell_facts() { body_.facts = projections::facts_of_run(state_, body_.id, seen_models(sight_)).facts; }
  RunBody take(std::optional<std::string> next) && {
    body_.next = std::move(next);
    return std::move(body_);
  }

 private:
  void add_version(const registry::Node& node) {
    const auto named = registry::version_of(node);
    auto standing = named ? standing_version(state_, named->model_id, named->version) : std::nullopt;
    if (standing) body_.versions.push_back(std::move(*standing));
  }
  void add_evaluation(const registry::EvaluationRecord& evaluation) {
    const auto model = registry::find_model(state_, evaluation.model_id);
    const auto home = model ? registry::find<registry::RegistryRecord>(state_, registry::Table::registries,
                                                                       model->registry_id.bytes())
                            : std::nullopt;
    if (home)
      body_.evaluations.push_back(evaluation_body(state_, {*home, *model}, evaluation, sight_, names_));
  }

  const registry::Reader& state_;
  const Sight& sight_;
  const Names names_;
  RunBody body_;
};

Error no_such_run(const registry::Label& id) {
  return error(Cause::not_found,
               "nothing is known of a run " + shown(id.str()) +
                   ": versions name it as \"run\", evaluations too, and lineage is recorded of it",
               "run");
}

Result<Outcome> show_run(const Call& call) {
  HERALD_TRY(const auto id, about("run", registry::Label::parse(call.path.at("run"))));
  HERALD_TRY(const auto request, page_in(call));
  const Snapshot now = call.snapshot();
  const Sight sight(call);
  const registry::Node node = run_node(id);
  if (!sight.sees(node) || !projections::is_known_run(now.state(), id)) {
    sight.note_if_hidden(node);
    return no_such_run(id);
  }
  Glances glances(sight);
  const auto page =
      projections::list_known_of_run(now.state(), id, request, [&](const projections::KnownOfRun& known) {
        return glances.at(known.evaluation ? sight.sees(known.evaluation->model_id) : sight.sees(known.node));
      });
  RunPage shown_page(call, now.state(), sight, id);
  for (const projections::KnownOfRun& known : page.items) shown_page.add(known);
  if (request.after.empty()) shown_page.tell_facts();
  const auto next =
      page.next ? std::optional(call.herald.cursors.seal(call.path_text, *page.next)) : std::nullopt;
  return answer_with(std::move(shown_page).take(next), now.sequence());
}

Result<Outcome> get_run(const Call& call) {
  return Blocking{[&call] { return show_run(call); }};
}

}  // namespace

void add_run_routes(Router& router) {
  router.add(
      {Method::get, "/v1/runs", Permission::read, ObjectScope::visible, list_runs,
       Doc("lineage", "List the runs that versions, evaluations or lineage name, in the order of their ids")
           .lists<ListedRunBody>("ListedRun")
           .with({"name", R"({"type":"string"})", "Only runs whose id or name contains this."})
           .as_of()});
  router.add(
      {Method::get, "/v1/runs/{run}", Permission::read, ObjectScope::visible, get_run,
       Doc("lineage", "A run: the versions it produced, what it used, the evaluations it made")
           .gives<RunBody>("Run")
           .paged()
           .says(
               "A run's id may hold any characters of a line: encode them in the path, \"/\" as %2F. A page "
               "has "
               "\"limit\" things, those of all lists counted: what it used first, then what it produced, the "
               "versions and the evaluations; \"facts\" are on the first page.")
           .as_of()});
}

}  // namespace herald::api
