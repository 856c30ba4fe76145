#include <gmock/gmock.h>

#include "base/limits.h"
#include "registry/testing/story.h"

namespace herald::registry::story {
namespace {

// churn with three versions, production on v1.
Story churn() {
  Story story;
  story.given({a_model("churn"), a_version("churn"), a_version("churn"), a_version("churn"),
               moves("churn", {move("production", 1)})});
  return story;
}

std::optional<AliasRecord> alias(const Story& story, std::string_view name) {
  return find_alias(story.state(), story.model("churn").model.id, AliasName::trusted(name));
}

TEST(MoveAliases, PutsANewAliasOnAVersion) {
  Story story = churn();
  auto command = moves("churn", {move("candidate", 2)});
  command.reason = Reason::trusted("best of the night");
  const auto outcome = story.when(command);
  outcome.then({"alias candidate of churn put on v2: best of the night"});
  EXPECT_TRUE(outcome.decision().created);
  EXPECT_EQ(alias(story, "candidate")->version, VersionNumber(2));
  EXPECT_EQ(alias(story, "candidate")->reason, command.reason);
  EXPECT_FALSE(alias(story, "candidate")->previous);
  EXPECT_EQ(story.model("churn").model.aliases, 2U);
}

TEST(MoveAliases, NamesTheVersionThatWasDisplaced) {
  Story story = churn();
  const auto outcome = story.when(moves("churn", {move("production", 2)}));
  outcome.then({"alias production of churn moved from v1 to v2"});
  EXPECT_FALSE(outcome.decision().created);
  EXPECT_EQ(alias(story, "production")->previous, VersionNumber(1));
  EXPECT_EQ(alias(story, "production")->assigned.sequence, story.sequence());
  EXPECT_EQ(story.model("churn").model.aliases, 1U);
  EXPECT_EQ(story.model("churn").model.changed.sequence, story.sequence());
}

TEST(MoveAliases, ToWhereItIsOrAwayFromNowhereChangesNothing) {
  Story story = churn();
  story.when(moves("churn", {move("production", 1), move("candidate", kNowhere)})).then_nothing();
}

TEST(MoveAliases, RemovesAnAlias) {
  Story story = churn();
  story.when(moves("churn", {move("production", kNowhere)}))
      .then({"alias production of churn removed from v1"});
  EXPECT_FALSE(alias(story, "production"));
  EXPECT_EQ(story.model("churn").model.aliases, 0U);
}

TEST(MoveAliases, RefusesWhenTheExpectedVersionIsNotTheCurrentOne) {
  Story story = churn();
  story.given({moves("churn", {move("production", 3, holds(1))})});
  story.when(moves("churn", {move("production", 1, holds(2))}))
      .refused(Cause::expected_mismatch, "moves[0].expected",
               R"(alias "production" of model "churn" holds v3, not v2)");
  story.when(moves("churn", {move("candidate", 1, holds(2))}))
      .refused(Cause::expected_mismatch, "moves[0].expected",
               R"(alias "candidate" of model "churn" does not exist, so it does not hold v2)");
}

TEST(MoveAliases, RefusesWhenTheAliasWasExpectedNotToExist) {
  churn()
      .when(moves("churn", {move("production", 2, kNothing)}))
      .refused(Cause::expected_mismatch, "moves[0].expected",
               R"(alias "production" of model "churn" exists already and holds v1)");
  churn().when(moves("churn", {move("candidate", 2, kNothing)})).then({"alias candidate of churn put on v2"});
}

TEST(MoveAliases, HoldsEvenAMoveToWhereItIsAgainstWhatIsExpected) {
  churn()
      .when(moves("churn", {move("production", 1, holds(2))}))
      .refused(Cause::expected_mismatch, "moves[0].expected",
               R"(alias "production" of model "churn" holds v1, not v2)");
}

TEST(MoveAliases, MovesAllOrNone) {
  Story story = churn();
  story.when(moves("churn", {move("candidate", 2), move("production", 3, holds(2))}))
      .refused(Cause::expected_mismatch, "moves[1].expected",
               R"(alias "production" of model "churn" holds v1, not v2)");
  EXPECT_FALSE(alias(story, "candidate"));
  story
      .when(moves("churn", {move("candidate", 2), move("production", 3, holds(1)), move("old", 1, kNothing)}))
      .then({"alias candidate of churn put on v2", "alias production of churn moved from v1 to v3",
             "alias old of churn put on v1"});
}

TEST(MoveAliases, RefusesAVersionThatDoesNotExist) {
  churn()
      .when(moves("churn", {move("production", 4)}))
      .refused(Cause::not_found, "moves[0].to", R"(model "churn" has no version v4: its highest is v3)");
}

TEST(MoveAliases, TakesVersionsOfAnyStatus) {
  Story story = churn();
  auto failed = a_version("churn");
  failed.status = VersionStatus::failed;
  story.given({failed});
  story.when(moves("churn", {move("to-look-at", 4)})).then({"alias to-look-at of churn put on v4"});
}

TEST(MoveAliases, RefusesNoMovesTheSameAliasTwiceAndTooMany) {
  churn()
      .when(moves("churn", {}))
      .refused(Cause::invalid_value, "moves", R"("moves" is empty: name at least one alias to move)");
  churn()
      .when(moves("churn", {move("a", 1), move("a", 2)}))
      .refused(Cause::invalid_value, "moves[1].alias", R"(alias "a" is moved twice at once)");
  std::vector<AliasMove> many;
  for (std::size_t i = 0; i <= limits::kMaxAliasMovesPerCommand; ++i)
    many.push_back(move("a" + std::to_string(i), 1));
  churn()
      .when(moves("churn", many))
      .refused(Cause::too_many, "moves", "33 aliases cannot be moved at once: at most 32 can");
}

TEST(MoveAliases, RefusesMoreAliasesThanAModelMayHave) {
  Story story = churn();
  for (std::size_t i = 1; i < limits::kMaxAliasesPerModel; ++i) {
    story.given({moves("churn", {move("a" + std::to_string(i), 1)})});
  }
  story.when(moves("churn", {move("one-more", 1)}))
      .refused(Cause::too_many, "moves",
               R"(model "churn" would have 257 aliases: at most 256 are allowed, remove some first)");
  story.when(moves("churn", {move("one-more", 1), move("a1", kNowhere)}))
      .then({"alias one-more of churn put on v1", "alias a1 of churn removed from v1"});
}

TEST(Selectors, FollowNumbersAliasesAndTheNewestReadyVersion) {
  Story story = churn();
  auto pending = a_version("churn");
  pending.status = VersionStatus::pending;
  story.given({pending});
  const auto number = [&](std::string_view selector) -> std::uint64_t {
    return resolve(story.state(), story.model("churn"), VersionSelector::parse(selector).value())
        .value()
        .number.value();
  };
  EXPECT_EQ(number("v2"), 2U);
  EXPECT_EQ(number("production"), 1U);
  EXPECT_EQ(number("latest"), 3U);
}

TEST(Selectors, ThatPointNowhereAreNotFound) {
  Story story = churn();
  story.given({a_model("empty")});
  const auto sentence = [&](std::string_view model, std::string_view selector) {
    const auto found = resolve(story.state(), story.model(model), VersionSelector::parse(selector).value());
    EXPECT_EQ(found.error().cause, Cause::not_found);
    return found.error().message;
  };
  EXPECT_EQ(sentence("churn", "v9"), R"(model "churn" has no version v9: its highest is v3)");
  EXPECT_EQ(sentence("churn", "prod"), R"(model "churn" has no alias "prod": it has "production")");
  EXPECT_EQ(sentence("empty", "prod"), R"(model "empty" has no alias "prod": it has none yet)");
  EXPECT_EQ(sentence("empty", "latest"),
            R"(model "empty" has no version that is ready, so "latest" is none of them)");
}

}  // namespace
}  // namespace herald::registry::story
