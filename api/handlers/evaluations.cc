// Evaluations: how a version did on a data set, and what the evaluator made of it: tables, pictures, pages.
#include "api/authorisation.h"
#include "api/handlers.h"
#include "api/lineage_bodies.h"
#include "api/named_blobs.h"
#include "api/writing.h"
#include "projections/results.h"

namespace herald::api {

struct EvaluationFileRequest {
  registry::Label name;
  registry::EvaluationFileKind kind = registry::EvaluationFileKind::table;
  std::string media_type;
  Digest digest;
};
BOOST_DESCRIBE_STRUCT(EvaluationFileRequest, (), (name, kind, media_type, digest))

// `dataset`: of a data set, an artifact, or a version of a registry of data sets.
struct EvaluationRequest {
  std::optional<registry::Label> name;
  std::optional<NodeRequest> dataset;
  std::optional<registry::Label> run;
  std::optional<std::map<std::string, double>> metrics;
  std::optional<std::vector<EvaluationFileRequest>> files;
};
BOOST_DESCRIBE_STRUCT(EvaluationRequest, (), (name, dataset, run, metrics, files))

// What a decision says of the evaluation it made.
struct EvaluationMade {
  registry::EvaluationId id;
};
BOOST_DESCRIBE_STRUCT(EvaluationMade, (), (id))

namespace {

// Whether it says what its kind says. `size`: of the content.
Result<void> check_content(const Call& call, const EvaluationFileRequest& file, std::uint64_t size,
                           const std::string& field) {
  const bool is_media = file.kind == registry::EvaluationFileKind::media;
  if (is_media && file.media_type != "image/png") return {};
  if (!is_media && size > limits::kMaxResultBytes) {
    return error(Cause::too_large,
                 shown(file.name.str()) + " has " + std::to_string(size) +
                     " bytes: tables and confusion matrices have at most " +
                     std::to_string(limits::kMaxResultBytes) + "; make an artifact of a larger one",
                 field);
  }
  HERALD_TRY(const auto blob, call.herald.parts.blobs.open(file.digest));
  if (!blob) return not_to_be_named(call, file.digest, file.name.str(), field);
  HERALD_TRY(const std::string bytes, blob->read(0, is_media ? projections::kSignatureBytes : size));
  const auto checked = projections::check_result(file.kind, file.media_type, bytes);
  if (checked) return {};
  return error(checked.error().cause,
               shown(file.name.str()) + " does not fit its kind and media type, " + checked.error().message,
               field);
}

Result<std::vector<registry::EvaluationFile>> evaluation_files_of(
    const Call& call, const std::vector<EvaluationFileRequest>& requested) {
  std::vector<registry::EvaluationFile> files;
  for (std::size_t i = 0; i < requested.size(); ++i) {
    const EvaluationFileRequest& file = requested[i];
    const std::string field = "files[" + std::to_string(i) + "].digest";
    const auto size = size_of_named(call, file.digest);
    if (!size) return not_to_be_named(call, file.digest, file.name.str(), field);
    HERALD_CHECK(check_content(call, file, *size, field));
    files.push_back({file.name, file.kind, file.media_type, file.digest, *size});
  }
  return files;
}

std::string evaluation_key(registry::ModelId model, VersionNumber version, registry::EvaluationId id) {
  return registry::keys::of_version(model, version, id.bytes());
}

// Who says what it was evaluated on sees that.
Result<void> check_dataset(const Call& call, const registry::Reader& state, const Sight& sight,
                           const registry::NodeAddress& on) {
  if (on.artifact) HERALD_CHECK(sight.artifact(state, *on.artifact, "dataset.artifact"));
  if (!on.version) return {};
  const auto found = permitted_model(call, state, *on.version, Permission::read);
  if (!found) return about("dataset.version", found).error();
  return {};
}

Result<Outcome> prepare_evaluation(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto selector, selector_in(call));
  HERALD_TRY(auto request, body_of<EvaluationRequest>(call));
  registry::RecordEvaluation command;
  static_cast<registry::ModelAddress&>(command) = address;
  {
    const Snapshot now = call.snapshot();
    const Sight sight(call);
    HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
    HERALD_TRY(const auto version, registry::resolve(now.state(), found, selector));
    command.version = version.number;
    if (request.dataset) {
      HERALD_TRY(command.dataset, address_of(*request.dataset, "dataset"));
      HERALD_CHECK(check_dataset(call, now.state(), sight, *command.dataset));
    }
    if (request.run) {
      const std::string& run = request.run->str();
      HERALD_CHECK(
          sight.check_naming({registry::NodeKind::run, run, run}, registry::Role::restricted_viewer, "run"));
    }
  }
  command.new_id = call.new_id<registry::EvaluationId>();
  command.name = std::move(request.name);
  command.run = std::move(request.run);
  if (request.metrics) command.metrics = std::move(*request.metrics);
  if (request.files) {
    if (request.files->size() > limits::kMaxEvaluationFiles) {
      return error(Cause::too_many,
                   "an evaluation has at most " + std::to_string(limits::kMaxEvaluationFiles) + " files",
                   "files");
    }
    HERALD_TRY(command.files, evaluation_files_of(call, *request.files));
  }
  const auto present = [&call, address, version = command.version](
                           const registry::Reader& state,
                           const recorder::Recorded& recorded) -> Result<Answer> {
    HERALD_TRY(const auto made, json::from_json<EvaluationMade>(recorded.answer, json::Mode::stored));
    HERALD_TRY(const auto found, registry::require_model(state, address.registry, address.model));
    const auto evaluation = registry::find<registry::EvaluationRecord>(
        state, registry::Table::evaluations, evaluation_key(found.model.id, version, made.id));
    if (!evaluation) return error(Cause::not_found, "the evaluation is no longer there", "version");
    return answer_with(evaluation_body(state, found, *evaluation, Sight(call), Names(call.herald.parts.work)),
                       std::nullopt);
  };
  return Write{std::move(command), {}, present};
}

Result<Outcome> record_evaluation(const Call& call) {
  return Blocking{[&call] { return prepare_evaluation(call); }};
}

// What ?dataset= and ?dataset_version= ask for. The first is a name, of a data set or an artifact, or an artifact's id; the
// second a version of a data set, by what it is called then.
class OnADataSet {
 public:
  static Result<OnADataSet> asked_in(const Call& call, const registry::Reader& state, const Sight& sight) {
    OnADataSet asked;
    asked.name_ = call.query.get("dataset");
    const auto version = call.query.get("dataset_version");
    if (!version) return asked;
    HERALD_TRY(const auto node, about("dataset_version", data_set_called(sight, state, *version)));
    asked.version_ = node.id;
    return asked;
  }
  bool asks() const { return name_ || version_; }
  bool is(const registry::Node& on) const {
    const bool is_version = on.kind == registry::NodeKind::version;
    if (version_ && !(is_version && on.id == *version_)) return false;
    return !name_ || (!is_version && (on.name == *name_ || on.id == *name_));
  }

