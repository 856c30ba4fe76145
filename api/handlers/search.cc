// Search: the language and how it is answered are those of projections/search; here a request becomes one, and what is
// found is shown as the routes of its kind show it.
#include "projections/search/search.h"

#include <algorithm>

#include "api/authorisation.h"
#include "api/handlers.h"
#include "api/lineage_bodies.h"
#include "api/principals.h"
#include "api/problem.h"
#include "api/representation.h"
#include "api/sight.h"

namespace herald::api {

// A run, as the first of the versions that name it tells of it.
struct FoundRunBody : registry::Run {
  registry::RegistryName registry;
  registry::ModelName model;
  VersionNumber version;
  std::string reference;
  Stamp created;  // of that version
};
BOOST_DESCRIBE_STRUCT(FoundRunBody, (registry::Run), (registry, model, version, reference, created))

// What is found is of one of these kinds: `kind` says which.
struct FoundBody {
  static void json_schema(std::string& out) {
    out += R"({"anyOf":[)" + json::schema_of<ModelBody>() + "," + json::schema_of<VersionBody>() + "," +
           json::schema_of<ArtifactBody>() + "," + json::schema_of<FoundRunBody>() + "," +
           json::schema_of<EvaluationBody>() + "]}";
  }
};

namespace {

namespace search = projections::search;
using search::Kind;

constexpr std::string_view kKinds =
    R"({"enum":["models","versions","artifacts","runs","evaluations"],"default":"models"})";

// Of a mistake in the sentence: the problem with its place as members of its own.
Answer mistake(const Call& call, const search::Problem& problem, std::string_view text) {
  ProblemBody body = problem_body(search::as_error(problem, text), call.request_id);
  body.position = problem.at.offset;
  body.length = problem.at.length;
  return Answer{.status = body.status, .media = kProblemJson, .body = json::to_json(body)};
}

// What is found, as it was when it was found.
class FoundPresenter {
 public:
  FoundPresenter(const registry::Reader& then, const work::Store& work, Kind kind, const Sight& sight)
      : then_(then), presenter_(then, work), kind_(kind), sight_(sight) {}

  void write(std::string& out, std::string_view key) {
    switch (kind_) {
      case Kind::models:
        return json::write(out, presenter_.model(home_of(key)));
      case Kind::versions:
        return json::write(out, presenter_.version(home_of(key), version_at(key)));
      case Kind::runs:
        return json::write(out, run_of(home_of(key), version_at(key)));
      case Kind::evaluations:
        return json::write(out, evaluation_at(key));
      case Kind::artifacts:
        return json::write(out, artifact_at(key));
    }
  }

 private:
  using Table = registry::Table;

  template <class Record>
  Record at(Table table, std::string_view key) const {
    return registry::find<Record>(then_, table, key).value();
  }
  registry::FoundModel home_of(std::string_view key) const {
    auto model = at<registry::ModelRecord>(Table::models, key.substr(0, registry::ModelId().bytes().size()));
    auto home = at<registry::RegistryRecord>(Table::registries, model.registry_id.bytes());
    return {std::move(home), std::move(model)};
  }
  // With those of its versions that the caller sees.
  ArtifactBody artifact_at(std::string_view key) const {
    return presenter_.artifact(at<registry::ArtifactRecord>(Table::artifacts, key),
                               [this](registry::ModelId model) { return sight_.sees(model); });
  }
  registry::VersionRecord version_at(std::string_view key) const {
    return at<registry::VersionRecord>(Table::versions, key);
  }

  FoundRunBody run_of(const registry::FoundModel& home, const registry::VersionRecord& version) const {
    FoundRunBody body;
    static_cast<registry::Run&>(body) = version.run.value();
    body.registry = home.registry.name;
    body.model = home.model.name;
    body.version = version.number;
    body.reference = reference_of(body.registry, body.model, body.version);
    body.created = presenter_.names().stamp(version.created);
    return body;
  }
  EvaluationBody evaluation_at(std::string_view key) const {
    return evaluation_body(then_, home_of(key), at<registry::EvaluationRecord>(Table::evaluations, key),
                           sight_, presenter_.names());
  }

