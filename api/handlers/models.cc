// Registries and models.
#include "api/event_pages.h"
#include "api/handlers.h"
#include "api/writing.h"

namespace herald::api {

struct RegistryRequest {
  registry::RegistryName name;
  registry::RegistryKind kind = registry::RegistryKind::model;
};
BOOST_DESCRIBE_STRUCT(RegistryRequest, (), (name, kind))

struct ModelRequest {
  registry::ModelName name;
  std::optional<std::string> description;
  std::optional<std::map<std::string, std::string>> tags;
};
BOOST_DESCRIBE_STRUCT(ModelRequest, (), (name, description, tags))

struct ModelPatch {
  reflect::Nullable<std::string> description;
};
BOOST_DESCRIBE_STRUCT(ModelPatch, (), (description))

namespace {

Result<Outcome> list_registries(const Call& call) {
  HERALD_TRY(const auto request, page_in(call));
  const Snapshot now = call.snapshot();
  const auto page = projections::list_registries(now.state(), request);
  return list_answer(call, page, now.sequence(),
                     [](std::string& out, const auto& item) { json::write(out, item); });
}

Result<Outcome> get_registry(const Call& call) {
  HERALD_TRY(const auto name, registry_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_registry(now.state(), name));
  return answer_with(found, now.sequence());
}

Result<Outcome> create_registry(const Call& call) {
  HERALD_TRY(const auto request, body_of<RegistryRequest>(call));
  const auto present = [name = request.name](const registry::Reader& state,
                                             const recorder::Recorded&) -> Result<Answer> {
    HERALD_TRY(const auto found, registry::require_registry(state, name));
    return answer_with(found, std::nullopt);
  };
  return Write{
      registry::CreateRegistry{call.new_id<registry::RegistryId>(), request.name, request.kind}, {}, present};
}

Result<Outcome> list_models(const Call& call) {
  HERALD_TRY(const auto request, page_in(call));
  HERALD_TRY(const auto name, registry_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto home, registry::require_registry(now.state(), name));
  const auto page = projections::list_models(now.state(), home.id, text_in(call, "name"), request);
  const Presenter presenter(now.state(), call.herald.parts.work);
  return list_answer(call, page, now.sequence(), [&](std::string& out, const registry::ModelRecord& model) {
    json::write(out, presenter.model({home, model}));
  });
}

Result<Outcome> get_model(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
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
  registry::DescribeModel command{address, {}};
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
  return Write{
      registry::ChangeTags{address, std::nullopt, std::move(tags)}, {}, present_model(call, address)};
}

Result<Outcome> model_history(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
  HERALD_TRY(Answer answer, timeline_page(call, projections::timelines::model(found.model.id)));
  return answer;
}

}  // namespace

void add_registry_routes(Router& router) {
  router.add({Method::get, "/v1/registries", Permission::read, ObjectScope::visible, list_registries,
              Doc("registries", "List the registries").lists<registry::RegistryRecord>("Registry").fresh()});
  router.add({Method::post, "/v1/registries", Permission::administer, ObjectScope::server, create_registry,
              Doc("registries", "Create a registry")
                  .takes<RegistryRequest>("RegistryRequest")
                  .gives<registry::RegistryRecord>("Registry")
                  .records()});
  router.add({Method::get, "/v1/registries/{registry}", Permission::read, ObjectScope::registry, get_registry,
              Doc("registries", "Show a registry").gives<registry::RegistryRecord>("Registry").fresh()});
}

void add_model_routes(Router& router) {
  router.add_in_registry(Method::get, "", Permission::read, ObjectScope::registry, list_models,
                         Doc("models", "List the models of a registry, in the order of their ids")
                             .lists<ModelBody>("Model")
                             .with({"name", R"({"type":"string"})", "Only models whose name contains this."})
                             .as_of());
  router.add_in_registry(Method::post, "", Permission::write, ObjectScope::registry, register_model,
                         Doc("models", "Register a model")
                             .takes<ModelRequest>("ModelRequest")
                             .gives<ModelBody>("Model")
                             .records());
  router.add_in_registry(Method::get, "/{model}", Permission::read, ObjectScope::model, get_model,
                         Doc("models", "Show a model").gives<ModelBody>("Model").as_of());
  router.add_in_registry(
      Method::patch, "/{model}", Permission::write, ObjectScope::model, describe_model,
      Doc("models", "Describe a model").takes<ModelPatch>("ModelPatch").gives<ModelBody>("Model").records());
  router.add_in_registry(Method::patch, "/{model}/tags", Permission::write, ObjectScope::model, tag_model,
                         Doc("models", "Set and remove tags of a model")
                             .takes<std::map<std::string, reflect::Nullable<std::string>>>("TagChanges")
                             .gives<ModelBody>("Model")
                             .records()
                             .says("A value sets the tag, null removes it; tags that are not named stay."));
  router.add_in_registry(Method::get, "/{model}/history", Permission::read, ObjectScope::model, model_history,
                         Doc("models", "What happened to a model and its versions, newest first")
                             .lists<json::Raw>("Event")
                             .fresh());
}

}  // namespace herald::api
