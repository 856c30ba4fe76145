#include <gmock/gmock.h>

#include "base/limits.h"
#include "registry/testing/story.h"

namespace herald::registry::story {
namespace {

CreateRegistry a_registry(std::string_view name) {
  return {id<RegistryId>(2), RegistryName::trusted(name), RegistryKind::dataset};
}

ChangeTags tags(std::string_view model, std::map<std::string, std::optional<std::string>> changes) {
  auto command = of<ChangeTags>(model);
  command.tags = std::move(changes);
  return command;
}

DescribeModel describe(std::string_view model, std::optional<TextRef> description) {
  auto command = of<DescribeModel>(model);
  command.description = description;
  return command;
}

AddComment comment(std::string_view model, std::optional<std::uint64_t> version) {
  auto command = of<AddComment>(model);
  if (version) command.version = VersionNumber(*version);
  command.new_id = id<CommentId>(1);
  command.text = text(1);
  return command;
}

TEST(CreateRegistry, MakesARegistryThatIsFoundByName) {
  Story story;
  const auto outcome = story.when(a_registry("team"));
  outcome.then({"registry team created"});
  EXPECT_TRUE(outcome.decision().created);
  EXPECT_EQ(outcome.decision().answer, R"({"registry":"team","id":"00000000-0000-0000-0000-000000000002"})");
  const auto record = find_registry(story.state(), RegistryName::trusted("team"));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->kind, RegistryKind::dataset);
  EXPECT_EQ(record->created.sequence, 2U);
  EXPECT_EQ(record->created.actor, "anonymous");
}

TEST(CreateRegistry, RefusesANameThatIsTaken) {
  Story()
      .when(a_registry("models"))
      .refused(Cause::already_exists, "name", R"(registry "models" exists already)");
}

TEST(RegisterModel, RecordsTheModelItsDescriptionAndItsTags) {
  Story story;
  auto command = a_model("churn");
  command.description = text(1);
  command.tags = {{"team", "growth"}, {"task", "risk"}};
  const auto outcome = story.when(command);
  outcome.then({"model churn registered", "model churn described", "tag task of churn set to risk",
                "tag team of churn set to growth"});
  EXPECT_TRUE(outcome.decision().created);
  const ModelRecord model = story.model("churn").model;
  EXPECT_EQ(model.description, text(1));
  EXPECT_EQ(model.tags.at("team"), "growth");
  EXPECT_EQ(model.last_version.value(), 0U);
  EXPECT_EQ(model.created.sequence, 2U);
  EXPECT_EQ(model.changed.sequence, 5U);
}

TEST(RegisterModel, RefusesANameThatIsTaken) {
  Story()
      .given({a_model("churn")})
      .when(a_model("churn"))
      .refused(Cause::already_exists, "name", R"(model "churn" exists already in registry "models")");
}

TEST(RegisterModel, TakesTheSameNameInAnotherRegistry) {
  auto command = a_model("churn");
  command.registry = RegistryName::trusted("team");
  command.new_id = id<ModelId>(9);
  Story().given({a_registry("team"), a_model("churn")}).when(command).then({"model churn registered"});
}

TEST(RegisterModel, RefusesARegistryThatDoesNotExistAndNamesThoseThatDo) {
  auto command = a_model("churn");
  command.registry = RegistryName::trusted("modles");
  Story().when(command).refused(Cause::not_found, "",
                                R"(registry "modles" does not exist on this server: it has "models")");
}

TEST(RegisterModel, RefusesTagsThatBreakARule) {
  auto command = a_model("churn");
  command.tags = {{"a\nb", "x"}};
  Story().when(command).refused(Cause::invalid_value, "tags.a\nb",
                                R"(tag "a?b": control characters are not allowed)");
  command.tags = {{"a", std::string(1025, 'x')}};
  Story().when(command).refused(
      Cause::invalid_value, "tags.a",
      "tag value \"" + std::string(64, 'x') + "...\": 1025 bytes are too long, at most 1024 are allowed");
}

TEST(Models, ThatDoNotExistAreRefusedWithTheNamesOfThoseThatDo) {
  Story story;
  story.when(describe("chrun", text(1)))
      .refused(Cause::not_found, "", R"(model "chrun" does not exist in registry "models": it has none yet)");
  story.given({a_model("churn"), a_model("fraud")});
  story.when(describe("chrun", text(1)))
      .refused(Cause::not_found, "",
               R"(model "chrun" does not exist in registry "models": it has "churn", "fraud")");
}

TEST(DescribeModel, SetsChangesAndTakesAwayTheDescription) {
  Story story;
  story.given({a_model("churn")});
  story.when(describe("churn", text(1))).then({"model churn described"});
  story.when(describe("churn", text(1))).then_nothing();
  const auto changed = story.when(describe("churn", text(2)));
  changed.then({"model churn described"});
  EXPECT_EQ(std::get<ModelDescribed>(changed.events()[0].payload).from, text(1));
  story.when(describe("churn", std::nullopt)).then({"model churn no longer described"});
  story.when(describe("churn", std::nullopt)).then_nothing();
  EXPECT_FALSE(story.model("churn").model.description);
}

TEST(ChangeTags, RecordsOnlyWhatMakesADifference) {
  Story story;
  story.given({a_model("churn"), tags("churn", {{"a", "1"}, {"b", "2"}, {"c", "3"}})});
  const auto outcome = story.when(
      tags("churn", {{"a", "1"}, {"b", "20"}, {"c", std::nullopt}, {"d", std::nullopt}, {"e", ""}}));
  outcome.then(
      {"tag b of churn set from 2 to 20", "tag c of churn removed, was 3", "tag e of churn set to "});
  EXPECT_FALSE(outcome.decision().created);
  const std::map<std::string, std::string> left{{"a", "1"}, {"b", "20"}, {"e", ""}};
  EXPECT_EQ(story.model("churn").model.tags, left);
}

TEST(ChangeTags, OfAVersionLeavesTheModelsAlone) {
  Story story;
  story.given({a_model("churn"), a_version("churn")});
  auto command = tags("churn", {{"a", "1"}});
  command.version = VersionNumber(1);
  story.when(command).then({"tag a of churn:v1 set to 1"});
  EXPECT_EQ(story.version("churn", 1).tags.at("a"), "1");
  EXPECT_EQ(story.version("churn", 1).changed.sequence, story.sequence());
  EXPECT_TRUE(story.model("churn").model.tags.empty());
  command.version = VersionNumber(2);
  story.when(command).refused(Cause::not_found, "", R"(model "churn" has no version v2: its highest is v1)");
}

TEST(ChangeTags, RefusesMoreThanTheLimitInTheEnd) {
  std::map<std::string, std::optional<std::string>> many, swap;
  for (std::size_t i = 0; i < limits::kMaxTags; ++i) many["k" + std::to_string(i)] = "v";
  Story story;
  story.given({a_model("churn"), tags("churn", many)});
  story.when(tags("churn", {{"one-more", "v"}}))
      .refused(Cause::too_many, "tags", R"(model "churn" would have 65 tags: at most 64 are allowed)");
  story.when(tags("churn", {{"k0", std::nullopt}, {"one-more", "v"}}))
      .then({"tag k0 of churn removed, was v", "tag one-more of churn set to v"});
}

TEST(ChangeTags, RefusesToRemoveWhatIsNoTagKey) {
  Story()
      .given({a_model("churn")})
      .when(tags("churn", {{"", std::nullopt}}))
      .refused(Cause::invalid_value, "tags.", R"(tag "": it must not be empty)");
}

TEST(AddComment, IsOnTheModelOrOnAVersion) {
  Story story;
  story.given({a_model("churn"), a_version("churn")});
  story.when(comment("churn", std::nullopt)).then({"comment on churn added"});
  const auto on_version = story.when(comment("churn", 1));
  on_version.then({"comment on churn:v1 added"});
  EXPECT_TRUE(on_version.decision().created);
  const auto record = find<CommentRecord>(story.state(), Table::comments,
                                          keys::comment(story.model("churn").model.id, id<CommentId>(1)));
  EXPECT_EQ(record->text, text(1));
  EXPECT_EQ(record->version, VersionNumber(1));
}

TEST(AddComment, RefusesAVersionThatDoesNotExist) {
  Story()
      .given({a_model("churn")})
      .when(comment("churn", 1))
      .refused(Cause::not_found, "", R"(model "churn" has no version v1: it has none yet)");
}

}  // namespace
}  // namespace herald::registry::story
