#include <gmock/gmock.h>

#include "base/limits.h"
#include "registry/testing/story.h"

namespace herald::registry::story {
namespace {

const RegistryName kModels = RegistryName::trusted(kDefaultRegistry);

StageName stage(std::string_view name) {
  return StageName::trusted(name);
}

StageSet three_stages() {
  return {{stage("dev"), stage("staging"), stage("production")}, {}};
}

CardPolicy asks_for_intended_use() {
  return {{Label::trusted("Intended use")}, {AliasName::trusted("production")}, {}};
}

CreateRegistry new_registry(std::string_view name) {
  return {id<RegistryId>(2), RegistryName::trusted(name)};
}

UpdateRegistry update_registry() {
  UpdateRegistry command{};
  command.name = kModels;
  return command;
}

UpdateRegistry with_stages(StageSet stages) {
  UpdateRegistry command = update_registry();
  command.stages = std::move(stages);
  return command;
}

UpdateRegistry with_policy(CardPolicy policy) {
  UpdateRegistry command = update_registry();
  command.card_policy = std::move(policy);
  return command;
}

SetRegistryArchived archive_registry(bool archived = true) {
  return {kModels, archived, {}};
}

SetAliasProtected protect(std::string_view alias, bool is_protected = true) {
  return {kModels, AliasName::trusted(alias), is_protected};
}

TransitionStage into(std::string_view model, std::uint64_t version, std::string_view to) {
  auto command = of<TransitionStage>(model, version);
  command.to = stage(to);
  return command;
}

RegistryRecord models(const Story& story) {
  return find_registry(story.state(), kModels).value();
}

TEST(CreateRegistry, KeepsWhatItIsToldAtOnce) {
  Story story;
  auto command = new_registry("risk");
  command.visibility = Visibility::restricted;
  command.description = text(1);
  command.stages = three_stages();
  command.card_policy = asks_for_intended_use();
  story.when(command).then(
      {"registry risk created", "registry risk updated: description stages card policy"});
  const auto record = find_registry(story.state(), RegistryName::trusted("risk")).value();
  EXPECT_EQ(record.visibility, Visibility::restricted);
  EXPECT_EQ(record.description, text(1));
  EXPECT_EQ(record.stages, three_stages());
  EXPECT_EQ(record.card_policy, asks_for_intended_use());
}

TEST(CreateRegistry, IsVisibleToTheOrganizationUnlessToldOtherwise) {
  Story story;
  story.when(new_registry("risk")).then({"registry risk created"});
  EXPECT_EQ(find_registry(story.state(), RegistryName::trusted("risk"))->visibility,
            Visibility::organization);
}

TEST(UpdateRegistry, RecordsOnlyWhatMakesADifference) {
  Story story;
  auto command = update_registry();
  command.description = {true, text(1)};
  command.visibility = Visibility::restricted;
  story.when(command).then({"registry models updated: description visibility"});
  story.when(command).then_nothing();
  command.visibility = Visibility::organization;
  story.when(command).then({"registry models updated: visibility"});
  EXPECT_EQ(models(story).description, text(1));
  EXPECT_EQ(models(story).changed.sequence, story.sequence());
}

TEST(UpdateRegistry, TakesAwayWhatIsEmpty) {
  Story story;
  auto command = with_stages(three_stages());
  command.description = {true, text(1)};
  command.card_policy = asks_for_intended_use();
  story.given({command});
  command.description = {true, {}};
  command.stages = StageSet{};
  command.card_policy = CardPolicy{};
  story.when(command).then({"registry models updated: description stages card policy"});
  EXPECT_FALSE(models(story).description);
  EXPECT_FALSE(models(story).stages);
  EXPECT_FALSE(models(story).card_policy);
  story.when(command).then_nothing();
}

TEST(UpdateRegistry, RefusesARegistryThatDoesNotExist) {
  auto command = update_registry();
  command.name = RegistryName::trusted("modles");
  Story().when(command).refused(Cause::not_found, "",
                                R"(registry "modles" does not exist on this server: it has "models")");
}

TEST(UpdateRegistry, RefusesStagesNamedTwiceAndTooMany) {
  Story()
      .when(with_stages({{stage("dev"), stage("dev")}, {}}))
      .refused(Cause::invalid_value, "stages.stages[1]", R"("dev" is named twice)");
  StageSet many;
  for (std::size_t i = 0; i <= limits::kMaxStages; ++i) many.stages.push_back(stage("s" + std::to_string(i)));
  Story()
      .when(with_stages(many))
      .refused(Cause::too_many, "stages.stages", "33 are too many: at most 32 are allowed");
}

TEST(UpdateRegistry, RefusesTransitionsThatLeadNowhereOrAreTooMany) {
  StageSet set = three_stages();
  set.transitions = {{stage("dev"), stage("prod")}};
  Story()
      .when(with_stages(set))
      .refused(Cause::invalid_value, "stages.transitions[0].to", R"("prod" is none of the stages)");
  set.transitions = {{{}, stage("dev")}, {stage("test"), stage("dev")}};
  Story()
      .when(with_stages(set))
      .refused(Cause::invalid_value, "stages.transitions[1].from", R"("test" is none of the stages)");
  set.transitions = {{stage("dev"), stage("dev")}};
  Story()
      .when(with_stages(set))
      .refused(Cause::invalid_value, "stages.transitions[0]", "a transition leads from one stage to another");
  set.transitions.assign(limits::kMaxStageTransitions + 1, {stage("dev"), stage("staging")});
  Story()
      .when(with_stages(set))
      .refused(Cause::too_many, "stages.transitions",
               "257 transitions are too many: at most 256 are allowed");
}

TEST(UpdateRegistry, KeepsTheStagesThatVersionsAreIn) {
  Story story;
  story.given({with_stages(three_stages()), a_model("churn"), a_version("churn"), into("churn", 1, "dev")});
  story.when(with_stages({{stage("staging"), stage("production")}, {}}))
      .refused(Cause::not_allowed_now, "stages.stages",
               R"(version v1 of model "churn" is in stage "dev": move it before the stage is given up)");
  story.when(with_stages({{stage("dev")}, {}})).then({"registry models updated: stages"});
}

TEST(UpdateRegistry, GivesUpTheStagesOfDeletedVersionsWhichComeBackInNone) {
  Story story;
  story.given({with_stages(three_stages()), a_model("churn"), a_version("churn"), into("churn", 1, "dev"),
               of<DeleteVersion>("churn", 1)});
  story.when(with_stages({})).then({"registry models updated: stages"});
  story.when(of<RestoreVersion>("churn", 1))
      .then({"churn:v1 restored",
             "churn:v1 went from dev to no stage: the stage was given up while the version was deleted"});
  EXPECT_FALSE(story.version("churn", 1).stage);
}

TEST(UpdateRegistry, LetsADeletedVersionComeBackInTheStageThatIsThere) {
  Story story;
  story.given({with_stages(three_stages()), a_model("churn"), a_version("churn"), into("churn", 1, "dev"),
               of<DeleteVersion>("churn", 1)});
  story.when(of<RestoreVersion>("churn", 1)).then({"churn:v1 restored"});
  EXPECT_EQ(story.version("churn", 1).stage, stage("dev"));
}

TEST(UpdateRegistry, GivesUpTheStagesOfDeletedModels) {
  Story story;
  story.given({with_stages(three_stages()), a_model("churn"), a_version("churn"), into("churn", 1, "dev"),
               of<DeleteModel>("churn")});
  story.when(with_stages({})).then({"registry models updated: stages"});
}

TEST(UpdateRegistry, RefusesPoliciesThatAskNobodyOrTwiceOrForTooMuch) {
  Story()
      .when(with_policy({{Label::trusted("Intended use")}, {}, {}}))
      .refused(Cause::invalid_value, "card_policy",
               "name the aliases or the stages that ask for these sections");
  CardPolicy policy = asks_for_intended_use();
  policy.sections.push_back(policy.sections.front());
  Story()
      .when(with_policy(policy))
      .refused(Cause::invalid_value, "card_policy.sections[1]", R"("Intended use" is named twice)");
  policy = asks_for_intended_use();
  policy.aliases.push_back(policy.aliases.front());
  Story()
      .when(with_policy(policy))
      .refused(Cause::invalid_value, "card_policy.aliases[1]", R"("production" is named twice)");
  policy = asks_for_intended_use();
  policy.stages = {stage("dev"), stage("dev")};
  Story()
      .when(with_policy(policy))
      .refused(Cause::invalid_value, "card_policy.stages[1]", R"("dev" is named twice)");
  Story()
      .when(with_policy({{}, {AliasName::trusted("production")}, {}}))
      .refused(Cause::invalid_value, "card_policy.sections",
               R"("sections" is empty: name those that the card must have; )"
               "null in place of the policy takes it away");
  policy = asks_for_intended_use();
  for (std::size_t i = 0; i < limits::kMaxPolicySections; ++i)
    policy.sections.push_back(Label::trusted("Section " + std::to_string(i)));
  Story()
      .when(with_policy(policy))
      .refused(Cause::too_many, "card_policy.sections", "33 are too many: at most 32 are allowed");
}

TEST(UpdateRegistry, RefusesPoliciesAboutStagesThatAreNotThere) {
  CardPolicy policy = asks_for_intended_use();
  policy.stages = {stage("live")};
  Story()
      .when(with_policy(policy))
      .refused(Cause::invalid_value, "card_policy.stages[0]",
               R"("live" is none of the stages: the registry has none, lay them out in "stages")");
  auto created = new_registry("risk");
  created.stages = three_stages();
  created.card_policy = policy;
  Story().when(created).refused(
      Cause::invalid_value, "card_policy.stages[0]",
      R"("live" is none of the stages: name one that "stages" has, or add it there)");
  Story story;
  auto both = with_policy(policy);
  both.stages = StageSet{{stage("live")}, {}};
  story.when(both).then({"registry models updated: stages card policy"});
  story.when(with_stages(three_stages()))
      .refused(Cause::not_allowed_now, "stages.stages",
               R"(the card policy of registry "models" is about stage "live": )"
               R"(change "card_policy" first, or with "stages")");
  both.stages = three_stages();
  both.card_policy = CardPolicy{};
  story.when(both).then({"registry models updated: stages card policy"});
}

TEST(SetRegistryArchived, TakesNothingNewUntilItIsRestored) {
  Story story;
  story.given({a_model("churn")});
  auto command = archive_registry();
  command.reason = Reason::trusted("moved to the cloud");
  story.when(command).then({"registry models archived: moved to the cloud"});
  story.when(command).then_nothing();
  const std::string sentence = R"(registry "models" is archived since event 3: restore it first)";
  story.when(a_model("fraud")).refused(Cause::not_allowed_now, "", sentence);
  story.when(a_version("churn")).refused(Cause::not_allowed_now, "", sentence);
  story.when(of<DescribeModel>("churn")).refused(Cause::not_allowed_now, "", sentence);
  story.when(of<DeleteModel>("churn")).refused(Cause::not_allowed_now, "", sentence);
  story.when(of<SetModelArchived>("churn")).refused(Cause::not_allowed_now, "", sentence);
  story.when(with_stages(three_stages())).refused(Cause::not_allowed_now, "", sentence);
  story.when(protect("production")).refused(Cause::not_allowed_now, "", sentence);
  story.when(archive_registry(false)).then({"registry models restored"});
  story.when(archive_registry(false)).then_nothing();
  EXPECT_FALSE(models(story).archived);
  story.when(a_version("churn")).then({"churn:v1 registered as ready"});
}

TEST(SetRegistryArchived, TakesNoLineageAtEitherEnd) {
  Story story;
  story.given({new_registry("risk"), a_model("churn"), a_version("churn"), archive_registry()});
  const std::string sentence = R"(registry "models" is archived since event 5: restore it first)";
  story.when(edge(version_node("churn", 1), Relation::deployed_as, deployment_node("eu")))
      .refused(Cause::not_allowed_now, "upstream.version", sentence);
  story.when(edge(dataset_node("c"), Relation::trained_on, version_node("churn", 1)))
      .refused(Cause::not_allowed_now, "downstream.version", sentence);
  story.when(edge(dataset_node("c"), Relation::used, run_node("r"))).then({"c used r"});
}

TEST(SetAliasProtected, KeepsAliasesForThoseWhoMayMoveThem) {
  Story story;
  story.given(
      {a_model("churn"), a_version("churn"), a_version("churn"), moves("churn", {move("production", 1)})});
  story.when(protect("production")).then({"alias production protected in models"});
  story.when(protect("production")).then_nothing();
  EXPECT_THAT(models(story).protected_aliases, ::testing::ElementsAre(AliasName::trusted("production")));
  const std::string sentence =
      R"(alias "production" is protected in registry "models": only admins of the registry or of the model move it)";
  auto command = moves("churn", {move("production", 2)});
  story.when(command).refused(Cause::denied, "moves[0].alias", sentence);
  story.when(moves("churn", {move("production", kNowhere)}))
      .refused(Cause::denied, "moves[0].alias", sentence);
  auto registered = a_version("churn");
  registered.aliases = {AliasName::trusted("production")};
  story.when(registered).refused(Cause::denied, "aliases[0]", sentence);
  auto deleted = of<DeleteVersion>("churn", 1);
  deleted.remove_aliases = true;
  story.when(deleted).refused(Cause::denied, "remove_aliases", sentence);
  command.moves_protected = MovesProtected::yes;
  story.when(command).then({"alias production of churn moved from v1 to v2"});
}

TEST(SetAliasProtected, LeavesOtherAliasesAndMovesThatChangeNothing) {
  Story story;
  story.given(
      {a_model("churn"), a_version("churn"), moves("churn", {move("production", 1)}), protect("production")});
  story.when(moves("churn", {move("production", 1), move("canary", 1)}))
      .then({"alias canary of churn put on v1"});
}

TEST(SetAliasProtected, IsTakenBack) {
  Story story;
  story.given({a_model("churn"), a_version("churn"), protect("production"), protect("champion")});
  story.when(protect("production", false)).then({"alias production unprotected in models"});
  story.when(protect("production", false)).then_nothing();
  story.when(moves("churn", {move("production", 1)})).then({"alias production of churn put on v1"});
}

TEST(SetAliasProtected, RefusesMoreThanTheLimit) {
  Story story;
  for (std::size_t i = 0; i < limits::kMaxAliasesPerModel; ++i)
    story.given({protect("a" + std::to_string(i))});
  story.when(protect("one-more"))
      .refused(Cause::too_many, "alias", R"(registry "models" protects 256 aliases: no more are allowed)");
}

}  // namespace
}  // namespace herald::registry::story
