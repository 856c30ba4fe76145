#include "tests/simulation/random_commands.h"

#include <limits>

#include "base/limits.h"

namespace herald::simulation {

using namespace registry;

// One that was made, where it was made; now and then one that was not, or elsewhere.
template <class Asked>
Asked RandomCommands::at_comment() {
  const std::uint64_t which = below(comments_ + 1);
  Asked asked = at_model<Asked>();
  if (which < comments_ && !one_in(8)) static_cast<ModelAddress&>(asked) = commented_[which];
  asked.comment_id = numbered<CommentId>(1 + which);
  if (one_in(3)) asked.by = one_in(3) ? "somebody else" : "anonymous";
  return asked;
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
  if (one_in(60)) {
    for (std::size_t i = 0; i <= limits::kMaxTags; ++i) tags["tag-" + std::to_string(i)] = "one too many";
  }
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
  switch (below(5)) {
    case 0:
      node.version = at_version<VersionAddress>();
      break;
    case 1:
      node.artifact = known<ArtifactId>(artifacts_);
      break;
    case 2:
      node.run = Label::trusted(pick(kRuns));
      break;
    case 3:
      node.deployment = Label::trusted(pick(kDeployments));
      break;
    default:
      node.dataset = Label::trusted(pick(kDataSets));
  }
  if (one_in(40)) node.run = Label::trusted("too much");
  return node;
}

template <class Asked>
void RandomCommands::say_why_and_by_what_right(Asked& asked) {
  if constexpr (requires { asked.reason; }) asked.reason = reason();
  if constexpr (requires { asked.moves_protected; })
    asked.moves_protected = one_in(2) ? MovesProtected::yes : MovesProtected::no;
}

std::optional<Card> RandomCommands::card() {
  if (one_in(3)) return std::nullopt;
  Card card{text(), {}};
  for (const std::string& section : kSections) {
    if (!one_in(3)) card.sections.push_back(Label::trusted(section));
  }
  return card;
}

std::optional<CardPolicy> RandomCommands::policy() {
  if (one_in(2)) return std::nullopt;
  if (one_in(2)) return CardPolicy{};
  CardPolicy policy{{Label::trusted(pick(kSections))}, {AliasName::trusted(pick(kAliases))}, {}};
  if (one_in(2)) policy.stages.push_back(StageName::trusted(kStages.back()));
  if (one_in(8)) policy = {policy.sections, {}, {}};  // of nothing
  return policy;
}

StageSet RandomCommands::stages() {
  StageSet set;
  if (one_in(3)) return set;
  for (const std::string& stage : kStages) set.stages.push_back(StageName::trusted(stage));
  const auto& stages = set.stages;
  if (one_in(2)) {
    set.transitions = {{{}, stages[0]}, {stages[0], stages[1]}, {stages[1], stages[2]}, {stages[2], {}}};
  }
  if (one_in(12)) set.transitions = {{stages[0], StageName::trusted("nowhere")}};
  return set;
}

Command RandomCommands::about_registries() {
  const auto name = [&] { return RegistryName::trusted(pick(kRegistries)); };
  switch (below(5)) {
    case 0: {
      CreateRegistry command{fresh<RegistryId>(registries_), name(), static_cast<RegistryKind>(below(2))};
      if (one_in(2)) command.visibility = static_cast<Visibility>(below(2));
      if (one_in(2)) command.description = text();
      if (one_in(2)) command.stages = stages();
      command.card_policy = policy();
      return command;
    }
    case 1: {
      UpdateRegistry command{};
      command.name = name();
      if (one_in(2)) command.visibility = static_cast<Visibility>(below(2));
      command.description.given = one_in(2);
      if (one_in(2)) command.description.value = text();
      if (one_in(4)) command.stages = stages();
      command.card_policy = policy();
      return command;
    }
    case 2:
    case 3:
      return SetAliasProtected{name(), AliasName::trusted(pick(kAliases)), one_in(3)};
    default:
      return SetRegistryArchived{name(), one_in(8), {}};  // now and then, or soon nothing could be changed
  }
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
      if (one_in(3)) command.owner = often<PrincipalId>(principals_);
      if (one_in(3)) command.card = card();
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
      commented_.push_back(command);
      return command;
    }
  }
}

