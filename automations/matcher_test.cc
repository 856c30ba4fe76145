#include "automations/matcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "automations/testing/world.h"

namespace herald::automations {
namespace {

using namespace registry;
using testing::automation;
using testing::condition;
using ::testing::ElementsAre;
using testing::id;
using ::testing::IsEmpty;
using testing::Recorded;
using testing::World;

class Matching : public ::testing::Test {
 protected:
  void create(unsigned number, AutomationDefinition definition) {
    matcher.fold(world.record(AutomationCreated{id<AutomationId>(number), std::move(definition)}).event);
  }
  std::vector<std::string> matches(const Recorded& recorded) const {
    std::vector<std::string> names;
    for (const auto& match : matcher.match(recorded.event, recorded.bytes))
      names.push_back(match.definition->name.str());
    return names;
  }

  World world;
  Matcher matcher;
};

AutomationDefinition scoped(std::string_view name, Scope scope) {
  AutomationDefinition definition = automation(name, {"alias.*"});
  definition.scope = std::move(scope);
  return definition;
}

TEST_F(Matching, GoesByExactTypesAndWildcards) {
  create(1, automation("exact", {"alias.assigned"}));
  create(2, automation("family", {"alias.*"}));
  create(3, automation("everything", {"*"}));
  create(4, automation("other", {"model.registered", "version.*"}));
  create(5, automation("one letter", {"alias.assigne?"}));
  EXPECT_THAT(matches(world.move_alias("production", {}, 1)),
              ElementsAre("exact", "family", "everything", "one letter"));
  EXPECT_THAT(matches(world.register_version(1)), ElementsAre("everything", "other"));
}

TEST_F(Matching, WildcardsNeverStandForWhatAutomationsDo) {
  create(1, automation("everything", {"*"}));
  create(2, automation("deliveries", {"delivery.*"}));
  create(3, automation("named", {"delivery.exhausted", "automation.created"}));
  DeliveryExhausted exhausted;
  exhausted.automation = Label::trusted("x");
  EXPECT_THAT(matches(world.event(exhausted)), ElementsAre("named"));
  EXPECT_THAT(matches(world.record(AutomationCreated{id<AutomationId>(9), automation("new", {"*"})})),
              ElementsAre("named"));
  AutomationTriggered triggered;
  triggered.automation = Label::trusted("x");
  EXPECT_THAT(matches(world.event(triggered)), IsEmpty());
}

TEST_F(Matching, FollowsTheRulesAlongTheLog) {
  create(1, automation("a", {"alias.*"}));
  const auto fold = [&](Payload payload) { matcher.fold(world.record(std::move(payload)).event); };
  const auto now = [&] { return matches(world.move_alias("production", {}, 1)); };
  EXPECT_THAT(now(), ElementsAre("a"));
  fold(AutomationDisabled{{id<AutomationId>(1), Label::trusted("a")}});
  EXPECT_THAT(now(), IsEmpty());
  fold(AutomationEnabled{{id<AutomationId>(1), Label::trusted("a")}});
  EXPECT_THAT(now(), ElementsAre("a"));
  fold(AutomationUpdated{id<AutomationId>(1), automation("a", {"alias.*"}), automation("b", {"version.*"})});
  EXPECT_THAT(now(), IsEmpty());
  EXPECT_THAT(matches(world.register_version(1)), ElementsAre("b"));
  fold(AutomationDeleted{{id<AutomationId>(1), Label::trusted("b")}});
  EXPECT_THAT(matches(world.register_version(2)), IsEmpty());
  EXPECT_EQ(matcher.size(), 0u);
}

TEST_F(Matching, ADisabledAutomationMatchesNothing) {
  AutomationDefinition definition = automation("off", {"*"});
  definition.enabled = false;
  create(1, definition);
  EXPECT_THAT(matches(world.move_alias("production", {}, 1)), IsEmpty());
  EXPECT_EQ(matcher.size(), 1u);
}

TEST_F(Matching, GoesByScope) {
  Scope server, registry, other_registry, model, other_model, pattern, other_pattern, both;
  registry.registry = RegistryName::trusted("models");
  registry.registry_id = id<RegistryId>(1);
  other_registry.registry = RegistryName::trusted("data");
  other_registry.registry_id = id<RegistryId>(2);
  model = registry;
  model.model = ModelName::trusted("churn");
  model.model_id = id<ModelId>(10);
  other_model = model;
  other_model.model_id = id<ModelId>(11);
  pattern.name_pattern = "ch*";
  other_pattern.name_pattern = "fraud-*";
  both = other_registry;
  both.name_pattern = "churn";
  create(1, scoped("server", server));
  create(2, scoped("registry", registry));
  create(3, scoped("other registry", other_registry));
  create(4, scoped("model", model));
  create(5, scoped("other model", other_model));
  create(6, scoped("pattern", pattern));
  create(7, scoped("other pattern", other_pattern));
  create(8, scoped("pattern in other registry", both));
  EXPECT_THAT(matches(world.move_alias("production", {}, 1)),
              ElementsAre("server", "registry", "model", "pattern"));
}

TEST_F(Matching, AModelThatTookAFreedNameIsAnotherModel) {
  Scope scope;
  scope.registry = RegistryName::trusted("models");
  scope.registry_id = id<RegistryId>(1);
  scope.model = ModelName::trusted("churn");
  scope.model_id = id<ModelId>(10);
  create(1, scoped("of the first", scope));
  AliasAssigned fact{World::model(77, "churn"), AliasName::trusted("production"), {}, VersionNumber(1), {}};
  EXPECT_THAT(matches(world.event(fact)), IsEmpty());
}

TEST_F(Matching, FindsPatternsByTheirBeginningAndTheirEnd) {
  unsigned number = 0;
  for (const char* text : {"churn", "*", "c*", "*n", "*hur*", "c?urn", "?hurn", "churn?", "d*", "*x",
                           "churn-*", "*-churn", "c*x"}) {
    Scope scope;
    scope.name_pattern = text;
    create(++number, scoped(text, scope));
  }
  EXPECT_THAT(matches(world.move_alias("production", {}, 1)),
              ElementsAre("churn", "*", "c*", "*n", "*hur*", "c?urn", "?hurn"));
}

TEST_F(Matching, EventsOfNoModelMeetServerRulesAlone) {
  Scope pattern, registry;
  pattern.name_pattern = "*";
  registry.registry = RegistryName::trusted("models");
  registry.registry_id = id<RegistryId>(1);
  AutomationDefinition a = automation("server", {"secret.*", "registry.*"}), b = a, c = a;
  b.name = Label::trusted("pattern");
  b.scope = pattern;
  c.name = Label::trusted("registry");
  c.scope = registry;
  create(1, a);
  create(2, b);
  create(3, c);
  EXPECT_THAT(matches(world.event(SecretSet{SecretName::trusted("s"), 1})), ElementsAre("server"));
  EXPECT_THAT(matches(world.event(
                  RegistryCreated{id<RegistryId>(1), RegistryName::trusted("models"), RegistryKind::model})),
              ElementsAre("server", "registry"));
}

TEST_F(Matching, LineageIsAboutTheVersionsAtBothEnds) {
  Scope scope;
  scope.registry = RegistryName::trusted("models");
  scope.registry_id = id<RegistryId>(1);
  scope.model = ModelName::trusted("churn");
  scope.model_id = id<ModelId>(10);
  AutomationDefinition of_model = automation("model", {"lineage.recorded"}), of_pattern = of_model;
  of_model.scope = scope;
  of_pattern.name = Label::trusted("pattern");
  of_pattern.scope.name_pattern = "chu*";
  create(1, of_model);
  create(2, of_pattern);
  const Node version{NodeKind::version, id<ModelId>(10).str() + "/3", "churn:v3"};
  const Node other{NodeKind::version, id<ModelId>(11).str() + "/1", "fraud:v1"};
  const Node data{NodeKind::dataset, "digits", "digits"};
  EXPECT_THAT(matches(world.event(LineageRecorded{data, Relation::trained_on, version})),
              ElementsAre("model", "pattern"));
  EXPECT_THAT(matches(world.event(LineageRecorded{version, Relation::derived_from, other})),
              ElementsAre("model", "pattern"));
  EXPECT_THAT(matches(world.event(LineageRecorded{data, Relation::trained_on, other})), IsEmpty());
}

TEST_F(Matching, HoldsConditionsAgainstTheEvent) {
  AutomationDefinition definition = automation("production only", {"alias.assigned"});
  definition.conditions = {condition("data.alias", Operator::equals, "\"production\""),
                           condition("actorkind", Operator::not_equals, "\"automation\"")};
  create(1, definition);
  EXPECT_THAT(matches(world.move_alias("candidate", {}, 1)), IsEmpty());
  EXPECT_THAT(matches(world.move_alias("production", {}, 1)), ElementsAre("production only"));
  world.actor = Actor::automation("x");
  EXPECT_THAT(matches(world.move_alias("production", 1, 2)), IsEmpty());
}

TEST_F(Matching, LoadsTheRulesOfAState) {
  create(1, automation("a", {"alias.*"}));
  create(2, automation("b", {"version.*"}));
  Matcher loaded;
  loaded.load(world.state);
  EXPECT_EQ(loaded.size(), 2u);
  const Recorded moved = world.move_alias("production", {}, 1);
  ASSERT_EQ(loaded.match(moved.event, moved.bytes).size(), 1u);
  EXPECT_EQ(loaded.match(moved.event, moved.bytes)[0].automation_id, id<AutomationId>(1));
}

// ---- few rules are looked at, however many there are ----

constexpr unsigned kMany = 10'000;

TEST_F(Matching, LooksOnlyAtRulesOfTheModelAmongTenThousand) {
  for (unsigned i = 0; i < kMany; ++i) {
    Scope scope;
    scope.registry_id = id<RegistryId>(1);
    scope.model_id = id<ModelId>(10 + i);
    matcher.fold(Event{.id = {},
                       .source = {},
                       .sequence = i + 1,
                       .time = {},
                       .actor = {},
                       .causation = {},
                       .payload = AutomationCreated{id<AutomationId>(i), scoped("a", scope)}});
  }
  EXPECT_THAT(matches(world.move_alias("production", {}, 1)), ElementsAre("a"));
  EXPECT_EQ(matcher.considered(), 1u);
}

TEST_F(Matching, LooksOnlyAtRulesOfTheTypeAmongTenThousand) {
  for (unsigned i = 0; i < kMany; ++i) {
    matcher.fold(Event{.id = {},
                       .source = {},
                       .sequence = i + 1,
                       .time = {},
                       .actor = {},
                       .causation = {},
                       .payload = AutomationCreated{
                           id<AutomationId>(i), automation("a", {i % 2 == 0 ? "version.*" : "tag.set"})}});
  }
  EXPECT_THAT(matches(world.move_alias("production", {}, 1)), IsEmpty());
  EXPECT_EQ(matcher.considered(), 0u);
}

TEST_F(Matching, LooksOnlyAtPatternsThatBeginOrEndAlikeAmongTenThousand) {
  for (unsigned i = 0; i < kMany; ++i) {
    Scope scope;
    scope.name_pattern = i % 2 == 0 ? fmt::format("team-{}-*", i) : fmt::format("*-{}", i);
    matcher.fold(
        Event{.id = {},
              .source = {},
              .sequence = i + 1,
              .time = {},
              .actor = {},
              .causation = {},
              .payload = AutomationCreated{id<AutomationId>(i), scoped(*scope.name_pattern, scope)}});
  }
  AliasAssigned fact{
      World::model(5, "team-42-model-77"), AliasName::trusted("production"), {}, VersionNumber(1), {}};
  EXPECT_THAT(matches(world.event(fact)), ElementsAre("team-42-*", "*-77"));
  EXPECT_EQ(matcher.considered(), 2u);
}

}  // namespace
}  // namespace herald::automations
