// Many versions changed by one command.
#include <gmock/gmock.h>

#include "base/limits.h"
#include "registry/testing/story.h"

namespace herald::registry::story {
namespace {

ChangeTags tagged(std::string_view model, std::uint64_t version, std::string value) {
  auto command = of<ChangeTags>(model);
  command.version = VersionNumber(version);
  command.tags = {{"tier", std::move(value)}};
  return command;
}

ChangeTogether together(std::vector<ChangeTags> changes) {
  return {std::move(changes)};
}

Story churn_and_fraud() {
  Story story;
  auto fraud = a_model("fraud");
  fraud.new_id = id<ModelId>(77);
  story.given({a_model("churn"), a_version("churn"), a_version("churn"), fraud, a_version("fraud")});
  return story;
}

TEST(ChangeTogether, ChangesVersionsOfManyModelsAtOnce) {
  Story story = churn_and_fraud();
  const auto outcome =
      story.when(together({tagged("churn", 1, "1"), tagged("churn", 2, "1"), tagged("fraud", 1, "1")}));
  EXPECT_EQ(outcome.events().size(), 3U);
  EXPECT_EQ(outcome.decision().answer, R"({"versions":3,"events":3})");
  EXPECT_EQ(story.version("fraud", 1).tags.at("tier"), "1");
  story.when(together({tagged("churn", 1, "1"), tagged("fraud", 1, "1")})).then_nothing();
}

TEST(ChangeTogether, ChangesNothingWhenOneOfThemCannotBe) {
  Story story = churn_and_fraud();
  story.when(together({tagged("churn", 1, "1"), tagged("churn", 9, "1")}))
      .refused(Cause::not_found, "versions[1]",
               R"(churn:v9: model "churn" has no version v9: its highest is v2)");
  EXPECT_TRUE(story.version("churn", 1).tags.empty());
}

TEST(ChangeTogether, RefusesNoneTooManyAndOneTwice) {
  Story story = churn_and_fraud();
  story.when(together({}))
      .refused(Cause::invalid_value, "versions", "\"versions\" is empty: name at least one version");
  story.when(together({tagged("churn", 1, "1"), tagged("churn", 1, "2")}))
      .refused(Cause::invalid_value, "versions[1]", R"("churn:v1" is named twice)");
  story.when(together(std::vector<ChangeTags>(limits::kMaxEventsPerCommand + 1, tagged("churn", 1, "1"))))
      .refused(Cause::too_many, "versions", "257 versions cannot be changed at once: at most 256 can");
}

TEST(ChangeTogether, TakesAnAliasToAVersionOfEachModel) {
  Story story = churn_and_fraud();
  story
      .when(ChangeTogether{
          std::vector{moves("churn", {move("champion", 2)}), moves("fraud", {move("champion", 1)})}})
      .then({"alias champion of churn put on v2", "alias champion of fraud put on v1"});
  story
      .when(ChangeTogether{
          std::vector{moves("churn", {move("champion", 2)}), moves("churn", {move("champion", 1)})}})
      .refused(Cause::invalid_value, "versions[1]", R"("churn" is named twice)");
}

TEST(ChangeTogether, DeletesAndRestores) {
  Story story = churn_and_fraud();
  story.when(ChangeTogether{std::vector{of<DeleteVersion>("churn", 1), of<DeleteVersion>("churn", 2)}})
      .then({"churn:v1 deleted", "churn:v2 deleted"});
  story.when(ChangeTogether{std::vector{of<RestoreVersion>("churn", 1), of<RestoreVersion>("churn", 2)}})
      .then({"churn:v1 restored", "churn:v2 restored"});
}

ChangeTogether registered_together(std::vector<RegisterVersion> versions) {
  return {std::move(versions)};
}

TEST(ManyVersions, AreRegisteredAtOnceSeveralOfOneModelToo) {
  Story story = churn_and_fraud();
  auto second = a_version("churn");
  second.aliases = {AliasName::trusted("champion")};
  auto third = a_version("churn");
  third.aliases = {AliasName::trusted("champion")};
  const auto outcome =
      story.when(registered_together({a_version("churn"), second, a_version("fraud"), third}));
  outcome.then({"churn:v3 registered as ready", "churn:v4 registered as ready",
                "alias champion of churn put on v4", "fraud:v2 registered as ready",
                "churn:v5 registered as ready", "alias champion of churn moved from v4 to v5"});
  EXPECT_EQ(outcome.decision().answer, R"({"numbers":[3,4,2,5]})");
  EXPECT_TRUE(outcome.decision().created);
}

TEST(ManyVersions, AreRegisteredUpToALimit) {
  Story story = churn_and_fraud();
  story
      .when(registered_together(
          std::vector<RegisterVersion>(limits::kMaxEventsPerCommand + 1, a_version("churn"))))
      .refused(Cause::too_many, "versions", "257 versions cannot be registered at once: at most 256 can");
}

TEST(ManyVersions, RegisterTheirModelOnce) {
  Story story;
  auto first = a_version("fresh"), second = a_version("fresh");
  first.new_model_id = id<ModelId>(71);
  second.new_model_id = id<ModelId>(72);
  story.when(registered_together({first, second}))
      .then({"model fresh registered", "fresh:v1 registered as ready", "fresh:v2 registered as ready"});
}

TEST(ManyVersions, AreAllRefusedWhereOneIs) {
  Story story = churn_and_fraud();
  auto wrong = a_version("churn");
  wrong.expected = VersionNumber(3);
  story.when(registered_together({a_version("churn"), wrong}))
      .refused(Cause::expected_mismatch, "versions[1].number",
               R"(churn: the next version of model "churn" is v4, not v3)");
  EXPECT_EQ(story.model("churn").model.last_version, VersionNumber(2));
}

TEST(ManyModels, AreArchivedTaggedOwnedAndDeletedAtOnce) {
  Story story = churn_and_fraud();
  const auto archive = [](std::string_view model, bool archived) {
    auto command = of<SetModelArchived>(model);
    command.archived = archived;
    return command;
  };
  const auto tag = [](std::string_view model) {
    auto command = of<ChangeTags>(model);
    command.tags = {{"team", "risk"}};
    return command;
  };
  const auto tagging =
      story.when(ChangeTogether{std::vector{tag("churn"), tag("fraud")}, ChangedTogether::models});
  EXPECT_EQ(tagging.events().size(), 2U);
  EXPECT_EQ(tagging.decision().answer, R"({"models":2,"events":2})");
  story
      .when(ChangeTogether{std::vector{archive("churn", true), archive("fraud", true)},
                           ChangedTogether::models})
      .then({"model churn archived", "model fraud archived"});
  story
      .when(ChangeTogether{std::vector{archive("churn", false), archive("none", false)},
                           ChangedTogether::models})
      .refused(Cause::not_found, "models[1]",
               R"(none: model "none" does not exist in registry "models": it has "churn", "fraud")");
  story
      .when(ChangeTogether{std::vector{of<DeleteModel>("churn"), of<DeleteModel>("churn")},
                           ChangedTogether::models})
      .refused(Cause::invalid_value, "models[1]", R"("churn" is named twice)");
  story
      .when(ChangeTogether{std::vector{of<DeleteModel>("churn"), of<DeleteModel>("fraud")},
                           ChangedTogether::models})
      .then({"model churn deleted", "model fraud deleted"});
  story.when(ChangeTogether{std::vector<SetOwner>{}, ChangedTogether::models})
      .refused(Cause::invalid_value, "models", R"("models" is empty: name at least one model)");
  story
      .when(
          ChangeTogether{std::vector<DeleteModel>(limits::kMaxEventsPerCommand + 1, of<DeleteModel>("churn")),
                         ChangedTogether::models})
      .refused(Cause::too_many, "models", "257 models cannot be changed at once: at most 256 can");
}

}  // namespace
}  // namespace herald::registry::story