RegisterVersion RandomCommands::new_version() {
  auto command = at_model<RegisterVersion>();
  if (one_in(2)) command.new_model_id = fresh<ModelId>(models_);
  if (one_in(5)) command.expected = number();
  if (one_in(2)) command.run = run();
  command.metadata = json::Raw(one_in(20) ? "[]" : pick(kMetadata));
  if (one_in(60))
    command.metadata = json::Raw(R"({"x":")" + std::string(limits::kMaxMetadataBytes, 'x') + R"("})");
  command.metrics = metrics();
  command.status = status();
  if (one_in(3)) command.description = text();
  command.tags = tags();
  if (one_in(3)) command.artifacts.push_back(known<ArtifactId>(artifacts_));
  for (std::uint64_t i = below(3); i > 0; --i) command.aliases.push_back(AliasName::trusted(pick(kAliases)));
  command.card = card();
  return command;
}

Command RandomCommands::about_versions() {
  switch (below(6)) {
    case 0:
      return new_version();
    case 1: {
      auto command = at_version<UpdateVersion>();
      if (one_in(3)) command.run = run();
      if (one_in(2)) command.metadata = json::Raw(one_in(20) ? "7" : pick(kMetadata));
      if (one_in(3)) command.metrics = metrics();
      if (one_in(3)) command.description = text();
      if (one_in(2)) command.status = status();
      if (one_in(4)) command.expected_changed = below(500);
      return command;
    }
    case 2: {
      if (one_in(4)) return DeleteArtifact{known<ArtifactId>(artifacts_), {}};
      const auto id = fresh<ArtifactId>(artifacts_);
      return CommitArtifact{
          id,  Label::trusted("artifact-" + id.str()), Label::trusted("model"), sha256(id.str()), below(20),
          1000};
    }
    case 3: {
      if (one_in(3)) {
        auto command = at_version<UnlinkArtifact>();
        command.artifact_id = often<ArtifactId>(artifacts_);
        return command;
      }
      auto command = at_version<LinkArtifact>();
      command.artifact_id = often<ArtifactId>(artifacts_);
      return command;
    }
    default: {
      auto command = at_model<MoveAliases>();
      for (std::uint64_t i = below(4); i > 0; --i) command.moves.push_back(move());
      if (one_in(60)) command.moves.resize(limits::kMaxAliasMovesPerCommand + 1, move());
      return command;
    }
  }
}

Command RandomCommands::about_their_later_life() {
  switch (below(7)) {
    case 0: {
      auto command = at_model<SwapAliases>();
      command.first = AliasName::trusted(pick(kAliases));
      command.second = AliasName::trusted(pick(kAliases));
      if (one_in(4)) command.expect_first = {Expected::Kind::version, number()};
      if (one_in(4)) command.expect_second = {Expected::Kind::version, number()};
      return command;
    }
    case 1: {
      auto command = at_model<RollBackAlias>();
      command.alias = AliasName::trusted(pick(kAliases));
      if (one_in(4)) command.expected = {Expected::Kind::version, number()};
      return command;
    }
    case 2: {
      auto command = at_version<DeleteVersion>();
      command.remove_aliases = one_in(2);
      return command;
    }
    case 3:
    case 4:
    case 5:
      return at_version<RestoreVersion>();
    default: {
      auto command = at_model<SetModelArchived>();
      command.archived = one_in(6);  // now and then, or soon nothing could be changed
      return command;
    }
  }
}

Command RandomCommands::about_stages() {
  if (one_in(4)) {
    UpdateRegistry command{};
    command.name = RegistryName::trusted(pick(kRegistries));
    command.stages = stages();
    return command;
  }
  auto command = at_version<TransitionStage>();
  if (!one_in(4)) command.to = StageName::trusted(one_in(20) ? "nowhere" : pick(kStages));
  if (one_in(4)) command.expected = {true, StageName::trusted(pick(kStages))};
  if (one_in(8)) command.expected = {true, std::nullopt};
  return command;
}

Command RandomCommands::about_lineage() {
  RecordLineage command{node(), static_cast<Relation>(below(6)), node()};
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
  if (one_in(6)) {
    command.relation = Relation::deployed_as;
    command.downstream = {};
    command.downstream.deployment = Label::trusted(pick(kDeployments));
  }
  return command;
}

Command RandomCommands::about_what_they_are_called() {
  switch (below(9)) {
    case 0: {
      auto command = at_model<RenameModel>();
      command.to = ModelName::trusted(pick(kModels));
      return command;
    }
    case 1:
      return at_model<DeleteModel>();
    case 2: {
      auto command = at_model<SetOwner>();
      if (!one_in(3)) command.owner = often<PrincipalId>(principals_);
      return command;
    }
    case 3:
    case 4: {
      auto command = at_model<SetCard>();
      if (one_in(2)) command.version = number();
      command.card = card();
      return command;
    }
    case 5:
    case 6:
      return at_comment<RemoveComment>();
    default: {
      auto command = at_comment<EditComment>();
      command.text = text();
      return command;
    }
  }
}

