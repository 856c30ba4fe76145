// Models.
#include "api/event_pages.h"
#include "api/handlers.h"
#include "api/known.h"
#include "api/principals.h"
#include "api/writing.h"

namespace herald::api {

struct ModelRequest {
  registry::ModelName name;
  std::optional<std::string> description;
  std::optional<std::map<std::string, std::string>> tags;
  std::optional<std::string> owner;  // by id, by name, or "me"
  std::optional<std::string> card;
};
BOOST_DESCRIBE_STRUCT(ModelRequest, (), (name, description, tags, owner, card))

struct RenameRequest {
  registry::ModelName to;
  std::optional<registry::Reason> reason;
};
BOOST_DESCRIBE_STRUCT(RenameRequest, (), (to, reason))

struct OwnerRequest {
  reflect::Nullable<std::string> owner;  // by id, by name, or "me"; null: nobody
  std::optional<registry::Reason> reason;
};
BOOST_DESCRIBE_STRUCT(OwnerRequest, (), (owner, reason))

struct ModelPatch {
  reflect::Nullable<std::string> description;
  std::optional<registry::Reason> reason;
};
BOOST_DESCRIBE_STRUCT(ModelPatch, (), (description, reason))

BOOST_DEFINE_ENUM_CLASS(ListedModels, active, archived, deleted, all)

namespace {

bool is_listed(ListedModels which, const registry::ModelRecord& model) {
  switch (which) {
    case ListedModels::active:
      return !model.archived && !model.deleted;
    case ListedModels::archived:
      return model.archived && !model.deleted;
    case ListedModels::deleted:
      return model.deleted.has_value();
    case ListedModels::all:
      return true;
  }
  return true;
}

Result<Outcome> list_models(const Call& call) {
  HERALD_TRY(const auto request, page_in(call));
  HERALD_TRY(const auto name, registry_in(call));
  HERALD_TRY(const auto state, choice_in(call, "state", ListedModels::active));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto home, seen_registry(call, now.state(), name));
  const auto is_wanted = [&](const registry::ModelRecord& model) {
    return is_listed(state, model) && call.access.on(home, model.id).has_value();
  };
  const bool with_deleted = state == ListedModels::deleted || state == ListedModels::all;
  const auto name_part = text_in(call, "name");
  const auto page = with_deleted
                        ? projections::list_models(now.state(), home.id, name_part, request, is_wanted)
                        : projections::list_models_in(now.state(), home.id, name_part, request, is_wanted);
  const Presenter presenter(now.state(), call.herald.parts.work);
  return list_answer(call, page, now.sequence(), [&](std::string& out, const registry::ModelRecord& model) {
    json::write(out, presenter.model({home, model}));
  });
}

Result<Outcome> get_model(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, known_model(now.state(), address));
  return answer_with(Presenter(now.state(), call.herald.parts.work).model(found), now.sequence());
}

Result<Outcome> register_model(const Call& call) {
  HERALD_TRY(const auto registry, registry_in(call));
  HERALD_TRY(const auto request, body_of<ModelRequest>(call));
  registry::RegisterModel command{{registry, request.name},
                                  call.new_id<registry::ModelId>(),
                                  {},
                                  request.tags.value_or(std::map<std::string, std::string>())};
  Write write{{}, {}, present_model(call, command)};
  if (request.description) {
    HERALD_TRY(command.description, text_for(call, write, *request.description, "description"));
  }
  HERALD_TRY(command.owner, owner_called(call, request.owner));
  if (request.card) {
    HERALD_TRY(command.card, card_for(call, write, *request.card, "card"));
  }
  write.command = std::move(command);
  return write;
}

Result<Outcome> describe_model(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto request, body_of<ModelPatch>(call));
  if (!request.description.given) {
    return error(Cause::missing_field, "\"description\" is missing: a text, or null to take it away",
                 "description");
  }
  Write write{{}, {}, present_model(call, address)};
  registry::DescribeModel command{address, {}, request.reason};
  if (request.description.value) {
    const Snapshot now = call.snapshot();
    HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
    HERALD_TRY(command.description,
               text_for(call, write, *request.description.value, "description", found.model.description));
  }
  write.command = std::move(command);
  return write;
}

Result<Outcome> tag_model(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(auto tags, (body_of<std::map<std::string, std::optional<std::string>>>(call)));
  HERALD_TRY(auto reason, reason_in_query(call));
  auto fields = fields_of_tags(tags);
  return Write{registry::ChangeTags{address, std::nullopt, std::move(tags), std::move(reason)},
               {},
               present_model(call, address),
               std::move(fields)};
}

// Whether a name is taken is told to who sees what there is in the registry.
Result<void> check_sees_names(const Call& call, const registry::RegistryName& name) {
  const projections::HeadReader head(call.herald.parts.head);
  HERALD_TRY(const auto home, seen_registry(call, head, name));
  if (call.access.in(home)) return {};
  return error(Cause::denied,
               "to rename a model takes a role in registry \"" + name.str() +
                   "\": names are taken or free there, and you see some of its models alone",
               "to");
}

