// Registries: what they are, what they ask of what is in them, and which aliases they keep for their admins.
#include "api/event_pages.h"
#include "api/handlers.h"
#include "api/sight.h"
#include "api/writing.h"

namespace herald::api {

struct StageSetRequest {
  std::vector<registry::StageName> stages;
  std::optional<std::vector<registry::StageTransition>> transitions;
};
BOOST_DESCRIBE_STRUCT(StageSetRequest, (), (stages, transitions))

struct CardPolicyRequest {
  std::vector<registry::Label> sections;
  std::optional<std::vector<registry::AliasName>> aliases;
  std::optional<std::vector<registry::StageName>> stages;
};
BOOST_DESCRIBE_STRUCT(CardPolicyRequest, (), (sections, aliases, stages))

struct RegistryRequest {
  registry::RegistryName name;
  std::optional<registry::RegistryKind> kind;
  std::optional<registry::Visibility> visibility;
  std::optional<std::string> description;
  std::optional<StageSetRequest> stages;
  std::optional<CardPolicyRequest> card_policy;
};
BOOST_DESCRIBE_STRUCT(RegistryRequest, (), (name, kind, visibility, description, stages, card_policy))

struct RegistryPatch {
  std::optional<registry::Visibility> visibility;
  reflect::Nullable<std::string> description;
  reflect::Nullable<StageSetRequest> stages;
  reflect::Nullable<CardPolicyRequest> card_policy;
  std::optional<registry::Reason> reason;
};
BOOST_DESCRIBE_STRUCT(RegistryPatch, (), (visibility, description, stages, card_policy, reason))

namespace {

registry::StageSet stages_of(const StageSetRequest& request) {
  return {request.stages, request.transitions.value_or(std::vector<registry::StageTransition>())};
}

registry::CardPolicy policy_of(const CardPolicyRequest& request) {
  return {request.sections, request.aliases.value_or(std::vector<registry::AliasName>()),
          request.stages.value_or(std::vector<registry::StageName>())};
}

Write::Present present_registry(const Call& call, const registry::RegistryName& name) {
  return [&work = call.herald.parts.work, name](const registry::Reader& state,
                                                const recorder::Recorded&) -> Result<Answer> {
    HERALD_TRY(const auto found, registry::require_registry(state, name));
    return answer_with(Presenter(state, work).registry(found), std::nullopt);
  };
}

Result<Outcome> list_registries(const Call& call) {
  HERALD_TRY(const auto request, page_in(call));
  const Snapshot now = call.snapshot();
  const Sight sight(call);
  const auto page = projections::list_registries(
      now.state(), request, [&](const registry::RegistryRecord& item) { return sight.sees(item); });
  const Presenter presenter(now.state(), call.herald.parts.work);
  return list_answer(call, page, now.sequence(), [&](std::string& out, const registry::RegistryRecord& item) {
    json::write(out, presenter.registry(item));
  });
}

Result<Outcome> get_registry(const Call& call) {
  HERALD_TRY(const auto name, registry_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, seen_registry(call, now.state(), name));
  return answer_with(Presenter(now.state(), call.herald.parts.work).registry(found), now.sequence());
}

Result<Outcome> create_registry(const Call& call) {
  HERALD_TRY(const auto request, body_of<RegistryRequest>(call));
  registry::CreateRegistry command{call.new_id<registry::RegistryId>(), request.name,
                                   request.kind.value_or(registry::RegistryKind::model)};
  command.visibility = request.visibility;
  if (request.stages) command.stages = stages_of(*request.stages);
  if (request.card_policy) command.card_policy = policy_of(*request.card_policy);
  Write write{{}, {}, present_registry(call, request.name)};
  if (request.description) {
    HERALD_TRY(command.description, text_for(call, write, *request.description, "description"));
  }
  write.command = std::move(command);
  return write;
}

Result<Outcome> update_registry(const Call& call) {
  HERALD_TRY(const auto name, registry_in(call));
  HERALD_TRY(const auto request, body_of<RegistryPatch>(call));
  if (!request.visibility && !request.description.given && !request.stages.given &&
      !request.card_policy.given) {
    return error(Cause::missing_field,
                 "nothing to change: give at least one of visibility, description, stages, card_policy");
  }
  registry::UpdateRegistry command{};
  command.name = name;
  command.visibility = request.visibility;
  command.reason = request.reason;
  if (request.stages.given)
    command.stages = request.stages.value ? stages_of(*request.stages.value) : registry::StageSet{};
  if (request.card_policy.given)
    command.card_policy =
        request.card_policy.value ? policy_of(*request.card_policy.value) : registry::CardPolicy{};
  Write write{{}, {}, present_registry(call, name)};
  command.description.given = request.description.given;
  if (request.description.value) {
    const Snapshot now = call.snapshot();
    HERALD_TRY(const auto found, registry::require_registry(now.state(), name));
    HERALD_TRY(command.description.value,
               text_for(call, write, *request.description.value, "description", found.description));
  }
  write.command = std::move(command);
  return write;
}

template <bool archived>
Result<Outcome> set_registry_archived(const Call& call) {
  HERALD_TRY(const auto name, registry_in(call));
  HERALD_TRY(auto reason, reason_in_body(call));
  return Write{
      registry::SetRegistryArchived{name, archived, std::move(reason)}, {}, present_registry(call, name)};
}

template <bool is_protected>
Result<Outcome> set_alias_protected(const Call& call) {
  HERALD_TRY(const auto name, registry_in(call));
  HERALD_TRY(const auto alias, alias_in(call));
  HERALD_TRY(auto reason, is_protected ? reason_in_body(call) : reason_in_query(call));
  return Write{registry::SetAliasProtected{name, alias, is_protected, std::move(reason)},
               {},
               present_registry(call, name)};
}

Result<Outcome> registry_history(const Call& call) {
  HERALD_TRY(const auto name, registry_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_registry(now.state(), name));
  HERALD_TRY(Answer answer, timeline_page(call, projections::timelines::registry(found.id)));
  return answer;
}

Result<void> check_stage(const registry::RegistryRecord& registry, const registry::StageName& stage) {
  std::string names;
  for (const registry::StageName& one : registry.stages.value_or(registry::StageSet{}).stages) {
    if (one == stage) return {};
    names += (names.empty() ? "" : ", ") + shown(one.str());
  }
  return error(Cause::not_found,
               "registry " + shown(registry.name.str()) + " has no stage " + shown(stage.str()) +
                   ": it has " + (names.empty() ? "none" : names),
               "stage");
}

Result<Outcome> list_stage(const Call& call) {
  HERALD_TRY(const auto name, registry_in(call));
  HERALD_TRY(const auto stage, about("stage", registry::StageName::parse(call.path.at("stage"))));
  HERALD_TRY(const auto request, page_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto home, seen_registry(call, now.state(), name));
  HERALD_CHECK(check_stage(home, stage));
  const auto page = projections::list_stage(
      now.state(), home.id, stage, request,
      [&](const registry::ModelRecord& model) { return call.access.on(home, model.id).has_value(); });
  const Presenter presenter(now.state(), call.herald.parts.work);
  return list_answer(call, page, now.sequence(),
                     [&](std::string& out, const projections::StagedVersion& item) {
                       json::write(out, presenter.version({home, item.model}, item.version));
                     });
}

}  // namespace

void add_registry_routes(Router& router) {
  const std::string one = "/v1/registries/{registry}", guarded = one + "/protected-aliases/{alias}";
  router.add({Method::get, "/v1/registries", Permission::read, ObjectScope::visible, list_registries,
              Doc("registries", "List the registries").lists<RegistryBody>("Registry").as_of()});
  router.add({Method::post, "/v1/registries", Permission::administer, ObjectScope::server, create_registry,
              Doc("registries", "Create a registry")
                  .takes<RegistryRequest>("RegistryRequest")
                  .gives<RegistryBody>("Registry")
                  .creates()});
  router.add({Method::get, one, Permission::read, ObjectScope::registry, get_registry,
              Doc("registries", "Show a registry").gives<RegistryBody>("Registry").as_of()});
  router.add(
      {Method::patch, one, Permission::administer, ObjectScope::registry, update_registry,
       Doc("registries", "Change what a registry is and what it asks for")
           .takes<RegistryPatch>("RegistryPatch")
           .gives<RegistryBody>("Registry")
           .records()
           .says("What is left out stays; null takes the description, the stages or the policy away. A "
                 "stage in which a version is cannot be given up.")});
  router.add({Method::post, one + "/archive", Permission::administer, ObjectScope::registry,
              set_registry_archived<true>,
              Doc("registries", "Archive a registry: it takes nothing new until it is restored")
                  .may_take<ReasonRequest>("ReasonRequest")
                  .gives<RegistryBody>("Registry")
                  .records()});
  router.add({Method::post, one + "/restore", Permission::administer, ObjectScope::registry,
              set_registry_archived<false>,
              Doc("registries", "Restore a registry that was archived")
                  .may_take<ReasonRequest>("ReasonRequest")
                  .gives<RegistryBody>("Registry")
                  .records()});
  router.add({Method::get, one + "/history", Permission::read, ObjectScope::registry, registry_history,
              Doc("registries", "What happened to a registry, and which models came and went, newest first")
                  .lists<EventBody>("Event")
                  .fresh()});
  router.add({Method::put, guarded, Permission::administer, ObjectScope::registry, set_alias_protected<true>,
              Doc("registries", "Protect an alias: in all models of the registry, only admins move it")
                  .may_take<ReasonRequest>("ReasonRequest")
                  .gives<RegistryBody>("Registry")
                  .records()});
  router.add({Method::del, guarded, Permission::administer, ObjectScope::registry, set_alias_protected<false>,
              Doc("registries", "Let members move an alias again")
                  .gives<RegistryBody>("Registry")
                  .records()
                  .with(kReasonParameter)});
  router.add({Method::get, one + "/stages/{stage}", Permission::read, ObjectScope::registry, list_stage,
              Doc("stages", "List the versions that are in a stage, of all models of a registry")
                  .lists<VersionBody>("Version")
                  .as_of()});
}

}  // namespace herald::api
