// Versions that come into being: one, or many at once.
#include <algorithm>

#include "api/authorisation.h"
#include "api/handlers.h"
#include "api/model_names.h"
#include "api/showing.h"
#include "api/writing.h"
#include "registry/sentence.h"

namespace herald::api {

struct VersionRequest {
  std::optional<registry::Uri> source;
  std::optional<Digest> digest;
  std::optional<registry::Run> run;
  std::optional<json::Raw> metadata;
  std::optional<std::map<std::string, double>> metrics;
  std::optional<registry::VersionStatus> status;
  std::optional<std::string> description;
  std::optional<std::map<std::string, std::string>> tags;
  std::optional<std::vector<registry::ArtifactId>> artifacts;
  std::optional<std::vector<registry::AliasName>> aliases;
  std::optional<VersionNumber> number;
  std::optional<bool> create_model;
  std::optional<std::string> card;
  std::optional<registry::Reason> reason;
};
BOOST_DESCRIBE_STRUCT(VersionRequest, (),
                      (source, digest, run, metadata, metrics, status, description, tags, artifacts, aliases,
                       number, create_model, card, reason))

// One of many: `model` as in a reference, "fraud" or "datasets/customers".
struct RegisteredVersionRequest : VersionRequest {
  std::string model;
};
BOOST_DESCRIBE_STRUCT(RegisteredVersionRequest, (VersionRequest), (model))

struct RegisteringRequest {
  std::vector<RegisteredVersionRequest> versions;
};
BOOST_DESCRIBE_STRUCT(RegisteringRequest, (), (versions))

struct RegisteredVersionBody {
  std::string reference;
  registry::RegistryName registry;
  registry::ModelName model;
  VersionNumber version;
};
BOOST_DESCRIBE_STRUCT(RegisteredVersionBody, (), (reference, registry, model, version))

struct RegisteredBody {
  std::vector<RegisteredVersionBody> items;  // in the order of the request
};
BOOST_DESCRIBE_STRUCT(RegisteredBody, (), (items))

// What a decision says of the versions it made.
struct NumbersMade {
  std::vector<VersionNumber> numbers;
};
BOOST_DESCRIBE_STRUCT(NumbersMade, (), (numbers))

namespace {

// `prefix`: what stands before the names of fields, of one of many.
Result<registry::RegisterVersion> registering(const Call& call, Write& write,
                                              const registry::ModelAddress& address,
                                              const VersionRequest& request, const std::string& prefix) {
  HERALD_CHECK(check_run_is_seen(call, request.run, prefix + "run.id"));
  registry::RegisterVersion command;
  static_cast<registry::ModelAddress&>(command) = address;
  command.expected = request.number;
  command.source = request.source;
  command.digest = request.digest;
  command.run = request.run;
  if (request.create_model.value_or(false)) command.new_model_id = call.new_id<registry::ModelId>();
  if (request.metadata) command.metadata = *request.metadata;
  if (request.metrics) command.metrics = *request.metrics;
  if (request.tags) command.tags = *request.tags;
  if (request.artifacts) {
    for (std::size_t i = 0; i < request.artifacts->size(); ++i)
      HERALD_CHECK(check_artifact_is_seen(call, (*request.artifacts)[i],
                                          prefix + "artifacts[" + std::to_string(i) + "]"));
    command.artifacts = *request.artifacts;
  }
  if (request.aliases) command.aliases = *request.aliases;
  command.status = request.status.value_or(registry::VersionStatus::ready);
  command.moves_protected = moves_protected(call, address);
  command.reason = request.reason;
  if (request.description) {
    HERALD_TRY(command.description, text_for(call, write, *request.description, prefix + "description"));
  }
  if (request.card) {
    HERALD_TRY(command.card, card_for(call, write, *request.card, prefix + "card"));
  }
  return command;
}

// Members of a model register its versions, members of a registry in all of it and new models. To who sees the registry
// alone, a name that is taken and one that is free are the same.
Result<void> check_may_register(const Call& call, const registry::Reader& state,
                                const registry::ModelAddress& address, bool makes_the_model) {
  auto found = permitted_model(call, state, address, Permission::write);
  if (found) return {};
  if (found.error().cause != Cause::not_found || !makes_the_model) return found.error();
  const auto home = seen_registry(call, state, address.registry);
  if (!home) return found.error();
  if (call.access.in(*home) >= role_for(Permission::write)) return {};
  return denied_in_registry(call, *home, Permission::write);
}

Result<Outcome> register_version(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto request, body_of<VersionRequest>(call));
  const Snapshot now = call.snapshot();
  const auto home = seen_registry(call, now.state(), address.registry);
  const bool may_in_all_of_it = home && call.access.in(*home) >= role_for(Permission::write);
  if (!may_in_all_of_it)
    HERALD_CHECK(check_may_register(call, now.state(), address, request.create_model.value_or(false)));
  Write write{{}, {}, present_version(call, address, std::nullopt)};
  HERALD_TRY(write.command, registering(call, write, address, request, {}));
  return write;
}

// ---- many ----

Write::Present present_registered(std::vector<registry::ModelAddress> models) {
  return [models = std::move(models)](const registry::Reader&,
                                      const recorder::Recorded& recorded) -> Result<Answer> {
    HERALD_TRY(const auto made, json::from_json<NumbersMade>(recorded.answer, json::Mode::stored));
    RegisteredBody body;
    for (std::size_t i = 0; i < std::min(models.size(), made.numbers.size()); ++i) {
      const registry::ModelAddress& of = models[i];
      body.items.push_back(
          {reference_of(of.registry, of.model, made.numbers[i]), of.registry, of.model, made.numbers[i]});
    }
    return answer_with(body, std::nullopt);
  };
}

Result<Outcome> prepare_registering(const Call& call) {
  HERALD_TRY(const auto request, body_of<RegisteringRequest>(call));
  HERALD_CHECK(registry::check_number_at_once(request.versions.size(), "versions", "registered"));
  const Snapshot now = call.snapshot();
  Write write;
  std::vector<registry::RegisterVersion> commands;
  std::vector<registry::ModelAddress> models;
  for (std::size_t i = 0; i < request.versions.size(); ++i) {
    const std::string field = "versions[" + std::to_string(i) + "]";
    const RegisteredVersionRequest& one = request.versions[i];
    HERALD_TRY(const auto address, about(field + ".model", parse_model(one.model)));
    const bool makes_the_model =
        one.create_model.value_or(false) || std::ranges::any_of(commands, [&](const auto& before) {
          return before.new_model_id && before.registry == address.registry && before.model == address.model;
        });
    HERALD_CHECK(about(field + ".model", check_may_register(call, now.state(), address, makes_the_model)));
    HERALD_TRY(auto command, registering(call, write, address, one, field + "."));
    commands.push_back(std::move(command));
    models.push_back(address);
  }
  write.present = present_registered(std::move(models));
  write.command = registry::ChangeTogether{std::move(commands)};
  return write;
}

// Cards, names and rights of hundreds of versions: not on an I/O thread.
Result<Outcome> register_versions(const Call& call) {
  return Blocking{[&call] { return prepare_registering(call); }};
}

}  // namespace

void add_registering_routes(Router& router) {
  router.add_in_registry(
      Method::post, "/{model}/versions", Permission::write, ObjectScope::model, register_version,
      Doc("versions", "Register the next version")
          .takes<VersionRequest>("VersionRequest")
          .gives<VersionBody>("Version")
          .creates()
          .takes_a_new_model()
          .says("\"number\": refuse (409) unless the version gets this number. \"create_model\": register "
                "the model if it does "
                "not exist. Artifacts are linked and aliases assigned in the same commit; \"reason\" goes "
                "with all of it."));
  router.add({Method::post, "/v1/versions:register", Permission::write, ObjectScope::visible,
              register_versions,
              Doc("versions", "Register many versions, of one model or of many: all or none")
                  .takes<RegisteringRequest>("RegisteringRequest")
                  .gives<RegisteredBody>("RegisteredVersions")
                  .creates()
                  .says("\"model\" is [registry/]name. At most 256 versions and 256 events.")});
}

}  // namespace herald::api
