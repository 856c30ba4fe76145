// Why something is changed: said once in the command, and written into each of its facts.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "registry/testing/story.h"
#include "registry/vocabulary.h"

namespace herald::registry {
namespace {

using story::a_model;
using story::a_version;
using story::an_artifact;
using story::id;
using story::of;
using story::Story;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

const Reason kWhy = Reason::trusted("asked by the auditors");
const RegistryName kRegistryOfAll = RegistryName::trusted(kDefaultRegistry);
const PrincipalId kMover = id<PrincipalId>(301), kTheTeam = id<PrincipalId>(302);
const Label kTell = Label::trusted("tell");
const SecretName kKey = SecretName::trusted("key");

Command with_the_reason(Command command) {
  const auto give = [](auto& asked) {
    if constexpr (requires { asked.reason; }) asked.reason = kWhy;
  };
  std::visit(give, command);
  return command;
}

std::vector<std::optional<Reason>> reasons_in(const std::vector<Event>& events) {
  std::vector<std::optional<Reason>> reasons;
  const auto read = [&](const auto& fact) {
    if constexpr (requires { fact.reason; }) {
      reasons.push_back(fact.reason);
    } else {
      reasons.push_back(std::nullopt);
    }
  };
  for (const Event& event : events) std::visit(read, static_cast<const Payload::variant&>(event.payload));
  return reasons;
}

// A model with a version, an artifact beside it, a comment, people, an automation and a secret.
Story a_full_registry() {
  AddComment comment = of<AddComment>("churn");
  comment.new_id = id<CommentId>(1);
  comment.text = story::text(1);
  AutomationDefinition tell{.name = kTell,
                            .enabled = true,
                            .scope = {},
                            .on = {"alias.*"},
                            .conditions = {},
                            .actions = {},
                            .retry_seconds = {},
                            .max_per_minute = {}};
  tell.actions.emplace_back();
  Story story;
  story.given({a_model("churn"), a_version("churn"), an_artifact(1, "weights"), comment,
               CreatePrincipal{kMover, PrincipalKind::user}, CreatePrincipal{kTheTeam, PrincipalKind::team},
               CreateAutomation{id<AutomationId>(1), tell}});
  return story;
}

template <class Change>
Change on_churn() {
  return of<Change>("churn");
}

std::vector<Command> each_change() {
  auto describe = on_churn<DescribeModel>();
  describe.description = story::text(2);
  auto tag = on_churn<ChangeTags>();
  tag.tags = {{"tier", "1"}};
  auto untag = on_churn<ChangeTags>();
  untag.tags = {{"tier", std::nullopt}};
  auto own = on_churn<SetOwner>();
  own.owner = kMover;
  auto card = on_churn<SetCard>();
  card.card = Card{story::text(3), {}};
  auto card_of_v1 = card;
  card_of_v1.version = VersionNumber(1);
  auto edit = on_churn<EditComment>();
  edit.comment_id = id<CommentId>(1);
  edit.text = story::text(4);
  auto retract = on_churn<RemoveComment>();
  retract.comment_id = id<CommentId>(1);
  auto update = of<UpdateVersion>("churn", 1);
  update.metadata = json::Raw(R"({"a":1})");
  update.status = VersionStatus::failed;
  UpdateRegistry restrict_it{};
  restrict_it.name = kRegistryOfAll;
  restrict_it.visibility = Visibility::restricted;
  auto rename = on_churn<RenameModel>();
  rename.to = ModelName::trusted("attrition");
  return {describe,
          tag,
          untag,
          own,
          card,
          card_of_v1,
          edit,
          retract,
          update,
          story::link("churn", 1, 1),
          story::unlink("churn", 1, 1),
          restrict_it,
          SetAliasProtected{kRegistryOfAll, AliasName::trusted("production")},
          SetAliasProtected{kRegistryOfAll, AliasName::trusted("production"), false},
          ChangeTeam{kTheTeam, kMover, true},
          ChangeTeam{kTheTeam, kMover, false},
          GrantRole{kMover, {kRegistryOfAll, {}}, Role::member},
          RevokeRole{kMover, {kRegistryOfAll, {}}},
          SetAutomationEnabled{kTell, false},
          SetAutomationEnabled{kTell, true},
          DeleteAutomation{kTell},
          SetSecret{kKey, 1},
          RemoveSecret{kKey},
          rename};
}

TEST(AReason, IsInEachFactThatFollowsFromTheCommand) {
  Story story = a_full_registry();
  for (const Command& change : each_change()) {
    const auto outcome = story.when(with_the_reason(change));
    const auto reasons = reasons_in(outcome.events());
    EXPECT_THAT(reasons, Not(IsEmpty())) << "command " << change.index();
    EXPECT_THAT(reasons, Each(std::optional(kWhy))) << "command " << change.index();
  }
}

TEST(AReason, NeedNotBeGiven) {
  Story story = a_full_registry();
  for (const Command& change : each_change())
    EXPECT_THAT(reasons_in(story.when(change).events()), Each(std::optional<Reason>()));
}

TEST(AReason, OfARegistrationIsThatOfTheAliasesToo) {
  Story story = a_full_registry();
  auto registering = a_version("churn");
  registering.aliases = {AliasName::trusted("production")};
  registering.tags = {{"tier", "1"}};
  registering.reason = kWhy;
  const auto outcome = story.when(registering);
  EXPECT_EQ(outcome.events().size(), 3U);
  EXPECT_THAT(reasons_in(outcome.events()), Each(std::optional(kWhy)));
}

TEST(AReason, IsGivenToEachOfManyChanges) {
  Story story = a_full_registry();
  auto tag = on_churn<ChangeTags>();
  tag.tags = {{"tier", "1"}};
  tag.reason = kWhy;
  auto tag_v1 = tag;
  tag_v1.version = VersionNumber(1);
  const auto outcome = story.when(ChangeTogether{std::vector<ChangeTags>{tag, tag_v1}});
  EXPECT_EQ(outcome.events().size(), 2U);
  EXPECT_THAT(reasons_in(outcome.events()), Each(std::optional(kWhy)));
}

TEST(AReason, LeavesToAFactWhatTheRuleSaysOfIt) {
  UpdateRegistry of_stages{};
  of_stages.name = kRegistryOfAll;
  of_stages.stages = StageSet{{StageName::trusted("live")}, {}};
  auto live = of<TransitionStage>("churn", 1);
  live.to = StageName::trusted("live");
  Story story = a_full_registry();
  story.given({of_stages, live, of<DeleteVersion>("churn", 1)});
  of_stages.stages = StageSet{{StageName::trusted("dev")}, {}};
  story.given({of_stages});
  auto restoring = of<RestoreVersion>("churn", 1);
  restoring.reason = kWhy;
  const auto outcome = story.when(restoring);
  EXPECT_THAT(
      reasons_in(outcome.events()),
      ElementsAre(std::optional(kWhy),
                  std::optional(Reason::trusted("the stage was given up while the version was deleted"))));
}

TEST(AReason, OfAnErasureIsThatOfWhatShutsThePersonOut) {
  Story story = a_full_registry();
  Erase erasure;
  erasure.principal_id = kMover;
  erasure.reason = kWhy;
  const auto outcome = story.when(erasure);
  EXPECT_EQ(outcome.events().size(), 2U);
  EXPECT_THAT(reasons_in(outcome.events()), Each(std::optional(kWhy)));
}

// What comes into being says itself what it is; what happens by itself says what it was caused by.
const std::set<std::string_view> kWithoutAReason{
    "registry.created", "model.registered",   "artifact.committed",  "comment.added",
    "lineage.recorded", "usage.recorded",     "evaluation.recorded", "principal.created",
    "token.issued",     "access.denied",      "automation.created",  "automation.triggered",
    "delivery.failing", "delivery.succeeded", "delivery.exhausted",  "delivery.skipped"};

TEST(AReason, MayBeGivenForEachKindOfChangeAndIsAskedOfNone) {
  for (const EventType& type : vocabulary()) {
    const auto document = json::Document::parse(type.schema).value();
    const auto properties = document.root().find("properties");
    ASSERT_TRUE(properties) << type.type;
    EXPECT_EQ(properties->find("reason").has_value(), !kWithoutAReason.contains(type.type)) << type.type;
    const auto required = document.root().find("required");
    if (!required) continue;
    for (const json::Value name : required->elements()) EXPECT_NE(name.string(), "reason") << type.type;
  }
}

}  // namespace
}  // namespace herald::registry
