// Versions, their links to artifacts, and references to them.
#include "api/event_pages.h"
#include "api/handlers.h"
#include "api/known.h"
#include "api/showing.h"
#include "api/writing.h"

namespace herald::api {

struct VersionPatch {
  std::optional<registry::Run> run;
  std::optional<json::Raw> metadata;
  std::optional<std::map<std::string, double>> metrics;
  std::optional<std::string> description;
  std::optional<registry::VersionStatus> status;
  std::optional<registry::Reason> reason;
  std::optional<std::uint64_t> expected_changed;
};
BOOST_DESCRIBE_STRUCT(VersionPatch, (),
                      (run, metadata, metrics, description, status, reason, expected_changed))

BOOST_DEFINE_ENUM_CLASS(ListedVersions, active, deleted, all)

namespace {

bool is_listed(ListedVersions which, const registry::VersionRecord& version) {
  return which == ListedVersions::all || version.deleted.has_value() == (which == ListedVersions::deleted);
}

Result<Outcome> list_versions(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto request, page_in(call));
  HERALD_TRY(const auto which, choice_in(call, "state", ListedVersions::active));
  std::optional<registry::StageName> stage;
  if (const auto text = call.query.get("stage")) {
    HERALD_TRY(stage, about("stage", registry::StageName::parse(*text)));
  }
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
  const auto page = projections::list_versions(
      now.state(), found.model.id, request, [&](const registry::VersionRecord& version) {
        return is_listed(which, version) && (!stage || version.stage == *stage);
      });
  const Presenter presenter(now.state(), call.herald.parts.work);
  const AliasesByVersion aliases = presenter.aliases_of_model(found);
  return list_answer(call, page, now.sequence(),
                     [&](std::string& out, const registry::VersionRecord& version) {
                       json::write(out, presenter.version(found, version, aliases));
                     });
}

Result<Outcome> get_version(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto selector, selector_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
  HERALD_TRY(const auto version, registry::resolve(now.state(), found, selector));
  return answer_with(Presenter(now.state(), call.herald.parts.work).version(found, version), now.sequence());
}

Result<Outcome> resolve_reference(const Call& call) {
  const auto text = call.query.get("ref");
  if (!text) return error(Cause::missing_field, "\"ref\" is missing: write ?ref=churn:production", "ref");
  HERALD_TRY(const auto reference, about("ref", parse_reference(*text)));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found,
             about("ref", seen_model(call, now.state(), {reference.registry, reference.model})));
  HERALD_TRY(const auto version, about("ref", registry::resolve(now.state(), found, reference.selector)));
  return answer_with(Presenter(now.state(), call.herald.parts.work).version(found, version), now.sequence());
}

// Read as if they were not there, they would look as if they had cleared something.
Result<void> check_no_nulls(std::string_view body) {
  HERALD_TRY(const auto document, json::Document::parse_request(body));
  for (const auto [name, value] : document.root().members()) {
    if (value.is_null())
      return error(Cause::invalid_value, "null changes nothing here: leave the field out, or give it a value",
                   std::string(name));
  }
  return {};
}

Result<Outcome> update_version(const Call& call) {
  HERALD_TRY(const auto address, version_in(call));
  HERALD_CHECK(check_no_nulls(call.request.body));
  HERALD_TRY(auto request, body_of<VersionPatch>(call));
  HERALD_CHECK(check_run_is_seen(call, request.run, "run.id"));
  Write write{{}, {}, present_version(call, address, address.version)};
  registry::UpdateVersion command{address,
                                  request.run,
                                  request.metadata,
                                  request.metrics,
                                  {},
                                  request.status,
                                  request.reason,
                                  request.expected_changed,
                                  moves_protected(call, address)};
  if (request.description) {
    const Snapshot now = call.snapshot();
    HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
    HERALD_TRY(const auto version, registry::require_version(now.state(), found, address.version));
    HERALD_TRY(command.description,
               text_for(call, write, *request.description, "description", version.description));
  }
  write.command = std::move(command);
  return write;
}

Result<Outcome> tag_version(const Call& call) {
  HERALD_TRY(const auto address, version_in(call));
  HERALD_TRY(auto tags, (body_of<std::map<std::string, std::optional<std::string>>>(call)));
  HERALD_TRY(auto reason, reason_in_query(call));
  auto fields = fields_of_tags(tags);
  return Write{registry::ChangeTags{address, address.version, std::move(tags), std::move(reason)},
               {},
               present_version(call, address, address.version),
               std::move(fields)};
}

Result<Outcome> delete_version(const Call& call) {
  HERALD_TRY(const auto address, version_in(call));
  registry::DeleteVersion command{address, false, moves_protected(call, address), {}};
  HERALD_TRY(command.reason, reason_in_query(call));
  HERALD_TRY(command.remove_aliases, flag_in(call, "remove_aliases"));
  return Write{std::move(command),
               {},
               present_removed(address.model.str() + ":v" + std::to_string(address.version.value()))};
}

