#include "registry/testing/story.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "registry/sentence.h"

namespace herald::registry::story {
namespace {

std::string place(const OfModel& of) {
  return of.model.str();
}
std::string place(const OfVersion& of) {
  return of.model.str() + ":" + label(of.version);
}
std::string place(const OfModel& of, std::optional<VersionNumber> version) {
  return version ? of.model.str() + ":" + label(*version) : of.model.str();
}
std::string why(const std::optional<Reason>& reason) {
  return reason ? ": " + reason->str() : "";
}
std::string attempts(const OfDelivery& of) {
  return fmt::format("{} attempts", of.attempts);
}

std::string tell(const RegistryCreated& f) {
  return fmt::format("registry {} created", f.registry.str());
}
std::string tell(const RegistryUpdated& f) {
  return fmt::format("registry {} updated:{}{}{}{}", f.registry.str(), f.to.description ? " description" : "",
                     f.to.visibility ? " visibility" : "", f.to.stages ? " stages" : "",
                     f.to.card_policy ? " card policy" : "");
}
std::string tell(const RegistryArchived& f) {
  return fmt::format("registry {} archived{}", f.registry.str(), why(f.reason));
}
std::string tell(const RegistryRestored& f) {
  return fmt::format("registry {} restored{}", f.registry.str(), why(f.reason));
}
std::string tell(const AliasProtected& f) {
  return fmt::format("alias {} protected in {}", f.alias.str(), f.registry.str());
}
std::string tell(const AliasUnprotected& f) {
  return fmt::format("alias {} unprotected in {}", f.alias.str(), f.registry.str());
}
std::string tell(const ModelRegistered& f) {
  return fmt::format("model {} registered", place(f));
}
std::string tell(const ModelRenamed& f) {
  return fmt::format("model {} renamed to {}", place(f), f.to.str());
}
std::string tell(const ModelCarded& f) {
  return fmt::format("card of {} {}", place(f), f.to ? "written" : "removed");
}
std::string tell(const ModelOwned& f) {
  return fmt::format("owner of {} {}", place(f), f.to ? "set" : "removed");
}
std::string tell(const ModelArchived& f) {
  return fmt::format("model {} archived{}", place(f), why(f.reason));
}
std::string tell(const ModelRestored& f) {
  return fmt::format("model {} restored{}", place(f), why(f.reason));
}
std::string tell(const ModelDeleted& f) {
  return fmt::format("model {} deleted{}", place(f), why(f.reason));
}
std::string tell(const ModelDescribed& f) {
  return fmt::format("model {} {}", place(f), f.to ? "described" : "no longer described");
}
std::string tell(const TagSet& f) {
  return fmt::format("tag {} of {} set{} to {}", f.key.str(), place(f, f.version),
                     f.from ? " from " + f.from->str() : "", f.to.str());
}
std::string tell(const TagRemoved& f) {
  return fmt::format("tag {} of {} removed, was {}", f.key.str(), place(f, f.version), f.from.str());
}
std::string tell(const VersionRegistered& f) {
  return fmt::format("{} registered as {}", place(f), reflect::enum_name(f.status));
}
std::string tell(const VersionUpdated& f) {
  return fmt::format("{} updated:{}{}{}{}", place(f), f.to.run ? " run" : "",
                     f.to.metadata ? " metadata" : "", f.to.metrics ? " metrics" : "",
                     f.to.description ? " description" : "");
}
std::string tell(const VersionStatusChanged& f) {
  return fmt::format("{} went from {} to {}{}", place(f), reflect::enum_name(f.from),
                     reflect::enum_name(f.to), why(f.reason));
}
std::string tell(const VersionCarded& f) {
  return fmt::format("card of {} {}", place(f), f.to ? "written" : "removed");
}
std::string tell(const VersionDeleted& f) {
  return fmt::format("{} deleted{}", place(f), why(f.reason));
}
std::string tell(const VersionRestored& f) {
  return fmt::format("{} restored{}", place(f), why(f.reason));
}
std::string tell(const StageTransitioned& f) {
  return fmt::format("{} went from {} to {}{}", place(f), f.from ? f.from->str() : "no stage",
                     f.to ? f.to->str() : "no stage", why(f.reason));
}
std::string tell(const VersionLinked& f) {
  return fmt::format("{} linked to {}", f.artifact.str(), place(f));
}
std::string tell(const VersionUnlinked& f) {
  return fmt::format("{} unlinked from {}", f.artifact.str(), place(f));
}
std::string tell(const ArtifactCommitted& f) {
  return fmt::format("artifact {} committed", f.artifact.str());
}
std::string tell(const ArtifactDeleted& f) {
  return fmt::format("artifact {} deleted{}", f.artifact.str(), why(f.reason));
}
std::string tell(const AliasAssigned& f) {
  const std::string from = f.from ? fmt::format("moved from {} to", label(*f.from)) : "put on";
  return fmt::format("alias {} of {} {} {}{}", f.alias.str(), place(f), from, label(f.to), why(f.reason));
}
std::string tell(const AliasRemoved& f) {
  return fmt::format("alias {} of {} removed from {}{}", f.alias.str(), place(f), label(f.from),
                     why(f.reason));
}
std::string tell(const CommentAdded& f) {
  return fmt::format("comment on {} added", place(f, f.version));
}
std::string tell(const CommentEdited& f) {
  return fmt::format("comment on {} edited", place(f, f.version));
}
std::string tell(const CommentRemoved& f) {
  return fmt::format("comment on {} removed", place(f, f.version));
}
std::string tell(const UsageRecorded& f) {
  return fmt::format("{} used by {} {} times", place(f), f.consumer.str(), f.count);
}
std::string tell(const EvaluationRecorded& f) {
  return fmt::format("{} evaluated{}: {} metrics, {} files", place(f),
                     f.dataset ? " on " + f.dataset->name : "", f.metrics.size(), f.files.size());
}
std::string tell(const PrincipalCreated& f) {
  return fmt::format("{} {} created", reflect::enum_name(f.kind), f.principal_id.str());
}
std::string tell(const PrincipalDisabled& f) {
  return fmt::format("{} disabled{}", f.principal_id.str(), why(f.reason));
}
std::string tell(const PrincipalEnabled& f) {
  return fmt::format("{} enabled{}", f.principal_id.str(), why(f.reason));
}
std::string tell(const PrincipalDescribed& f) {
  return fmt::format("{} described{}", f.principal_id.str(), why(f.reason));
}
std::string tell(const TeamJoined& f) {
  return fmt::format("{} joined team {}", f.principal_id.str(), f.team_id.str());
}
std::string tell(const TeamLeft& f) {
  return fmt::format("{} left team {}", f.principal_id.str(), f.team_id.str());
}
std::string place(const RoleScope& scope) {
  if (!scope.registry) return "the server";
  return scope.model ? scope.registry->str() + "/" + scope.model->str() : scope.registry->str();
}
std::string tell(const RoleGranted& f) {
  return fmt::format("{} is {} of {}", f.principal_id.str(), reflect::enum_name(f.to), place(f.scope));
}
std::string tell(const RoleRevoked& f) {
  return fmt::format("{} is no longer {} of {}", f.principal_id.str(), reflect::enum_name(f.from),
                     place(f.scope));
}
std::string tell(const TokenIssued& f) {
  return fmt::format("token {} issued to {}", f.token_id.str(), f.principal_id.str());
}
std::string tell(const TokenRevoked& f) {
  return fmt::format("token {} revoked{}", f.token_id.str(), why(f.reason));
}
std::string tell(const AccessDenied& f) {
  return fmt::format("{} denied {} {} times", f.actor, f.permission, f.count);
}
std::string tell(const ErasurePerformed& f) {
  return fmt::format("{} texts erased{}", f.texts.size(), f.principal_id ? ", and a principal's names" : "");
}
std::string tell(const LineageRecorded& f) {
  return fmt::format("{} {} {}", f.upstream.name, reflect::enum_name(f.relation), f.downstream.name);
}
std::string tell(const AutomationCreated& f) {
  return fmt::format("automation {} created", f.definition.name.str());
}
std::string tell(const AutomationUpdated& f) {
  return fmt::format("automation {} updated to {}", f.from.name.str(), f.to.name.str());
}
std::string tell(const AutomationEnabled& f) {
  return fmt::format("automation {} enabled", f.automation.str());
}
std::string tell(const AutomationDisabled& f) {
  return fmt::format("automation {} disabled", f.automation.str());
}
std::string tell(const AutomationDeleted& f) {
  return fmt::format("automation {} deleted", f.automation.str());
}
std::string tell(const AutomationTriggered& f) {
  return fmt::format("automation {} {} by {} event {}: {} deliveries", f.automation.str(),
                     f.test ? "tested" : "triggered", f.event_type, f.event_sequence, f.deliveries.size());
}
std::string tell(const DeliverySucceeded& f) {
  return fmt::format("delivery succeeded, {}, {}", attempts(f), f.status);
}
std::string tell(const DeliveryFailing& f) {
  return fmt::format("delivery failing, {}, {}", attempts(f), f.error);
}
std::string tell(const DeliveryExhausted& f) {
  return fmt::format("delivery exhausted, {}, {}", attempts(f), f.error);
}
std::string tell(const DeliveryReplayed& f) {
  return fmt::format("delivery replayed, {}", attempts(f));
}
std::string tell(const DeliverySkipped& f) {
  return fmt::format("automation {} skipped event {}: {}", f.automation.str(), f.event_sequence,
                     reflect::enum_name(f.cause));
}
std::string tell(const SecretSet& f) {
  return fmt::format("secret {} set to value {}", f.secret.str(), f.number);
}
std::string tell(const SecretRemoved& f) {
  return fmt::format("secret {} removed", f.secret.str());
}

}  // namespace

std::string told(const Payload& payload) {
  return std::visit([](const auto& fact) { return tell(fact); }, payload);
}

void Outcome::then(const std::vector<std::string>& facts) const {
  ASSERT_TRUE(result_) << "refused: " << result_.error().message;
  std::vector<std::string> happened;
  for (const Event& event : result_->events) happened.push_back(told(event.payload));
  EXPECT_EQ(happened, facts);
  EXPECT_TRUE(json::Document::parse(result_->decision.answer)) << result_->decision.answer;
}

void Outcome::refused(Cause cause, std::string_view field, std::string_view sentence) const {
  ASSERT_FALSE(result_) << "accepted: " << result_->decision.answer;
  EXPECT_EQ(to_string(result_.error().cause), to_string(cause));
  EXPECT_EQ(result_.error().field, field);
  EXPECT_EQ(result_.error().message, sentence);
}

Story::Story() {
  given({CreateRegistry{id<RegistryId>(1), RegistryName::trusted(kDefaultRegistry), RegistryKind::model}});
}

Story& Story::given(const std::vector<Command>& commands) {
  for (const Command& command : commands) {
    const auto recorded = registry_.record(command);
    EXPECT_TRUE(recorded) << "given, but refused: " << recorded.error().message;
  }
  return *this;
}

FoundModel Story::model(std::string_view name) const {
  return require_model(state(), RegistryName::trusted(kDefaultRegistry), ModelName::trusted(name)).value();
}

VersionRecord Story::version(std::string_view name, std::uint64_t number) const {
  return require_version(state(), model(name), VersionNumber(number)).value();
}

TextRef text(std::uint64_t number) {
  return {sha256(be64(number)), 8};
}

RegisterModel a_model(std::string_view name) {
  auto command = of<RegisterModel>(name);
  command.new_id = ModelId(Uuid::from_bytes(sha256(name).bytes().substr(0, 16)));
  return command;
}

RegisterVersion a_version(std::string_view model) {
  return of<RegisterVersion>(model);
}

CommitArtifact an_artifact(std::uint64_t number, std::string_view name) {
  return {id<ArtifactId>(number), Label::trusted(name), Label::trusted("model"), sha256(name), 2, 100};
}

LinkArtifact link(std::string_view model, std::uint64_t version, std::uint64_t artifact) {
  auto command = of<LinkArtifact>(model, version);
  command.artifact_id = id<ArtifactId>(artifact);
  return command;
}

UnlinkArtifact unlink(std::string_view model, std::uint64_t version, std::uint64_t artifact) {
  auto command = of<UnlinkArtifact>(model, version);
  command.artifact_id = id<ArtifactId>(artifact);
  return command;
}

AliasMove move(std::string_view alias, std::uint64_t to, Expected expected) {
  AliasMove wanted{AliasName::trusted(alias), std::nullopt, expected};
  if (to != kNowhere) wanted.to = VersionNumber(to);
  return wanted;
}

MoveAliases moves(std::string_view model, std::vector<AliasMove> moves) {
  auto command = of<MoveAliases>(model);
  command.moves = std::move(moves);
  return command;
}

NodeAddress version_node(std::string_view model, std::uint64_t version) {
  return {of(model, version), std::nullopt, std::nullopt, std::nullopt, std::nullopt};
}
NodeAddress artifact_node(std::uint64_t artifact) {
  return {std::nullopt, id<ArtifactId>(artifact), std::nullopt, std::nullopt, std::nullopt};
}
NodeAddress run_node(std::string_view name) {
  return {std::nullopt, std::nullopt, Label::trusted(name), std::nullopt, std::nullopt};
}
NodeAddress dataset_node(std::string_view name) {
  return {std::nullopt, std::nullopt, std::nullopt, Label::trusted(name), std::nullopt};
}
NodeAddress deployment_node(std::string_view name) {
  return {std::nullopt, std::nullopt, std::nullopt, std::nullopt, Label::trusted(name)};
}
RecordLineage edge(NodeAddress upstream, Relation relation, NodeAddress downstream) {
  return {std::move(upstream), relation, std::move(downstream)};
}

AutomationDefinition definition(std::string_view name) {
  AutomationDefinition definition;
  definition.name = Label::trusted(name);
  definition.on = {"alias.*"};
  definition.actions.resize(1);
  definition.actions[0].url = "https://hooks.example.org/";
  return definition;
}

CreateAutomation an_automation(std::string_view name) {
  return {id<AutomationId>(1), definition(name)};
}

RecordTriggers triggered(std::uint64_t event_sequence) {
  Trigger trigger;
  trigger.automation_id = id<AutomationId>(1);
  trigger.automation = Label::trusted("tell");
  trigger.event_sequence = event_sequence;
  trigger.event_type = "alias.assigned";
  trigger.event_depth = 2;
  trigger.new_ids = {id<DeliveryId>(event_sequence)};
  return {{trigger}};
}

RecordOutcome outcome(std::uint64_t delivery, RecordOutcome::Kind kind, std::uint32_t attempts) {
  return {kind, id<DeliveryId>(delivery), attempts, 204, "no answer"};
}

}  // namespace herald::registry::story