 private:
  std::optional<std::string_view> name_;
  std::optional<std::string> version_;  // its node's id
};

// The rows of a list, as far as they fit ?name= and what they are to be made on.
Result<Outcome> page_of_evaluations(const Call& call, const Snapshot& now, const registry::FoundModel& found,
                                    std::optional<VersionNumber> version) {
  HERALD_TRY(const auto request, page_in(call));
  const Sight sight(call);
  const auto name = call.query.get("name");
  HERALD_TRY(const auto data, OnADataSet::asked_in(call, now.state(), sight));
  const auto wanted = [&](const registry::EvaluationRecord& evaluation) {
    if (name && !(evaluation.name && evaluation.name->str() == *name)) return false;
    if (!data.asks()) return true;
    const auto on = shown_dataset(now.state(), evaluation, sight);
    return on && data.is(*on);
  };
  const auto page = projections::list_evaluations(now.state(), found.model.id, version, wanted, request);
  const Names names(call.herald.parts.work);
  return list_answer(call, page, now.sequence(),
                     [&](std::string& out, const registry::EvaluationRecord& evaluation) {
                       json::write(out, evaluation_body(now.state(), found, evaluation, sight, names));
                     });
}

Result<Outcome> list_model_evaluations(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
  return page_of_evaluations(call, now, found, std::nullopt);
}

Result<Outcome> list_version_evaluations(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto selector, selector_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
  HERALD_TRY(const auto version, registry::resolve(now.state(), found, selector));
  return page_of_evaluations(call, now, found, version.number);
}

struct FoundEvaluation {
  registry::FoundModel model;
  registry::EvaluationRecord evaluation;
};
Result<FoundEvaluation> evaluation_in(const Call& call, const registry::Reader& state) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto selector, selector_in(call));
  HERALD_TRY(const auto id, about("evaluation", registry::EvaluationId::parse(call.path.at("evaluation"))));
  HERALD_TRY(auto found, registry::require_model(state, address.registry, address.model));
  HERALD_TRY(const auto version, registry::resolve(state, found, selector));
  auto evaluation = registry::find<registry::EvaluationRecord>(
      state, registry::Table::evaluations, evaluation_key(found.model.id, version.number, id));
  if (!evaluation) {
    return error(Cause::not_found,
                 reference_of(found.registry.name, found.model.name, version.number) + " has no evaluation " +
                     id.str(),
                 "evaluation");
  }
  return FoundEvaluation{std::move(found), std::move(*evaluation)};
}