Command RandomCommands::about_many() {
  ChangeTogether command;
  const auto each = [&]<class Change>(std::vector<Change> changes, auto&& make) {
    for (Change& change : changes) {
      change = make();
      say_why_and_by_what_right(change);
    }
    command.changes = std::move(changes);
  };
  const std::uint64_t many = below(4);
  switch (below(9)) {
    case 0:
      each(std::vector<TransitionStage>(many), [&] {
        auto change = at_version<TransitionStage>();
        change.to = StageName::trusted(pick(kStages));
        return change;
      });
      break;
    case 1:
      each(std::vector<DeleteVersion>(many), [&] { return at_version<DeleteVersion>(); });
      break;
    case 2:
      each(std::vector<RestoreVersion>(many), [&] { return at_version<RestoreVersion>(); });
      break;
    case 3:
      each(std::vector<MoveAliases>(many), [&] {
        auto change = at_model<MoveAliases>();
        change.moves.push_back(move());
        return change;
      });
      break;
    case 4:
      each(std::vector<RegisterVersion>(many), [&] { return new_version(); });
      break;
    case 5:
      each(std::vector<SetOwner>(many), [&] {
        auto change = at_model<SetOwner>();
        if (one_in(2)) change.owner = often<PrincipalId>(principals_);
        return change;
      });
      break;
    case 6:
      each(std::vector<SetModelArchived>(many), [&] {
        auto change = at_model<SetModelArchived>();
        change.archived = one_in(6);
        return change;
      });
      break;
    case 7:
      if (one_in(4)) {
        each(std::vector<DeleteModel>(many), [&] { return at_model<DeleteModel>(); });
        break;
      }
      [[fallthrough]];
    default:
      each(std::vector<ChangeTags>(many), [&] {
        auto change = at_model<ChangeTags>();
        if (!one_in(4)) change.version = number();
        for (const auto& [key, value] : tags()) change.tags[key] = value;
        if (one_in(3)) change.tags[pick(kTags)] = std::nullopt;
        return change;
      });
  }
  return command;
}

Command RandomCommands::about_use() {
  if (one_in(2)) {
    auto command = at_version<RecordUsage>();
    command.consumer = Label::trusted(pick(kConsumers));
    if (one_in(2)) command.alias = AliasName::trusted(pick(kAliases));
    if (one_in(20)) command.count = 2'000'000'000;
    command.total = 1 + below(60);
    command.at = Timestamp(kBegun + static_cast<std::int64_t>(below(300)) * 20 * kMinute);
    return command;
  }
  auto command = at_version<RecordEvaluation>();
  command.new_id = fresh<EvaluationId>(evaluations_);
  if (one_in(2)) command.name = Label::trusted("nightly");
  if (!one_in(3)) command.dataset = node();
  if (one_in(2)) command.run = Label::trusted(pick(kRuns));
  command.metrics = metrics();
  if (one_in(4)) {
    const bool is_picture = one_in(3);
    const EvaluationFile file{Label::trusted("result"), static_cast<EvaluationFileKind>(below(3)),
                              is_picture ? "image/png" : "text/csv", sha256(pick(kValues)), 4};
    command.files.assign(one_in(5) ? 2 : 1, file);
  }
  return command;
}

Command RandomCommands::any() {
  switch (below(21)) {
    case 0:
    case 1:
      return about_models();
    case 2:
    case 3:
    case 4:
    case 5:
      return about_versions();
    case 6:
    case 7:
      return about_lineage();
    case 8:
      return about_use();
    case 9:
      return about_registries();
    case 10:
    case 11:
      return about_their_later_life();
    case 12:
      return about_stages();
    case 13:
      return about_what_they_are_called();
    case 14:
      return about_many();
    case 15:
      return about_people();
    case 16:
    case 17:
      return about_their_rights();
    case 18:
      return about_automations();
    default:
      return about_deliveries();
  }
}

Command RandomCommands::next() {
  Command command = any();
  std::visit([&](auto& asked) { say_why_and_by_what_right(asked); }, static_cast<Command::variant&>(command));
  return command;
}

}  // namespace herald::simulation