  const registry::Reader& then_;
  Presenter presenter_;
  Kind kind_;
  const Sight& sight_;
};

// People are called by their names, and owners are known by their ids. `me` is the search's own word.
std::optional<search::Problem> put_ids_of_owners(const Call& call, search::Query& query) {
  const projections::HeadReader head(call.herald.parts.head);
  for (search::Condition& condition : query.conditions) {
    auto* const pattern = std::get_if<search::TextPattern>(&condition.wanted);
    if (condition.field != search::Field::owner || pattern == nullptr) continue;
    if (pattern->shape != search::TextPattern::Shape::whole)
      return search::Problem{condition.at,
                             "an owner is named whole: by name, by id, or \"me\"; owner:* is anybody"};
    if (pattern->text == "me") continue;
    const auto owner = principal_called(call, head, pattern->text, "q");
    if (!owner) return search::Problem{condition.at, owner.error().message};
    pattern->text = search::folded(owner->id.str());
  }
  return std::nullopt;
}

// "data/customers:v1", "data/customers:gold", "data/customers" for any version of it, an artifact by its id: what is found
// stands on it, whatever it was called then.
Result<search::TextPattern> data_set_meant(const Sight& sight, const registry::Reader& state,
                                           const std::string& written) {
  using Shape = search::TextPattern::Shape;
  if (const auto id = registry::ArtifactId::parse(written)) {
    HERALD_TRY(const auto artifact, sight.artifact(state, *id, "q"));
    return search::TextPattern{Shape::whole, artifact.id.str()};
  }
  if (written.find(':') != std::string::npos) {
    HERALD_TRY(const auto version, about("q", data_set_called(sight, state, written)));
    return search::TextPattern{Shape::whole, version.id};
  }
  HERALD_TRY(const auto any, parse_reference(written + ":v1"));
  HERALD_TRY(const auto found, about("q", registered_data_set(sight, state, {any.registry, any.model})));
  return search::TextPattern{Shape::beginning, found.model.id.str() + "/"};
}

// By their ids nobody asks for them, nor for whether there is any: so nothing is told of one that is hidden.
std::optional<search::Problem> put_ids_of_data_sets(const Call& call, const Sight& sight,
                                                    search::Query& query) {
  const projections::HeadReader head(call.herald.parts.head);
  for (search::Condition& condition : query.conditions) {
    if (condition.field != search::Field::data) continue;
    const auto* const pattern = std::get_if<search::TextPattern>(&condition.wanted);
    if (pattern == nullptr || pattern->shape != search::TextPattern::Shape::whole)
      return search::Problem{
          condition.at,
          "a version of a data set is named whole: data/customers:v1, data/customers:gold, "
          "or data/customers for any version of it"};
    auto meant = data_set_meant(sight, head, condition.written);
    if (!meant) return search::Problem{condition.at, meant.error().message, meant.error().cause};
    condition.wanted = std::move(*meant);
  }
  return std::nullopt;
}

// What a cursor belongs to: all that chooses what is listed, and in which order; "me" is whoever asks.
std::string list_of(const Call& call) {
  std::string list(call.path_text);
  list.append(1, '\0').append(call.actor.id);
  for (const char* name : {"kind", "sort", "as_of", "q"}) list.append(1, '\0').append(text_in(call, name));
  return list;
}

// A page ends with a `next` where another thing that is seen follows, and the `next` is of the last that it shows: of what is
// hidden behind it nothing is told. `found`: of a search for one thing more than the page holds.
void end_before_what_is_hidden(search::Found& found, std::size_t limit) {
  if (found.documents.size() <= limit || limit == 0) return;
  found.documents.resize(limit);
  found.keys.resize(limit);
  found.next = found.keys.back();
}

Result<Outcome> look_for(const Call& call) {
  const std::string_view text = text_in(call, "q");
  const std::string list = list_of(call);
  HERALD_TRY(const Kind kind, choice_in(call, "kind", Kind::models));
  HERALD_TRY(const projections::PageRequest page, page_in(call, list));
  search::Request request;
  request.kind = kind;
  if (const auto sort = call.query.get("sort")) {
    HERALD_TRY(request.sort, search::parse_sort(*sort));
  }
  auto parsed = search::parse(text);
  if (const auto* problem = std::get_if<search::Problem>(&parsed)) return mistake(call, *problem, text);
  request.query = std::get<search::Query>(std::move(parsed));
  if (const auto problem = search::misplaced(request.query, kind)) return mistake(call, *problem, text);
  if (const auto problem = put_ids_of_owners(call, request.query)) return mistake(call, *problem, text);
  request.limit = page.limit;
  request.after = page.after;
  request.as_of = call.as_of;
  request.me = call.actor.id;

  const Sight sight(call);
  if (const auto problem = put_ids_of_data_sets(call, sight, request.query)) {
    count_refusal(call, search::as_error(*problem, text));
    return mistake(call, *problem, text);
  }
  const search::Reach reach =
      search::reach_of(call.access, projections::HeadReader(call.herald.parts.head), call.actor.id);
  const projections::ViewsReader views(call.herald.parts.views);
  if (!sight.sees_all()) request.limit = std::min(page.limit + 1, limits::kMaxPageSize);
  HERALD_TRY(search::Found found, search::search(views, request, reach));
  if (!sight.sees_all()) end_before_what_is_hidden(found, request.limit - 1);
  const projections::AsOf then = views.as_of(found.sequence);
  FoundPresenter presenter(then, call.herald.parts.work, kind, sight);
  const projections::Page<std::string> documents{std::move(found.documents), std::move(found.keys),
                                                 std::move(found.next)};
  return list_answer(call, list, documents, found.sequence,
                     [&](std::string& out, const std::string& document) { presenter.write(out, document); });
}

// What is not in memory is read from the disk: others do not wait for that.
Result<Outcome> find(const Call& call) {
  return Blocking{[&call] { return look_for(call); }};
}

}  // namespace

void add_search_routes(Router& router) {
  router.add({Method::get, "/v1/search", Permission::read, ObjectScope::visible, find,
              Doc("search", "Find models, versions, artifacts, runs and evaluations by what they say")
                  .lists<FoundBody>("Found")
                  .with({"q", R"({"type":"string"})",
                         "name:fraud* tag:tier=1 metric.auc>0.9 -archived: all must hold."})
                  .with({"kind", kKinds, "What to find."})
                  .with({"sort", R"({"type":"string"})",
                         "name, created, changed or metric.<name>, with - before it downwards."})
                  .as_of()
                  .says("The items are as the routes of their kind show them. A refusal of \"q\" says where: "
                        "position and "
                        "length, in bytes. All pages are as of the moment of the first; a page may be short, "
                        "or empty, "
                        "and have a \"next\".")});
}

}  // namespace herald::api
