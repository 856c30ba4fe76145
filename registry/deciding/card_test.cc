#include <gmock/gmock.h>

#include "base/limits.h"
#include "registry/testing/story.h"

namespace herald::registry::story {
namespace {

Card card(std::uint64_t number, std::vector<std::string> sections) {
  Card made{text(number), {}};
  for (const std::string& section : sections) made.sections.push_back(Label::trusted(section));
  return made;
}

SetCard set_card(std::string_view model, std::optional<std::uint64_t> version, std::optional<Card> card) {
  auto command = of<SetCard>(model);
  if (version) command.version = VersionNumber(*version);
  command.card = std::move(card);
  return command;
}

UpdateRegistry policy(CardPolicy policy) {
  UpdateRegistry command{};
  command.name = RegistryName::trusted(kDefaultRegistry);
  command.card_policy = std::move(policy);
  command.stages = StageSet{{StageName::trusted("dev"), StageName::trusted("live")}, {}};
  return command;
}

TransitionStage to_stage(std::uint64_t version, std::string_view stage) {
  auto command = of<TransitionStage>("churn", version);
  command.to = StageName::trusted(stage);
  return command;
}

// churn with two versions in a registry that asks for an intended use before production and live.
Story guarded_churn() {
  Story story;
  story.given({policy({{Label::trusted("Intended use"), Label::trusted("Limits")},
                       {AliasName::trusted("production")},
                       {StageName::trusted("live")}}),
               a_model("churn"), a_version("churn"), a_version("churn")});
  return story;
}

TEST(SetCard, OfAModelAndOfAVersionAreTwo) {
  Story story;
  story.given({a_model("churn"), a_version("churn")});
  story.when(set_card("churn", {}, card(1, {"Use"}))).then({"card of churn written"});
  story.when(set_card("churn", 1, card(2, {}))).then({"card of churn:v1 written"});
  EXPECT_EQ(story.model("churn").model.card, card(1, {"Use"}));
  EXPECT_EQ(story.version("churn", 1).card, card(2, {}));
}

TEST(SetCard, RecordsOnlyWhatMakesADifferenceAndWhatWasThere) {
  Story story;
  story.given({a_model("churn"), set_card("churn", {}, card(1, {}))});
  story.when(set_card("churn", {}, card(1, {}))).then_nothing();
  const auto outcome = story.when(set_card("churn", {}, std::nullopt));
  outcome.then({"card of churn removed"});
  EXPECT_EQ(std::get<ModelCarded>(outcome.events()[0].payload).from, card(1, {}));
  EXPECT_FALSE(story.model("churn").model.card);
  story.when(set_card("churn", {}, std::nullopt)).then_nothing();
}

TEST(SetCard, RefusesTooManyHeadingsAndAVersionThatDoesNotExist) {
  Story story;
  story.given({a_model("churn")});
  std::vector<std::string> many;
  for (std::size_t i = 0; i <= limits::kMaxCardSections; ++i) many.push_back("h" + std::to_string(i));
  const std::string sentence = "the card has 129 headings: at most 128 are allowed";
  story.when(set_card("churn", {}, card(1, many))).refused(Cause::too_many, "card", sentence);
  auto model = a_model("fraud");
  model.card = card(1, many);
  story.when(model).refused(Cause::too_many, "card", sentence);
  auto version = a_version("churn");
  version.card = card(1, many);
  story.when(version).refused(Cause::too_many, "card", sentence);
  story.when(set_card("churn", 1, card(1, {})))
      .refused(Cause::not_found, "", R"(model "churn" has no version v1: it has none yet)");
}

TEST(SetCard, ComesWithTheModelOrTheVersionThatIsRegistered) {
  Story story;
  auto model = a_model("churn");
  model.card = card(1, {"Use"});
  story.when(model).then({"model churn registered", "card of churn written"});
  auto version = a_version("churn");
  version.card = card(2, {"Use"});
  story.when(version).then({"churn:v1 registered as ready", "card of churn:v1 written"});
}

TEST(CardPolicy, KeepsAVersionWithoutACardFromAnAliasAndAStage) {
  Story story = guarded_churn();
  story.when(moves("churn", {move("production", 1)}))
      .refused(Cause::not_allowed_now, "moves[0].alias",
               R"(registry "models" asks that a version has a card with "Intended use", "Limits" before it )"
               R"(gets alias "production": v1 of "churn" has none)");
  story.when(to_stage(1, "live"))
      .refused(Cause::not_allowed_now, "stage",
               R"(registry "models" asks that a version has a card with "Intended use", "Limits" before it )"
               R"(gets stage "live": v1 of "churn" has none)");
  story.when(to_stage(1, "dev")).then({"churn:v1 went from no stage to dev"});
  story.when(moves("churn", {move("canary", 1)})).then({"alias canary of churn put on v1"});
}

TEST(CardPolicy, FindsNoSectionsInACardWhoseTextWasErased) {
  Story story = guarded_churn();
  const std::vector<std::string> both = {"Intended use", "Limits"};
  story.given({set_card("churn", 1, card(1, both)), set_card("churn", 2, card(2, both)),
               moves("churn", {move("production", 1)}), Erase{{}, {text(1).digest, text(2).digest}, {}}});
  const std::string sentence =
      R"(registry "models" asks that a version has a card with "Intended use", "Limits" before it gets )";
  story.when(moves("churn", {move("production", 2)}))
      .refused(Cause::not_allowed_now, "moves[0].alias",
               sentence + R"(alias "production": v2 of "churn" has one whose text was erased)");
  story.when(to_stage(2, "live"))
      .refused(Cause::not_allowed_now, "stage",
               sentence + R"(stage "live": v2 of "churn" has one whose text was erased)");
  story.when(set_card("churn", 1, std::nullopt)).then({"card of churn:v1 removed"});
  story.when(set_card("churn", 2, card(3, both))).then({"card of churn:v2 written"});
  story.when(moves("churn", {move("production", 2)})).then({"alias production of churn moved from v1 to v2"});
}

TEST(CardPolicy, DoesNotTakeTheModelsCardForAnErasedOneOfTheVersion) {
  Story story = guarded_churn();
  const std::vector<std::string> both = {"Intended use", "Limits"};
  story.given({set_card("churn", {}, card(1, both)), set_card("churn", 1, card(2, both)),
               Erase{{}, {text(2).digest}, {}}, moves("churn", {move("production", 2)})});
  story.when(to_stage(1, "live"))
      .refused(Cause::not_allowed_now, "stage",
               R"(registry "models" asks that a version has a card with "Intended use", "Limits" before it )"
               R"(gets stage "live": v1 of "churn" has one whose text was erased)");
  story.given({set_card("churn", 1, std::nullopt)});
  story.when(to_stage(1, "live")).then({"churn:v1 went from no stage to live"});
}

TEST(CardPolicy, NamesTheSectionsThatACardLacks) {
  Story story = guarded_churn();
  story.given({set_card("churn", 1, card(1, {"intended USE"}))});
  story.when(moves("churn", {move("production", 1)}))
      .refused(Cause::not_allowed_now, "moves[0].alias",
               R"(registry "models" asks that a version has a card with "Limits" before it )"
               R"(gets alias "production": v1 of "churn" has a card without)");
}

TEST(CardPolicy, IsContentWithTheModelsCardWhereTheVersionHasNone) {
  Story story = guarded_churn();
  story.given({set_card("churn", {}, card(1, {"Intended use", "Limits"}))});
  story.when(moves("churn", {move("production", 1)})).then({"alias production of churn put on v1"});
  story.given({set_card("churn", 2, card(2, {"Notes"}))});
  story.when(moves("churn", {move("production", 2)}))
      .refused(Cause::not_allowed_now, "moves[0].alias",
               R"(registry "models" asks that a version has a card with "Intended use", "Limits" before it )"
               R"(gets alias "production": v2 of "churn" has a card without)");
}

TEST(CardPolicy, HoldsForAVersionThatIsRegisteredWithAnAlias) {
  Story story = guarded_churn();
  auto version = a_version("churn");
  version.aliases = {AliasName::trusted("production")};
  story.when(version).refused(
      Cause::not_allowed_now, "aliases[0]",
      R"(registry "models" asks that a version has a card with "Intended use", "Limits" before it )"
      R"(gets alias "production": v3 of "churn" has none)");
  version.card = card(1, {"Limits", "Intended use"});
  story.when(version).then(
      {"churn:v3 registered as ready", "card of churn:v3 written", "alias production of churn put on v3"});
}

Card complete_card(std::uint64_t number) {
  return card(number, {"Intended use", "Limits"});
}

TEST(CardPolicy, TakesAHeadingWithNothingBehindItForNone) {
  Story story = guarded_churn();
  Card bare = complete_card(1);
  bare.empty = {Label::trusted("limits")};
  story.given({set_card("churn", 1, bare)});
  story.when(moves("churn", {move("production", 1)}))
      .refused(Cause::not_allowed_now, "moves[0].alias",
               R"(registry "models" asks that a version has a card with "Limits" before it )"
               R"(gets alias "production": v1 of "churn" has a card without)");
}

TEST(CardPolicy, KeepsTheCardOfAVersionThatStandsWhereItHasASay) {
  for (const bool by_stage : {false, true}) {
    Story story = guarded_churn();
    story.given({set_card("churn", 1, complete_card(1))});
    if (by_stage) {
      story.given({to_stage(1, "live")});
    } else {
      story.given({moves("churn", {move("production", 1)})});
    }
    const auto sentence = [&](const std::string& lost) {
      return R"(registry "models" asks that a version in )" +
             std::string(by_stage ? R"(stage "live")" : R"(alias "production")") + " has a card with " +
             lost + R"(, and v1 of "churn" is there: write a card that has them, or move the version first)";
    };
    story.when(set_card("churn", 1, std::nullopt))
        .refused(Cause::not_allowed_now, "card", sentence(R"("Intended use", "Limits")"));
    story.when(set_card("churn", 1, card(2, {"Limits"})))
        .refused(Cause::not_allowed_now, "card", sentence(R"("Intended use")"));
    story.when(set_card("churn", 1, complete_card(2))).then({"card of churn:v1 written"});
    story.when(set_card("churn", 2, card(3, {}))).then({"card of churn:v2 written"});
    story.given({set_card("churn", {}, complete_card(4))});
    story.when(set_card("churn", 1, std::nullopt)).then({"card of churn:v1 removed"});
  }
}

TEST(CardPolicy, KeepsTheModelsCardThatStandsForSuchAVersion) {
  Story story = guarded_churn();
  story.given({set_card("churn", {}, complete_card(1)), moves("churn", {move("production", 2)}),
               to_stage(1, "live")});
  story.when(set_card("churn", {}, std::nullopt))
      .refused(
          Cause::not_allowed_now, "card",
          R"(registry "models" asks that a version in alias "production" has a card with "Intended use", )"
          R"("Limits", and v2 of "churn" is there: write a card that has them, or move the version first)");
  story.given({moves("churn", {move("production", kNowhere)})});
  story.when(set_card("churn", {}, card(2, {"Limits"})))
      .refused(Cause::not_allowed_now, "card",
               R"(registry "models" asks that a version in stage "live" has a card with "Intended use", )"
               R"(and v1 of "churn" is there: write a card that has them, or move the version first)");
  story.given({set_card("churn", 1, complete_card(3))});
  story.when(set_card("churn", {}, std::nullopt)).then({"card of churn removed"});
}

TEST(CardPolicy, ThatCameLaterLeavesWhatLackedBefore) {
  Story story;
  story.given({a_model("churn"), a_version("churn"), set_card("churn", 1, card(1, {"Limits"})),
               moves("churn", {move("production", 1)}),
               policy({{Label::trusted("Intended use"), Label::trusted("Limits")},
                       {AliasName::trusted("production")},
                       {}})});
  story.when(set_card("churn", 1, card(2, {"Limits", "Notes"}))).then({"card of churn:v1 written"});
  story.when(set_card("churn", 1, card(3, {"Intended use"})))
      .refused(Cause::not_allowed_now, "card",
               R"(registry "models" asks that a version in alias "production" has a card with "Limits", )"
               R"(and v1 of "churn" is there: write a card that has them, or move the version first)");
}

TEST(CardPolicy, ReadsNoMoreVersionsThanTheLimitForTheModelsCard) {
  Story story = guarded_churn();
  story.given({set_card("churn", {}, complete_card(1))});
  for (std::uint64_t version = 1; version <= limits::kMaxGuardedVersionsRead; ++version) {
    if (version > 2) story.given({a_version("churn")});
    story.given({set_card("churn", version, complete_card(2)), to_stage(version, "live")});
  }
  story.when(set_card("churn", {}, card(3, {}))).then({"card of churn written"});
  story.given({set_card("churn", {}, complete_card(1)), a_version("churn"),
               set_card("churn", limits::kMaxGuardedVersionsRead + 1, complete_card(2)),
               to_stage(limits::kMaxGuardedVersionsRead + 1, "live")});
  story.when(set_card("churn", {}, card(3, {"Limits"})))
      .refused(Cause::too_many, "card",
               R"(registry "models" asks for headings that this card lacks, and more than 1000 versions of )"
               R"("churn" are in the stages where it does: write a card that has them)");
  story.when(set_card("churn", {}, complete_card(3))).then({"card of churn written"});
  story.when(set_card("churn", 1, complete_card(4))).then({"card of churn:v1 written"});
}

TEST(CardPolicy, TakesAVersionOutOfItsStageThatIsRestoredWithoutItsCard) {
  Story story = guarded_churn();
  story.given({set_card("churn", {}, complete_card(1)), to_stage(1, "live"), of<DeleteVersion>("churn", 1),
               set_card("churn", {}, std::nullopt)});
  story.when(of<RestoreVersion>("churn", 1))
      .then({"churn:v1 restored",
             "churn:v1 went from live to no stage: its card lacks what the registry asks for in this stage"});
}

}  // namespace
}  // namespace herald::registry::story