Result<Outcome> restore_version(const Call& call) {
  HERALD_TRY(const auto address, version_in(call));
  HERALD_TRY(auto reason, reason_in_body(call));
  return Write{registry::RestoreVersion{address, std::move(reason)},
               {},
               present_version(call, address, address.version)};
}

Result<Outcome> version_history(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto selector, selector_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
  HERALD_TRY(const auto version, known_version(now.state(), found, selector));
  HERALD_TRY(Answer answer,
             timeline_page(call, projections::timelines::version(found.model.id, version.number)));
  return answer;
}

template <class Command>
Result<Outcome> change_link(const Call& call, std::optional<registry::Reason> reason) {
  HERALD_TRY(const auto address, version_in(call));
  HERALD_TRY(const auto artifact, about("artifact", registry::ArtifactId::parse(call.path.at("artifact"))));
  HERALD_CHECK(check_artifact_is_seen(call, artifact, "artifact"));
  return Write{Command{address, artifact, moves_protected(call, address), std::move(reason)},
               {},
               present_version(call, address, address.version)};
}

Result<Outcome> link_artifact(const Call& call) {
  HERALD_TRY(auto reason, reason_in_body(call));
  return change_link<registry::LinkArtifact>(call, std::move(reason));
}

Result<Outcome> unlink_artifact(const Call& call) {
  HERALD_TRY(auto reason, reason_in_query(call));
  return change_link<registry::UnlinkArtifact>(call, std::move(reason));
}

}  // namespace

void add_version_routes(Router& router) {
  router.add_in_registry(Method::get, "/{model}/versions", Permission::read, ObjectScope::model,
                         list_versions,
                         Doc("versions", "List the versions of a model, newest first")
                             .lists<VersionBody>("Version")
                             .with({"stage", R"({"type":"string"})", "Only those that are in this stage."})
                             .with({"state", R"({"enum":["active","deleted","all"]})",
                                    "Which are shown; \"active\" when it is left out."})
                             .as_of());
  router.add_in_registry(
      Method::get, "/{model}/versions/{version}", Permission::read, ObjectScope::model, get_version,
      Doc("versions", "Show a version: 3, v3, latest or an alias").gives<VersionBody>("Version").as_of());
  router.add_in_registry(Method::patch, "/{model}/versions/{version}", Permission::write, ObjectScope::model,
                         update_version,
                         Doc("versions", "Change what is known of a version")
                             .takes<VersionPatch>("VersionPatch")
                             .gives<VersionBody>("Version")
                             .records()
                             .says("Metadata and metrics are replaced as a whole. \"expected_changed\": "
                                   "refuse (409) when the version was "
                                   "changed by an event after that sequence."));
  router.add_in_registry(Method::patch, "/{model}/versions/{version}/tags", Permission::write,
                         ObjectScope::model, tag_version,
                         Doc("versions", "Set and remove tags of a version")
                             .takes<std::map<std::string, reflect::Nullable<std::string>>>("TagChanges")
                             .gives<VersionBody>("Version")
                             .records()
                             .with(kReasonParameter));
  router.add_in_registry(Method::del, "/{model}/versions/{version}", Permission::write, ObjectScope::model,
                         delete_version,
                         Doc("versions", "Delete a version; its number stays taken, and it can be restored")
                             .gives<RemovedBody>("Removed")
                             .records()
                             .with({"remove_aliases", kFlagSchema,
                                    "Its aliases go with it; else it is refused (409) while it has some."})
                             .with(kReasonParameter));
  router.add_in_registry(Method::post, "/{model}/versions/{version}/restore", Permission::write,
                         ObjectScope::model, restore_version,
                         Doc("versions", "Restore a version that was deleted")
                             .may_take<ReasonRequest>("ReasonRequest")
                             .gives<VersionBody>("Version")
                             .records());
  router.add_in_registry(
      Method::get, "/{model}/versions/{version}/history", Permission::read, ObjectScope::model,
      version_history,
      Doc("versions", "What happened to a version, newest first; of a deleted one by its number")
          .lists<EventBody>("Event")
          .fresh());
  router.add_in_registry(Method::put, "/{model}/versions/{version}/artifacts/{artifact}", Permission::write,
                         ObjectScope::model, link_artifact,
                         Doc("versions", "Link an artifact to a version")
                             .may_take<ReasonRequest>("ReasonRequest")
                             .gives<VersionBody>("Version")
                             .may_create());
  router.add_in_registry(Method::del, "/{model}/versions/{version}/artifacts/{artifact}", Permission::write,
                         ObjectScope::model, unlink_artifact,
                         Doc("versions", "Unlink an artifact from a version")
                             .gives<VersionBody>("Version")
                             .records()
                             .with(kReasonParameter));
  router.add({Method::get, "/v1/resolve", Permission::read, ObjectScope::visible, resolve_reference,
              Doc("versions", "Resolve a reference to a version")
                  .gives<VersionBody>("Version")
                  .with({"ref", R"({"type":"string"})",
                         "[registry/]model:version, as churn:v3, churn:latest or churn:production.", true})
                  .as_of()});
}

}  // namespace herald::api
