// Swapping two aliases, and taking one back to where it was.
#include <gmock/gmock.h>

#include "base/limits.h"
#include "registry/testing/story.h"

namespace herald::registry::story {
namespace {

SwapAliases swap(std::string_view first, std::string_view second) {
  auto command = of<SwapAliases>("churn");
  command.first = AliasName::trusted(first);
  command.second = AliasName::trusted(second);
  return command;
}

RollBackAlias roll_back(Expected expected = kAnything) {
  auto command = of<RollBackAlias>("churn");
  command.alias = AliasName::trusted("production");
  command.expected = expected;
  return command;
}

Story three_versions(std::vector<AliasMove> at) {
  Story story;
  story.given({a_model("churn"), a_version("churn"), a_version("churn"), a_version("churn"),
               moves("churn", std::move(at))});
  return story;
}

void protect_production(Story& story) {
  story.given({SetAliasProtected{RegistryName::trusted(kDefaultRegistry), AliasName::trusted("production")}});
}

TEST(SwapAliases, TakesEachToWhereTheOtherIs) {
  Story story = three_versions({move("blue", 1), move("green", 2)});
  auto command = swap("blue", "green");
  command.reason = Reason::trusted("cut over");
  story.when(command).then({"alias blue of churn moved from v1 to v2: cut over",
                            "alias green of churn moved from v2 to v1: cut over"});
  story.when(swap("green", "blue"))
      .then({"alias green of churn moved from v1 to v2", "alias blue of churn moved from v2 to v1"});
}

TEST(SwapAliases, AtOneVersionChangesNothing) {
  three_versions({move("blue", 1), move("green", 1)}).when(swap("blue", "green")).then_nothing();
  three_versions({move("blue", 1)}).when(swap("blue", "blue")).then_nothing();
}

TEST(SwapAliases, RefusesOneThatDoesNotExist) {
  Story story = three_versions({move("blue", 1)});
  story.when(swap("blue", "green"))
      .refused(Cause::not_found, "second", R"(model "churn" has no alias "green")");
  story.when(swap("green", "blue"))
      .refused(Cause::not_found, "first", R"(model "churn" has no alias "green")");
}

TEST(SwapAliases, RefusesWhenOneIsNotWhereItIsExpected) {
  Story story = three_versions({move("blue", 1), move("green", 2)});
  auto command = swap("blue", "green");
  command.expect_first = holds(1);
  command.expect_second = holds(3);
  story.when(command).refused(Cause::expected_mismatch, "second.expected",
                              R"(alias "green" of model "churn" holds v2, not v3)");
  command.expect_second = holds(2);
  story.when(command).then(
      {"alias blue of churn moved from v1 to v2", "alias green of churn moved from v2 to v1"});
}

TEST(SwapAliases, RefusesWhenEitherIsProtected) {
  Story story = three_versions({move("blue", 1), move("production", 2)});
  protect_production(story);
  story.when(swap("blue", "production"))
      .refused(
          Cause::denied, "second",
          R"(alias "production" is protected in registry "models": only admins of the registry or of the model move it)");
}

TEST(RollBackAlias, GoesBackToTheVersionThatTheLastMoveDisplaced) {
  Story story = three_versions({move("production", 1)});
  story.given({moves("churn", {move("production", 3)})});
  auto command = roll_back();
  command.reason = Reason::trusted("errors doubled");
  story.when(command).then({"alias production of churn moved from v3 to v1: errors doubled"});
  EXPECT_EQ(
      find_alias(story.state(), story.model("churn").model.id, AliasName::trusted("production"))->rollback,
      Rollback());
}

TEST(RollBackAlias, PressedTwiceGoesBackOnceUnlessToldFromWhere) {
  Story story = three_versions({move("production", 1)});
  story.given({moves("churn", {move("production", 3)}), roll_back()});
  story.when(roll_back())
      .refused(Cause::not_allowed_now, "expected",
               R"(alias "production" of model "churn" was taken back to v1 already, by event 8: )"
               R"(name 1 as "expected" to go from there to what it held before that)");
  story.when(roll_back(holds(1))).then({"alias production of churn moved from v1 to v3"});
  story.given({moves("churn", {move("production", 2)})});
  story.when(roll_back()).then({"alias production of churn moved from v2 to v3"});
}

TEST(RollBackAlias, OfAnAliasThatWasRemovedPutsItWhereItWasLast) {
  Story story = three_versions({move("production", 1)});
  story.given({moves("churn", {move("production", 3)}), moves("churn", {move("production", kNowhere)})});
  const auto outcome = story.when(roll_back());
  outcome.then({"alias production of churn put on v3"});
  EXPECT_TRUE(outcome.decision().created);
  EXPECT_EQ(story.model("churn").model.aliases, 1U);
  story.when(roll_back(holds(3))).then({"alias production of churn moved from v3 to v1"});
}

TEST(RollBackAlias, OfAnAliasThatWasPutBackGoesToWhatItHeldBeforeItWasRemoved) {
  Story story = three_versions({move("production", 1)});
  story.given({moves("churn", {move("production", kNowhere)}), moves("churn", {move("production", 2)})});
  story.when(roll_back()).then({"alias production of churn moved from v2 to v1"});
}

TEST(RollBackAlias, PassesOverVersionsThatWereDeletedAndSaysSo) {
  Story story = three_versions({move("production", 1)});
  story.given({moves("churn", {move("production", 2)}), moves("churn", {move("production", 3)}),
               of<DeleteVersion>("churn", 2)});
  const auto outcome = story.when(roll_back());
  outcome.then({"alias production of churn moved from v3 to v1"});
  const auto rollback = std::get<AliasAssigned>(outcome.events()[0].payload).rollback;
  EXPECT_EQ(rollback, (Rollback{std::vector{VersionNumber(2)}, std::nullopt}));
}

TEST(RollBackAlias, OfAnAliasThatWentWithItsVersionPutsItOnTheLastHolderThatIsThere) {
  Story story = three_versions({move("production", 1)});
  auto gone = of<DeleteVersion>("churn", 3);
  gone.remove_aliases = true;
  story.given({moves("churn", {move("production", 3)}), gone});
  const auto outcome = story.when(roll_back());
  outcome.then({"alias production of churn put on v1"});
  const auto rollback = std::get<AliasAssigned>(outcome.events()[0].payload).rollback;
  EXPECT_EQ(rollback, (Rollback{std::vector{VersionNumber(3)}, std::nullopt}));
}

TEST(RollBackAlias, KnowsAsManyFormerHoldersAsTheLimit) {
  Story story;
  story.given({a_model("churn")});
  for (std::size_t i = 1; i <= limits::kMaxFormerHolders + 2; ++i)
    story.given({a_version("churn"), moves("churn", {move("production", i)})});
  for (std::size_t i = 2; i <= limits::kMaxFormerHolders + 1; ++i)
    story.given({of<DeleteVersion>("churn", i)});
  story.when(roll_back())
      .refused(Cause::not_found, "alias",
               R"(version v65 of model "churn" was deleted by event 198: restore it, or ask as of before)");
}

// production on v2 after v1 without a card, and a policy that came later.
Story tightened() {
  Story story = three_versions({move("production", 1)});
  UpdateRegistry policy{};
  policy.name = RegistryName::trusted(kDefaultRegistry);
  policy.card_policy = CardPolicy{{Label::trusted("Limits")}, {AliasName::trusted("production")}, {}};
  story.given({moves("churn", {move("production", 2)}), policy});
  return story;
}

TEST(RollBackAlias, IsLetThroughThoughThePolicyAsksForMoreByNowAndSaysWhatLacks) {
  Story story = tightened();
  const auto outcome = story.when(roll_back());
  outcome.then({"alias production of churn moved from v2 to v1"});
  const auto rollback = std::get<AliasAssigned>(outcome.events()[0].payload).rollback;
  EXPECT_EQ(rollback, (Rollback{std::nullopt, std::vector{Label::trusted("Limits")}}));
}

TEST(RollBackAlias, IsNoWayInForVersionsThatNeverHeldIt) {
  Story story = tightened();
  story.when(moves("churn", {move("production", 1)}))
      .refused(Cause::not_allowed_now, "moves[0].alias",
               R"(registry "models" asks that a version has a card with "Limits" before it )"
               R"(gets alias "production": v1 of "churn" has none)");
}

TEST(RollBackAlias, RefusesWhenItHoldsAnotherVersionThanExpected) {
  Story story = three_versions({move("production", 1)});
  story.given({moves("churn", {move("production", 3)})});
  story.when(roll_back(holds(2)))
      .refused(Cause::expected_mismatch, "expected",
               R"(alias "production" of model "churn" holds v3, not v2)");
  story.when(roll_back(holds(3))).then({"alias production of churn moved from v3 to v1"});
}

TEST(RollBackAlias, RefusesWhereThereIsNothingToGoBackTo) {
  Story story = three_versions({move("production", 1)});
  story.when(roll_back())
      .refused(Cause::not_allowed_now, "alias",
               R"(alias "production" of model "churn" displaced no version when it came )"
               "to v1: there is nothing to go back to");
  three_versions({move("blue", 1)})
      .when(roll_back())
      .refused(Cause::not_found, "alias", R"(model "churn" has no alias "production")");
}

TEST(RollBackAlias, RefusesToGoBackToAVersionThatWasDeleted) {
  Story story = three_versions({move("production", 1)});
  story.given({moves("churn", {move("production", 3)}), of<DeleteVersion>("churn", 1)});
  story.when(roll_back())
      .refused(Cause::not_found, "alias",
               R"(version v1 of model "churn" was deleted by event 8: restore it, or ask as of before)");
}

TEST(RollBackAlias, RefusesWhenItIsProtected) {
  Story story = three_versions({move("production", 1)});
  story.given({moves("churn", {move("production", 3)})});
  protect_production(story);
  auto command = roll_back();
  command.moves_protected = MovesProtected::no;
  story.when(command).refused(
      Cause::denied, "alias",
      R"(alias "production" is protected in registry "models": only admins of the registry or of the model move it)");
  command.moves_protected = MovesProtected::yes;
  story.when(command).then({"alias production of churn moved from v3 to v1"});
}

}  // namespace
}  // namespace herald::registry::story
