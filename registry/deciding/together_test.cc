// Many versions changed by one command.
#include <gmock/gmock.h>

#include "base/limits.h"
#include "registry/story.h"

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

}  // namespace
}  // namespace herald::registry::story
