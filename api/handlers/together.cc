// The same change to many versions or models, recorded as one: all or none.
#include "api/authorisation.h"
#include "api/handlers.h"
#include "api/model_names.h"
#include "api/principals.h"
#include "api/writing.h"
#include "registry/sentence.h"

namespace herald::api {

// One of tags, stage, alias, delete and restore. With `expected_stage`, each must be in that stage now.
struct TogetherRequest {
  std::vector<std::string> versions;  // references with numbers: "churn:v3"
  std::optional<std::map<std::string, reflect::Nullable<std::string>>> tags;  // null: removed
  reflect::Nullable<registry::StageName> stage;
  reflect::Nullable<registry::StageName> expected_stage;
  std::optional<registry::AliasName> alias;
  std::optional<bool> delete_versions, restore_versions, remove_aliases;
  std::optional<registry::Reason> reason;
};
BOOST_DESCRIBE_STRUCT(TogetherRequest, (),
                      (versions, tags, stage, expected_stage, alias, delete_versions, restore_versions,
                       remove_aliases, reason))

struct TogetherBody {
  std::uint64_t versions = 0;  // that were named
  std::uint64_t events = 0;    // that were recorded: 0 where all was so already
};
BOOST_DESCRIBE_STRUCT(TogetherBody, (), (versions, events))

// One of tags, owner, archive, restore and delete.
struct ModelsTogetherRequest {
  std::vector<std::string> models;                                            // "fraud", "datasets/customers"
  std::optional<std::map<std::string, reflect::Nullable<std::string>>> tags;  // null: removed
  reflect::Nullable<std::string> owner;  // a principal, by name or id; null: nobody
  std::optional<bool> archive, restore, delete_models;
  std::optional<registry::Reason> reason;
};
BOOST_DESCRIBE_STRUCT(ModelsTogetherRequest, (),
                      (models, tags, owner, archive, restore, delete_models, reason))

struct ModelsTogetherBody {
  std::uint64_t models = 0;  // that were named
  std::uint64_t events = 0;  // that were recorded: 0 where all was so already
};
BOOST_DESCRIBE_STRUCT(ModelsTogetherBody, (), (models, events))

namespace {

std::string field_at(std::string_view list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

Result<registry::VersionAddress> address_of(const std::string& text, const std::string& field) {
  HERALD_TRY(const auto reference, about(field, parse_reference(text)));
  if (reference.selector.kind != registry::VersionSelector::Kind::number) {
    return error(
        Cause::invalid_value,
        shown(text) + " may point elsewhere tomorrow: name each version by its number, as \"churn:v3\"",
        field);
  }
  return registry::VersionAddress{{reference.registry, reference.model}, reference.selector.number};
}

// Members change versions. What the caller does not see does not exist.
Result<void> check_may_change(const Call& call, const registry::Reader& state,
                              const registry::ModelAddress& address, const std::string& field) {
  HERALD_CHECK(about(field, permitted_model(call, state, address, Permission::write)));
  return {};
}

Result<std::vector<registry::VersionAddress>> versions_of(const Call& call, const TogetherRequest& request) {
  HERALD_CHECK(registry::check_number_at_once(request.versions.size(), "versions", "changed"));
  const Snapshot now = call.snapshot();
  std::vector<registry::VersionAddress> versions;
  for (std::size_t i = 0; i < request.versions.size(); ++i) {
    HERALD_TRY(auto version, address_of(request.versions[i], field_at("versions", i)));
    HERALD_CHECK(check_may_change(call, now.state(), version, field_at("versions", i)));
    versions.push_back(std::move(version));
  }
  return versions;
}

Result<void> check_one_change(const TogetherRequest& request) {
  const int changes = int{request.tags.has_value()} + int{request.stage.given} +
                      int{request.alias.has_value()} + int{request.delete_versions.value_or(false)} +
                      int{request.restore_versions.value_or(false)};
  if (changes != 1) {
    return error(
        changes == 0 ? Cause::missing_field : Cause::invalid_value,
        "give one of tags, stage, alias, delete_versions and restore_versions, and no more than one");
  }
  if (request.expected_stage.given && !request.stage.given)
    return error(Cause::invalid_value, "\"expected_stage\" goes with \"stage\"", "expected_stage");
  if (request.remove_aliases && !request.delete_versions.value_or(false))
    return error(Cause::invalid_value, "\"remove_aliases\" goes with \"delete_versions\"", "remove_aliases");
  return {};
}

template <class Change, class Address, class Make>
std::vector<Change> each(const std::vector<Address>& addresses, Make make) {
  std::vector<Change> changes;
  changes.reserve(addresses.size());
  for (const Address& address : addresses) changes.push_back(make(address));
  return changes;
}

std::map<std::string, std::optional<std::string>> tag_changes_of(
    const std::map<std::string, reflect::Nullable<std::string>>& asked) {
  std::map<std::string, std::optional<std::string>> tags;
  for (const auto& [key, value] : asked) tags.emplace(key, value.value);
  return tags;
}

registry::ChangeTogether command_of(const Call& call, const TogetherRequest& request,
                                    const std::vector<registry::VersionAddress>& versions) {
  using registry::VersionAddress;
  if (request.tags) {
    const auto tags = tag_changes_of(*request.tags);
    return {each<registry::ChangeTags>(versions, [&](const VersionAddress& version) {
      return registry::ChangeTags{version, version.version, tags, request.reason};
    })};
  }
  if (request.stage.given) {
    return {each<registry::TransitionStage>(versions, [&](const VersionAddress& version) {
      return registry::TransitionStage{version, request.stage.value, request.expected_stage, request.reason};
    })};
  }
  if (request.alias) {
    return {each<registry::MoveAliases>(versions, [&](const VersionAddress& version) {
      return registry::MoveAliases{
          version, {{*request.alias, version.version, {}}}, request.reason, moves_protected(call, version)};
    })};
  }
  if (request.restore_versions.value_or(false)) {
    return {each<registry::RestoreVersion>(versions, [&](const VersionAddress& version) {
      return registry::RestoreVersion{version, request.reason};
    })};
  }
  return {each<registry::DeleteVersion>(versions, [&](const VersionAddress& version) {
    return registry::DeleteVersion{version, request.remove_aliases.value_or(false),
                                   moves_protected(call, version), request.reason};
  })};
}

template <class Body>
Result<Answer> present_together(const registry::Reader&, const recorder::Recorded& recorded) {
  HERALD_TRY(const auto body, json::from_json<Body>(recorded.answer, json::Mode::stored));
  return answer_with(body, std::nullopt);
}

Result<Outcome> prepare_change(const Call& call) {
  HERALD_TRY(const auto request, body_of<TogetherRequest>(call));
  HERALD_CHECK(check_one_change(request));
  HERALD_TRY(const auto versions, versions_of(call, request));
  return Write{command_of(call, request, versions), {}, present_together<TogetherBody>};
}

// The rights on hundreds of things are looked up: not on an I/O thread.
Result<Outcome> change_together(const Call& call) {
  return Blocking{[&call] { return prepare_change(call); }};
}

// ---- models ----

Result<std::vector<registry::ModelAddress>> models_of(const Call& call,
                                                      const ModelsTogetherRequest& request) {
  HERALD_CHECK(registry::check_number_at_once(request.models.size(), "models", "changed"));
  const Snapshot now = call.snapshot();
  std::vector<registry::ModelAddress> models;
  for (std::size_t i = 0; i < request.models.size(); ++i) {
    HERALD_TRY(auto model, about(field_at("models", i), parse_model(request.models[i])));
    HERALD_CHECK(check_may_change(call, now.state(), model, field_at("models", i)));
    models.push_back(std::move(model));
  }
  return models;
}

Result<void> check_one_change_of_models(const ModelsTogetherRequest& request) {
  const int changes = int{request.tags.has_value()} + int{request.owner.given} +
                      int{request.archive.value_or(false)} + int{request.restore.value_or(false)} +
                      int{request.delete_models.value_or(false)};
  if (changes == 1) return {};
  return error(changes == 0 ? Cause::missing_field : Cause::invalid_value,
               "give one of tags, owner, archive, restore and delete_models, and no more than one");
}

Result<registry::ChangeTogether> command_on_models(const Call& call, const ModelsTogetherRequest& request,
                                                   const std::vector<registry::ModelAddress>& models) {
  using registry::ModelAddress;
  registry::ChangeTogether command{{}, registry::ChangedTogether::models};
  if (request.tags) {
    const auto tags = tag_changes_of(*request.tags);
    command.changes = each<registry::ChangeTags>(models, [&](const ModelAddress& model) {
      return registry::ChangeTags{model, std::nullopt, tags, request.reason};
    });
  } else if (request.owner.given) {
    HERALD_TRY(const auto owner, owner_called(call, request.owner.value));
    command.changes = each<registry::SetOwner>(models, [&](const ModelAddress& model) {
      return registry::SetOwner{model, owner, request.reason};
    });
  } else if (request.delete_models.value_or(false)) {
    command.changes = each<registry::DeleteModel>(models, [&](const ModelAddress& model) {
      return registry::DeleteModel{model, request.reason, moves_protected(call, model)};
    });
  } else {
    const bool archived = request.archive.value_or(false);
    command.changes = each<registry::SetModelArchived>(models, [&](const ModelAddress& model) {
      return registry::SetModelArchived{model, archived, request.reason, moves_protected(call, model)};
    });
  }
  return command;
}

Result<Outcome> prepare_change_of_models(const Call& call) {
  HERALD_TRY(const auto request, body_of<ModelsTogetherRequest>(call));
  HERALD_CHECK(check_one_change_of_models(request));
  HERALD_TRY(const auto models, models_of(call, request));
  HERALD_TRY(auto command, command_on_models(call, request, models));
  return Write{std::move(command), {}, present_together<ModelsTogetherBody>};
}

Result<Outcome> change_models_together(const Call& call) {
  return Blocking{[&call] { return prepare_change_of_models(call); }};
}

}  // namespace

void add_together_routes(Router& router) {
  router.add(
      {Method::post, "/v1/versions:change", Permission::write, ObjectScope::visible, change_together,
       Doc("versions", "Change many versions of any models in the same way: all or none")
           .takes<TogetherRequest>("TogetherRequest")
           .gives<TogetherBody>("ChangedTogether")
           .records()
           .says(
               "One of \"tags\", \"stage\", \"alias\", \"delete_versions\" and \"restore_versions\". At most "
               "256 versions and 256 events.")});
  router.add({Method::post, "/v1/models:change", Permission::write, ObjectScope::visible,
              change_models_together,
              Doc("models", "Change many models in the same way: all or none")
                  .takes<ModelsTogetherRequest>("ModelsTogetherRequest")
                  .gives<ModelsTogetherBody>("ModelsChangedTogether")
                  .records()
                  .says("One of \"tags\", \"owner\", \"archive\", \"restore\" and \"delete_models\". At "
                        "most 256 models and 256 events.")});
}

}  // namespace herald::api