Result<Outcome> rename_model(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto request, body_of<RenameRequest>(call));
  HERALD_CHECK(check_sees_names(call, address.registry));
  return Write{registry::RenameModel{address, request.to, moves_protected(call, address), request.reason},
               {},
               present_model(call, {address.registry, request.to})};
}

Result<Outcome> set_owner(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto request, body_of<OwnerRequest>(call));
  if (!request.owner.given) {
    return error(Cause::missing_field,
                 "\"owner\" is missing: a principal by its name or its id, \"me\", or null for nobody",
                 "owner");
  }
  HERALD_TRY(const auto owner, owner_called(call, request.owner.value));
  return Write{registry::SetOwner{address, owner, request.reason}, {}, present_model(call, address)};
}

template <bool archived>
Result<Outcome> set_model_archived(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(auto reason, reason_in_body(call));
  return Write{
      registry::SetModelArchived{address, archived, std::move(reason), moves_protected(call, address)},
      {},
      present_model(call, address)};
}

Result<Outcome> delete_model(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(auto reason, reason_in_query(call));
  return Write{registry::DeleteModel{address, std::move(reason), moves_protected(call, address)},
               {},
               present_removed(address.model.str())};
}

Result<Outcome> model_history(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, known_model(now.state(), address));
  HERALD_TRY(Answer answer, timeline_page(call, projections::timelines::model(found.model.id)));
  return answer;
}

}  // namespace

void add_model_routes(Router& router) {
  router.add_in_registry(Method::get, "", Permission::read, ObjectScope::registry, list_models,
                         Doc("models", "List the models of a registry, in the order of their ids")
                             .lists<ModelBody>("Model")
                             .with({"name", R"({"type":"string"})", "Only models whose name contains this."})
                             .with({"state", R"({"enum":["active","archived","deleted","all"]})",
                                    "Which are shown; \"active\" when it is left out."})
                             .as_of());
  router.add_in_registry(Method::post, "", Permission::write, ObjectScope::registry, register_model,
                         Doc("models", "Register a model")
                             .takes<ModelRequest>("ModelRequest")
                             .gives<ModelBody>("Model")
                             .creates());
  router.add_in_registry(
      Method::get, "/{model}", Permission::read, ObjectScope::model, get_model,
      Doc("models", "Show a model; one that was deleted by its id").gives<ModelBody>("Model").as_of());
  router.add_in_registry(
      Method::patch, "/{model}", Permission::write, ObjectScope::model, describe_model,
      Doc("models", "Describe a model").takes<ModelPatch>("ModelPatch").gives<ModelBody>("Model").records());
  router.add_in_registry(Method::patch, "/{model}/tags", Permission::write, ObjectScope::model, tag_model,
                         Doc("models", "Set and remove tags of a model")
                             .takes<std::map<std::string, reflect::Nullable<std::string>>>("TagChanges")
                             .gives<ModelBody>("Model")
                             .records()
                             .with(kReasonParameter)
                             .says("A value sets the tag, null removes it; tags that are not named stay."));
  router.add_in_registry(Method::post, "/{model}/rename", Permission::write, ObjectScope::model, rename_model,
                         Doc("models", "Give a model another name; the old one is free at once")
                             .takes<RenameRequest>("RenameRequest")
                             .gives<ModelBody>("Model")
                             .records());
  router.add_in_registry(Method::put, "/{model}/owner", Permission::write, ObjectScope::model, set_owner,
                         Doc("models", "Say who owns a model")
                             .takes<OwnerRequest>("OwnerRequest")
                             .gives<ModelBody>("Model")
                             .records());
  router.add_in_registry(
      Method::post, "/{model}/archive", Permission::write, ObjectScope::model, set_model_archived<true>,
      Doc("models", "Archive a model: it is left out of lists and takes no change until it is restored")
          .may_take<ReasonRequest>("ReasonRequest")
          .gives<ModelBody>("Model")
          .records());
  router.add_in_registry(Method::post, "/{model}/restore", Permission::write, ObjectScope::model,
                         set_model_archived<false>,
                         Doc("models", "Restore a model that was archived")
                             .may_take<ReasonRequest>("ReasonRequest")
                             .gives<ModelBody>("Model")
                             .records());
  router.add_in_registry(Method::del, "/{model}", Permission::write, ObjectScope::model, delete_model,
                         Doc("models", "Delete a model for good; its name is free, its history stays")
                             .gives<RemovedBody>("Removed")
                             .records()
                             .with(kReasonParameter)
                             .says("One that holds a protected alias is deleted by an admin alone."));
  router.add_in_registry(
      Method::get, "/{model}/history", Permission::read, ObjectScope::model, model_history,
      Doc("models", "What happened to a model and its versions, newest first; of a deleted one by its id")
          .lists<EventBody>("Event")
          .fresh());
}

}  // namespace herald::api
