// The same change to many versions, recorded as one: all or none.
#include "api/authorisation.h"
#include "api/handlers.h"
#include "api/writing.h"

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

namespace {

std::string field_of_version(std::size_t index) {
  return "versions[" + std::to_string(index) + "]";
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
  if (request.versions.size() > limits::kMaxEventsPerCommand) {
    return error(Cause::too_many,
                 std::to_string(request.versions.size()) + " versions cannot be changed at once: at most " +
                     std::to_string(limits::kMaxEventsPerCommand) + " can",
                 "versions");
  }
  const Snapshot now = call.snapshot();
  std::vector<registry::VersionAddress> versions;
  for (std::size_t i = 0; i < request.versions.size(); ++i) {
    HERALD_TRY(auto version, address_of(request.versions[i], field_of_version(i)));
    HERALD_CHECK(check_may_change(call, now.state(), version, field_of_version(i)));
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
  if (request.reason && request.tags)
    return error(Cause::invalid_value, "tags are changed without a reason", "reason");
  return {};
}

template <class Change, class Make>
registry::ChangeTogether each(const std::vector<registry::VersionAddress>& versions, Make make) {
  std::vector<Change> changes;
  changes.reserve(versions.size());
  for (const registry::VersionAddress& version : versions) changes.push_back(make(version));
  return {std::move(changes)};
}

registry::ChangeTogether command_of(const Call& call, const TogetherRequest& request,
                                    const std::vector<registry::VersionAddress>& versions) {
  using registry::VersionAddress;
  if (request.tags) {
    std::map<std::string, std::optional<std::string>> tags;
    for (const auto& [key, value] : *request.tags) tags.emplace(key, value.value);
    return each<registry::ChangeTags>(versions, [&](const VersionAddress& version) {
      return registry::ChangeTags{version, version.version, tags};
    });
  }
  if (request.stage.given) {
    return each<registry::TransitionStage>(versions, [&](const VersionAddress& version) {
      return registry::TransitionStage{version, request.stage.value, request.expected_stage, request.reason};
    });
  }
  if (request.alias) {
    return each<registry::MoveAliases>(versions, [&](const VersionAddress& version) {
      return registry::MoveAliases{
          version, {{*request.alias, version.version, {}}}, request.reason, moves_protected(call, version)};
    });
  }
  if (request.restore_versions.value_or(false)) {
    return each<registry::RestoreVersion>(versions, [&](const VersionAddress& version) {
      return registry::RestoreVersion{version, request.reason};
    });
  }
  return each<registry::DeleteVersion>(versions, [&](const VersionAddress& version) {
    return registry::DeleteVersion{version, request.remove_aliases.value_or(false),
                                   moves_protected(call, version), request.reason};
  });
}

Result<Answer> present_together(const registry::Reader&, const recorder::Recorded& recorded) {
  HERALD_TRY(const auto body, json::from_json<TogetherBody>(recorded.answer, json::Mode::stored));
  return answer_with(body, std::nullopt);
}

Result<Outcome> change_together(const Call& call) {
  HERALD_TRY(const auto request, body_of<TogetherRequest>(call));
  HERALD_CHECK(check_one_change(request));
  HERALD_TRY(const auto versions, versions_of(call, request));
  return Write{command_of(call, request, versions), {}, present_together};
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
}

}  // namespace herald::api
