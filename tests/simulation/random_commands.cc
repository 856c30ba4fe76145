#include "tests/simulation/random_commands.h"

#include <limits>

#include "base/bytes.h"

namespace herald::simulation {
namespace {

using namespace registry;

const std::vector<std::string> kRegistries = {"models", "models", "models", "team"};
const std::vector<std::string> kModels = {"churn", "fraud", "rank"};
const std::vector<std::string> kAliases = {"production", "candidate", "shadow", "champion"};
const std::vector<std::string> kStages = {"dev", "staging", "live"};
const std::vector<std::string> kTags = {"team", "task", "tier"};
const std::vector<std::string> kValues = {"red", "green", "blue"};
const std::vector<std::string> kReasons = {"review passed", "nightly", "rolled back"};
const std::vector<std::string> kMetadata = {"{}", R"({"seed":7})", R"({"layers":[1,2]})"};
const std::vector<std::string> kRuns = {"run-1", "run-2", "run-3"};
const std::vector<std::string> kDataSets = {"customers", "clicks"};
const std::vector<std::string> kAutomations = {"tell-team", "deploy", "archive"};
const std::vector<std::string> kSecrets = {"slack-url", "hook-key"};

}  // namespace

template <class Asked>
Asked RandomCommands::at_model() {
  Asked asked;
  asked.registry = RegistryName::trusted(pick(kRegistries));
  asked.model = ModelName::trusted(pick(kModels));
  return asked;
}

template <class Asked>
Asked RandomCommands::at_version() {
  Asked asked = at_model<Asked>();
  asked.version = number();
  return asked;
}

template <class IdType>
IdType RandomCommands::numbered(std::uint64_t number) {
  return IdType(Uuid::from_bytes(be64(7) + be64(number)));
}

TextRef RandomCommands::text() {
  return {sha256(pick(kValues)), 4};
}

std::optional<Reason> RandomCommands::reason() {
  if (one_in(2)) return std::nullopt;
  return Reason::trusted(pick(kReasons));
}

std::map<std::string, std::string> RandomCommands::tags() {
  std::map<std::string, std::string> tags;
  for (std::uint64_t i = below(3); i > 0; --i) tags[pick(kTags)] = pick(kValues);
  if (one_in(40)) tags[""] = "a tag without a name";
  return tags;
}

std::map<std::string, double> RandomCommands::metrics() {
  std::map<std::string, double> metrics;
  for (std::uint64_t i = below(3); i > 0; --i) metrics[pick(kValues)] = static_cast<double>(below(1000)) / 7;
  if (one_in(40)) metrics["broken"] = std::numeric_limits<double>::infinity();
  return metrics;
}

Run RandomCommands::run() {
  return {Label::trusted(pick(kRuns)), std::nullopt, std::nullopt, std::nullopt};
}

AliasMove RandomCommands::move() {
  AliasMove move{AliasName::trusted(pick(kAliases)), std::nullopt, {}};
  if (!one_in(5)) move.to = number();
  if (one_in(5)) move.expected = {Expected::Kind::nothing, {}};
  if (one_in(4)) move.expected = {Expected::Kind::version, number()};
  return move;
}

NodeAddress RandomCommands::node() {
  NodeAddress node;
  switch (below(4)) {
    case 0:
      node.version = at_version<VersionAddress>();
      break;
    case 1:
      node.artifact = known<ArtifactId>(artifacts_);
      break;
    case 2:
      node.run = Label::trusted(pick(kRuns));
      break;
    default:
      node.dataset = Label::trusted(pick(kDataSets));
  }
  if (one_in(40)) node.run = Label::trusted("too much");
  return node;
}

AutomationDefinition RandomCommands::definition() {
  AutomationDefinition definition;
  definition.name = Label::trusted(pick(kAutomations));
  definition.enabled = !one_in(4);
  definition.on = {one_in(2) ? "alias.*" : "version.registered"};
  definition.actions.resize(1 + below(3));
  for (Action& action : definition.actions) action.kind = static_cast<ActionKind>(below(3));
  if (one_in(20)) definition.actions.clear();
  return definition;
}

std::vector<DeliveryId> RandomCommands::deliveries(std::uint64_t count) {
  std::vector<DeliveryId> ids;
  for (std::uint64_t i = 0; i < count; ++i) ids.push_back(fresh<DeliveryId>(deliveries_));
  return ids;
}

// One of the first few, mostly, so that what was linked is unlinked now and then.
ArtifactId RandomCommands::often_linked() {
  return one_in(4) ? known<ArtifactId>(artifacts_) : numbered<ArtifactId>(1 + below(3));
}

Command RandomCommands::about_models() {
  switch (below(5)) {
    case 0:
      return CreateRegistry{fresh<RegistryId>(registries_), RegistryName::trusted(pick(kRegistries)),
                            static_cast<RegistryKind>(below(2))};
    case 1: {
      auto command = at_model<RegisterModel>();
      command.new_id = fresh<ModelId>(models_);
      if (one_in(2)) command.description = text();
      command.tags = tags();
      return command;
    }
    case 2: {
      auto command = at_model<DescribeModel>();
      if (!one_in(3)) command.description = text();
      return command;
    }
    case 3: {
      auto command = at_model<ChangeTags>();
      if (one_in(2)) command.version = number();
      for (const auto& [key, value] : tags()) command.tags[key] = value;
      if (one_in(2)) command.tags[pick(kTags)] = std::nullopt;
      return command;
    }
    default: {
      auto command = at_model<AddComment>();
      if (one_in(2)) command.version = number();
      command.new_id = fresh<CommentId>(comments_);
      command.text = text();
      return command;
    }
  }
}

Command RandomCommands::about_versions() {
  switch (below(6)) {
    case 0: {
      auto command = at_model<RegisterVersion>();
      if (one_in(2)) command.new_model_id = fresh<ModelId>(models_);
      if (one_in(5)) command.expected = number();
      if (one_in(2)) command.run = run();
      command.metadata = json::Raw(one_in(20) ? "[]" : pick(kMetadata));
      command.metrics = metrics();
      command.status = status();
      if (one_in(3)) command.description = text();
      command.tags = tags();
      if (one_in(3)) command.artifacts.push_back(known<ArtifactId>(artifacts_));
      for (std::uint64_t i = below(3); i > 0; --i)
        command.aliases.push_back(AliasName::trusted(pick(kAliases)));
      return command;
    }
    case 1: {
      auto command = at_version<UpdateVersion>();
      if (one_in(3)) command.run = run();
      if (one_in(2)) command.metadata = json::Raw(one_in(20) ? "7" : pick(kMetadata));
      if (one_in(3)) command.metrics = metrics();
      if (one_in(3)) command.description = text();
      if (one_in(2)) command.status = status();
      command.reason = reason();
      if (one_in(4)) command.expected_changed = below(500);
      return command;
    }
    case 2: {
      const auto id = fresh<ArtifactId>(artifacts_);
      return CommitArtifact{
          id,  Label::trusted("artifact-" + id.str()), Label::trusted("model"), sha256(id.str()), below(20),
          1000};
    }
    case 3: {
      if (one_in(3)) {
        auto command = at_version<UnlinkArtifact>();
        command.artifact_id = often_linked();
        return command;
      }
      auto command = at_version<LinkArtifact>();
      command.artifact_id = often_linked();
      return command;
    }
    default: {
      auto command = at_model<MoveAliases>();
      for (std::uint64_t i = below(4); i > 0; --i) command.moves.push_back(move());
      command.reason = reason();
      return command;
    }
  }
}

Command RandomCommands::about_their_later_life() {
  switch (below(9)) {
    case 0: {
      auto command = at_model<SwapAliases>();
      command.first = AliasName::trusted(pick(kAliases));
      command.second = AliasName::trusted(pick(kAliases));
      command.reason = reason();
      if (one_in(4)) command.expect_first = {Expected::Kind::version, number()};
      if (one_in(4)) command.expect_second = {Expected::Kind::version, number()};
      return command;
    }
    case 1: {
      auto command = at_model<RollBackAlias>();
      command.alias = AliasName::trusted(pick(kAliases));
      command.reason = reason();
      if (one_in(4)) command.expected = {Expected::Kind::version, number()};
      return command;
    }
    case 2: {
      auto command = at_version<DeleteVersion>();
      command.remove_aliases = one_in(2);
      command.reason = reason();
      return command;
    }
    case 3:
    case 4:
    case 5: {
      auto command = at_version<RestoreVersion>();
      command.reason = reason();
      return command;
    }
    case 6:
    case 7: {
      ChangeTogether command;
      std::vector<ChangeTags> changes(below(4));
      for (ChangeTags& change : changes) {
        change = at_model<ChangeTags>();
        change.version = number();
        for (const auto& [key, value] : tags()) change.tags[key] = value;
        if (one_in(3)) change.tags[pick(kTags)] = std::nullopt;
      }
      command.changes = std::move(changes);
      return command;
    }
    default: {
      auto command = at_model<SetModelArchived>();
      command.archived = one_in(6);  // now and then, or soon nothing could be changed
      command.reason = reason();
      return command;
    }
  }
}

Command RandomCommands::about_stages() {
  if (one_in(4)) {
    UpdateRegistry command{};
    command.name = RegistryName::trusted(pick(kRegistries));
    command.stages.emplace();
    if (!one_in(3)) {
      for (const std::string& stage : kStages) command.stages->stages.push_back(StageName::trusted(stage));
    }
    if (!command.stages->stages.empty() && one_in(2)) {
      const auto& stages = command.stages->stages;
      command.stages->transitions = {
          {{}, stages[0]}, {stages[0], stages[1]}, {stages[1], stages[2]}, {stages[2], {}}};
    }
    return command;
  }
  auto command = at_version<TransitionStage>();
  if (!one_in(4)) command.to = StageName::trusted(one_in(20) ? "nowhere" : pick(kStages));
  if (one_in(4)) command.expected = {true, StageName::trusted(pick(kStages))};
  if (one_in(8)) command.expected = {true, std::nullopt};
  command.reason = reason();
  return command;
}

Command RandomCommands::about_lineage() {
  RecordLineage command{node(), static_cast<Relation>(below(5)), node()};
  if (one_in(2)) return command;
  // Left to chance, few versions would descend from each other: here a few do so again and again.
  for (NodeAddress* const end : {&command.upstream, &command.downstream}) {
    *end = {};
    end->version = at_version<VersionAddress>();
    end->version->registry = RegistryName::trusted(kDefaultRegistry);
    end->version->model = ModelName::trusted(kModels.front());
    end->version->version = VersionNumber(1 + below(3));
  }
  command.relation = Relation::derived_from;
  return command;
}

Command RandomCommands::about_automations() {
  const auto name = [&] { return Label::trusted(pick(kAutomations)); };
  switch (below(6)) {
    case 0:
      return CreateAutomation{fresh<AutomationId>(automations_), definition()};
    case 1:
      return UpdateAutomation{name(), definition()};
    case 2:
      return SetAutomationEnabled{name(), one_in(2)};
    case 3:
      if (one_in(3)) return DeleteAutomation{name()};
      return TestAutomation{name(), 1 + below(50), "alias.assigned", deliveries(1 + below(4))};
    case 4:
      return SetSecret{SecretName::trusted(pick(kSecrets)), 1 + below(4)};
    default:
      return RemoveSecret{SecretName::trusted(pick(kSecrets))};
  }
}

Command RandomCommands::about_deliveries() {
  if (one_in(3)) {
    RecordTriggers command;
    for (std::uint64_t i = 1 + below(3); i > 0; --i) {
      Trigger trigger;
      trigger.automation_id = known<AutomationId>(automations_);
      trigger.automation = Label::trusted("as of the event");
      trigger.event_sequence = 1 + below(30);
      trigger.event_type = "alias.assigned";
      trigger.new_ids = deliveries(3);
      if (one_in(5)) trigger.skip = SkipCause::rate_limit;
      command.triggers.push_back(std::move(trigger));
    }
    return command;
  }
  if (one_in(4)) return ReplayDelivery{known<DeliveryId>(deliveries_)};
  return RecordOutcome{static_cast<RecordOutcome::Kind>(below(3)), known<DeliveryId>(deliveries_),
                       static_cast<std::uint32_t>(1 + below(9)), 204, "no answer"};
}

Command RandomCommands::next() {
  switch (below(13)) {
    case 10:
    case 11:
      return about_their_later_life();
    case 12:
      return about_stages();
    case 0:
    case 1:
      return about_models();
    case 2:
    case 3:
    case 4:
    case 5:
      return about_versions();
    case 6:
      return about_lineage();
    case 7:
      return about_automations();
    default:
      return about_deliveries();
  }
}

}  // namespace herald::simulation