Result<Outcome> get_evaluation(const Call& call) {
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, evaluation_in(call, now.state()));
  return answer_with(
      evaluation_body(now.state(), found.model, found.evaluation, Sight(call), Names(call.herald.parts.work)),
      now.sequence());
}

// Literals, as answers need them; what the rule of evaluations lets in.
std::string_view media_of(const registry::EvaluationFile& file) {
  for (const std::string_view media : {"application/json", "text/csv", "image/png", "text/html"})
    if (file.media_type == media) return media;
  return "application/octet-stream";
}

// A page that somebody uploaded may be looked at in a browser and must not act there: it gets no origin, no scripts.
std::vector<Header> harmless_in_a_browser() {
  return {Header{"Content-Security-Policy",
                 "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"}};
}

Result<Outcome> get_evaluation_file(const Call& call) {
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, evaluation_in(call, now.state()));
  const std::string_view name = call.path.at("file");
  for (const registry::EvaluationFile& file : found.evaluation.files) {
    if (file.name.str() != name) continue;
    return Blocking{[&call, file]() -> Result<Outcome> {
      HERALD_TRY(auto blob, call.herald.parts.blobs.open(file.digest));
      if (!blob) {
        return error(Cause::unavailable,
                     "the content " + file.digest.str() +
                         " was recorded and is not in the blob store: bring it back from a backup");
      }
      return Content{std::move(blob), file.digest, media_of(file), harmless_in_a_browser()};
    }};
  }
  return error(Cause::not_found, "the evaluation has no file " + shown(name), "file");
}

Doc evaluation_list(std::string_view summary) {
  return Doc("evaluations", summary)
      .lists<EvaluationBody>("Evaluation")
      .with({"name", R"({"type":"string"})", "Only those of that name."})
      .with({"dataset", R"({"type":"string"})", "Only those on that data set, by its name, or artifact."})
      .with({"dataset_version", R"({"type":"string"})",
             "Only those on that version of a data set, as data/customers:v1."})
      .as_of();
}

}  // namespace

void add_evaluation_routes(Router& router) {
  router.add_in_registry(
      Method::post, "/{model}/versions/{version}/evaluations", Permission::write, ObjectScope::model,
      record_evaluation,
      Doc("evaluations", "Record how a version did on a data set")
          .takes<EvaluationRequest>("EvaluationRequest")
          .gives<EvaluationBody>("Evaluation")
          .creates()
          .says(
              "Metrics, files or both. Files are blobs, uploaded before, and are looked at: tables and "
              "confusion "
              "matrices as "
              "application/json or text/csv, media as image/png or text/html. That the version was evaluated "
              "on the data set (a name, an artifact, or a version of a registry of data sets by its number) "
              "is "
              "then in the lineage too."));
  router.add_in_registry(
      Method::get, "/{model}/evaluations", Permission::read, ObjectScope::model, list_model_evaluations,
      evaluation_list("The evaluations of all versions, those of the newest version first"));
  router.add_in_registry(Method::get, "/{model}/versions/{version}/evaluations", Permission::read,
                         ObjectScope::model, list_version_evaluations,
                         evaluation_list("The evaluations of a version, newest first"));
  router.add_in_registry(
      Method::get, "/{model}/versions/{version}/evaluations/{evaluation}", Permission::read,
      ObjectScope::model, get_evaluation,
      Doc("evaluations", "Show an evaluation").gives<EvaluationBody>("Evaluation").as_of());
  router.add_in_registry(Method::get, "/{model}/versions/{version}/evaluations/{evaluation}/files/{file...}",
                         Permission::download, ObjectScope::model, get_evaluation_file,
                         Doc("evaluations", "A file of an evaluation, with its media type")
                             .gives_media("*/*")
                             .ranged()
                             .sends("Content-Security-Policy"));
}

}  // namespace herald::api
