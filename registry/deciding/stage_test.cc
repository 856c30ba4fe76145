#include <gmock/gmock.h>

#include "registry/testing/story.h"

namespace herald::registry::story {
namespace {

std::optional<StageName> named(std::string_view stage) {
  if (stage.empty()) return std::nullopt;
  return StageName::trusted(stage);
}

TransitionStage transition(std::uint64_t version, std::string_view to) {
  auto command = of<TransitionStage>("churn", version);
  command.to = named(to);
  return command;
}

TransitionStage from_to(std::string_view expected, std::string_view to) {
  auto command = transition(1, to);
  command.expected = {true, named(expected)};
  return command;
}

UpdateRegistry lay_out(std::vector<std::pair<std::string, std::string>> transitions) {
  UpdateRegistry command{};
  command.name = RegistryName::trusted(kDefaultRegistry);
  command.stages = StageSet{{*named("dev"), *named("staging"), *named("live")}, {}};
  for (const auto& [from, to] : transitions) command.stages->transitions.push_back({named(from), named(to)});
  return command;
}

// churn with one version, in a registry with these transitions between dev, staging and live; "" is no stage.
Story churn_with_stages(std::vector<std::pair<std::string, std::string>> transitions = {}) {
  Story story;
  story.given({lay_out(std::move(transitions)), a_model("churn"), a_version("churn")});
  return story;
}

TEST(TransitionStage, TakesAVersionFromStageToStageWithAReason) {
  Story story = churn_with_stages();
  auto command = transition(1, "dev");
  command.reason = Reason::trusted("first look");
  story.when(command).then({"churn:v1 went from no stage to dev: first look"});
  story.when(transition(1, "live")).then({"churn:v1 went from dev to live"});
  EXPECT_EQ(story.version("churn", 1).stage, named("live"));
  EXPECT_EQ(story.version("churn", 1).staged->sequence, story.sequence());
  story.when(transition(1, "live")).then_nothing();
  story.when(transition(1, "")).then({"churn:v1 went from live to no stage"});
  EXPECT_FALSE(story.version("churn", 1).stage);
  story.when(transition(1, "")).then_nothing();
}

TEST(TransitionStage, RefusesWhereTheRegistryHasNoStages) {
  Story story;
  story.given({a_model("churn"), a_version("churn")});
  story.when(transition(1, "dev"))
      .refused(Cause::not_allowed_now, "stage",
               R"(registry "models" has no stages: its admin lays them out)");
}

TEST(TransitionStage, RefusesAStageThatIsNoneAndNamesThoseThatAre) {
  Story story = churn_with_stages();
  story.when(transition(1, "prod"))
      .refused(Cause::invalid_value, "stage",
               R"(registry "models" has no stage "prod": it has "dev", "staging", "live")");
}

TEST(TransitionStage, KeepsToTheTransitionsThatAreLaidOut) {
  Story story = churn_with_stages({{"", "dev"}, {"dev", "staging"}, {"dev", ""}, {"staging", "live"}});
  story.when(transition(1, "live"))
      .refused(Cause::not_allowed_now, "stage",
               R"(from no stage no transition leads to stage "live": it leads to "dev")");
  story.given({transition(1, "dev")});
  story.when(transition(1, "live"))
      .refused(Cause::not_allowed_now, "stage",
               R"(from stage "dev" no transition leads to stage "live": it leads to "staging", "none")");
  story.when(transition(1, "")).then({"churn:v1 went from dev to no stage"});
  story.given({transition(1, "dev"), transition(1, "staging"), transition(1, "live")});
  story.when(transition(1, "dev"))
      .refused(Cause::not_allowed_now, "stage",
               R"(from stage "live" no transition leads to stage "dev": none leads on at all)");
}

TEST(TransitionStage, RefusesWhenTheVersionIsInAnotherStageThanExpected) {
  Story story = churn_with_stages();
  story.when(from_to("dev", "live"))
      .refused(Cause::expected_mismatch, "expected",
               R"(version v1 of model "churn" is in no stage, not in stage "dev")");
  story.given({transition(1, "dev")});
  story.when(from_to("", "live"))
      .refused(Cause::expected_mismatch, "expected",
               R"(version v1 of model "churn" is in stage "dev", not in no stage)");
  story.when(from_to("dev", "live")).then({"churn:v1 went from dev to live"});
}

TEST(TransitionStage, RefusesAVersionThatIsNotThereOrOfAnArchivedModel) {
  Story story = churn_with_stages();
  story.when(transition(2, "dev"))
      .refused(Cause::not_found, "", R"(model "churn" has no version v2: its highest is v1)");
  story.given({of<SetModelArchived>("churn")});
  story.when(transition(1, "dev"))
      .refused(Cause::not_allowed_now, "", R"(model "churn" is archived since event 5: restore it first)");
}

}  // namespace
}  // namespace herald::registry::story
