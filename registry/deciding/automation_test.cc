#include <gmock/gmock.h>

#include "base/limits.h"
#include "registry/testing/story.h"

namespace herald::registry::story {
namespace {

using OutcomeKind = RecordOutcome::Kind;

UpdateAutomation update(std::string_view name, AutomationDefinition to) {
  return {Label::trusted(name), std::move(to)};
}
SetAutomationEnabled enable(std::string_view name, bool enabled) {
  return {Label::trusted(name), enabled};
}
DeleteAutomation remove(std::string_view name) {
  return {Label::trusted(name)};
}
TestAutomation test(std::string_view name, std::vector<DeliveryId> ids) {
  return {Label::trusted(name), 3, "alias.assigned", std::move(ids)};
}

Story with_automation() {
  Story story;
  story.given({an_automation("tell")});
  return story;
}

// Automation tell, set off by event 1: its delivery has number 1.
Story with_delivery() {
  Story story = with_automation();
  story.given({triggered(1)});
  return story;
}

DeliveryRecord delivery(const Story& story, std::uint64_t number = 1) {
  return find<DeliveryRecord>(story.state(), Table::deliveries, id<DeliveryId>(number).bytes()).value();
}

TEST(CreateAutomation, IsFoundByItsName) {
  Story story;
  const auto outcome = story.when(an_automation("tell"));
  outcome.then({"automation tell created"});
  EXPECT_TRUE(outcome.decision().created);
  EXPECT_EQ(find_automation(story.state(), Label::trusted("tell"))->definition, definition("tell"));
}

TEST(CreateAutomation, RefusesANameThatIsTaken) {
  with_automation()
      .when(an_automation("tell"))
      .refused(Cause::already_exists, "name", R"(automation "tell" exists already)");
}

TEST(CreateAutomation, RefusesMoreThanTheServerKeeps) {
  MemoryState state;
  for (std::uint64_t number = 2; number <= limits::kMaxAutomations; ++number)
    state.put(Table::automations, id<AutomationId>(number).bytes(), {});
  EXPECT_TRUE(decide(state, an_automation("tell")));
  state.put(Table::automations, id<AutomationId>(limits::kMaxAutomations + 1).bytes(), {});
  const auto refused = decide(state, an_automation("tell"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::too_many);
  EXPECT_EQ(refused.error().message, "there are 10000 automations: no more are allowed");
}

TEST(CreateAutomation, RefusesNothingToDoAndTooMuch) {
  const auto refused = [](Cause cause, std::string_view field, std::string_view sentence, auto change) {
    auto command = an_automation("tell");
    change(command.definition);
    Story().when(command).refused(cause, field, sentence);
  };
  refused(Cause::invalid_value, "on", R"("on" is empty: at least one is needed)",
          [](auto& d) { d.on.clear(); });
  refused(Cause::invalid_value, "actions", R"("actions" is empty: at least one is needed)",
          [](auto& d) { d.actions.clear(); });
  refused(Cause::too_many, "on", R"("on" has 65: at most 64 are allowed)",
          [](auto& d) { d.on.resize(65, "alias.*"); });
  refused(Cause::too_many, "actions", R"("actions" has 9: at most 8 are allowed)",
          [](auto& d) { d.actions.resize(9); });
  refused(Cause::too_many, "conditions", R"("conditions" has 33: at most 32 are allowed)",
          [](auto& d) { d.conditions.resize(33); });
  refused(Cause::too_large, "",
          R"(automation "tell" has 24620 bytes as compact JSON: at most 24576 are allowed)",
          [](auto& d) { d.actions[0].text = std::string(24'470, 'x'); });
}

TEST(UpdateAutomation, MayRenameIt) {
  Story story = with_automation();
  auto renamed = definition("inform");
  renamed.enabled = false;
  story.when(update("tell", renamed)).then({"automation tell updated to inform"});
  EXPECT_FALSE(find_automation(story.state(), Label::trusted("tell")));
  EXPECT_EQ(find_automation(story.state(), Label::trusted("inform"))->id, id<AutomationId>(1));
  EXPECT_FALSE(find_automation(story.state(), Label::trusted("inform"))->definition.enabled);
  story.when(update("inform", renamed)).then_nothing();
}

TEST(UpdateAutomation, ThatDoesNotSayWhetherItIsEnabledFollowsWhoSaidItLast) {
  Story story = with_automation();
  story.given({SetAutomationEnabled{Label::trusted("tell"), false}});
  auto changed = update("tell", definition("tell"));
  changed.definition.max_per_minute = 7;
  changed.keeps_enabled = true;
  story.when(changed).then({"automation tell updated to tell"});
  EXPECT_FALSE(find_automation(story.state(), Label::trusted("tell"))->definition.enabled);
}

TEST(UpdateAutomation, RefusesAnothersNameAndWhatDoesNotExist) {
  Story story = with_automation();
  auto other = an_automation("other");
  other.new_id = id<AutomationId>(2);
  story.given({other});
  story.when(update("tell", definition("other")))
      .refused(Cause::already_exists, "name", R"(automation "other" exists already)");
  story.when(update("none", definition("none")))
      .refused(Cause::not_found, "", R"(automation "none" does not exist)");
  auto empty = definition("tell");
  empty.actions.clear();
  story.when(update("tell", empty))
      .refused(Cause::invalid_value, "actions", R"("actions" is empty: at least one is needed)");
}

TEST(UpdateAutomation, FitsIntoAnEventHoweverLargeTheDefinitions) {
  const auto large = [](char c) {
    auto large = definition("tell");
    large.actions[0].text = std::string(24'300, c);
    return large;
  };
  Story story = with_automation();
  story.given({update("tell", large('a'))});
  const auto outcome = story.when(update("tell", large('b')));
  outcome.then({"automation tell updated to tell"});
  EXPECT_LT(encode(outcome.events()[0]).size(), limits::kMaxEventBytes);
}

TEST(SetAutomationEnabled, TurnsItOffAndOn) {
  Story story = with_automation();
  story.when(enable("tell", true)).then_nothing();
  story.when(enable("tell", false)).then({"automation tell disabled"});
  story.when(enable("tell", false)).then_nothing();
  EXPECT_FALSE(find_automation(story.state(), Label::trusted("tell"))->definition.enabled);
  story.when(enable("tell", true)).then({"automation tell enabled"});
  story.when(enable("none", true)).refused(Cause::not_found, "", R"(automation "none" does not exist)");
}

TEST(DeleteAutomation, FreesTheName) {
  Story story = with_automation();
  story.when(remove("tell")).then({"automation tell deleted"});
  story.when(remove("tell")).refused(Cause::not_found, "", R"(automation "tell" does not exist)");
  auto again = an_automation("tell");
  again.new_id = id<AutomationId>(2);
  story.when(again).then({"automation tell created"});
}

TEST(RecordTriggers, MakeADeliveryForEachActionCausedByTheEvent) {
  Story story;
  auto automation = an_automation("tell");
  automation.definition.actions.resize(2);
  automation.definition.actions[1].kind = ActionKind::slack;
  auto trigger = triggered(1);
  trigger.triggers[0].new_ids = {id<DeliveryId>(1), id<DeliveryId>(2)};
  trigger.triggers[0].event_id = id<ModelId>(77).uuid();
  trigger.triggers[0].correlation = id<ModelId>(78).uuid();
  const auto outcome = story.given({automation}).when(trigger);
  outcome.then({"automation tell triggered by alias.assigned event 1: 2 deliveries"});
  EXPECT_EQ(outcome.events()[0].causation.causation, id<ModelId>(77).uuid());
  EXPECT_EQ(outcome.events()[0].causation.correlation, id<ModelId>(78).uuid());
  EXPECT_EQ(outcome.events()[0].causation.depth, 3U);
  const DeliveryRecord second = delivery(story, 2);
  EXPECT_EQ(second.state, DeliveryState::pending);
  EXPECT_EQ(second.action, 1U);
  EXPECT_EQ(second.kind, ActionKind::slack);
  EXPECT_EQ(second.event_sequence, 1U);
  EXPECT_EQ(second.triggered_sequence, story.sequence());
  EXPECT_EQ(second.automation.str(), "tell");
}

TEST(RecordTriggers, LeaveOutWhatWasTriggeredBefore) {
  Story story = with_delivery();
  auto both = triggered(1);
  both.triggers.push_back(triggered(2).triggers[0]);
  both.triggers.push_back(triggered(2).triggers[0]);
  story.when(both).then({"automation tell triggered by alias.assigned event 2: 1 deliveries"});
  story.when(both).then_nothing();
}

TEST(RecordTriggers, RecordASkipOnceToo) {
  Story story = with_automation();
  auto skipped = triggered(1);
  skipped.triggers[0].skip = SkipCause::depth_limit;
  story.when(skipped).then({"automation tell skipped event 1: depth_limit"});
  story.when(skipped).then_nothing();
  story.when(triggered(1)).then_nothing();
}

TEST(RecordTriggers, RecordThatAnAutomationMetAnEventBeforeItWasDeleted) {
  Story story = with_automation();
  story.given({remove("tell")});
  story.when(triggered(1)).then({"automation tell skipped event 1: automation_deleted"});
  story.when(triggered(1)).then_nothing();
}

TEST(RecordTriggers, RefuseToPutSeveralCorrelationsIntoOneCommand) {
  auto mixed = triggered(1);
  mixed.triggers.push_back(triggered(2).triggers[0]);
  mixed.triggers[1].correlation = id<ModelId>(78).uuid();
  with_automation().when(mixed).refused(Cause::invalid_value, "triggers",
                                        "the triggers of one command have one correlation id");
}

TEST(RecordTriggers, RefuseMoreThanOneCommandMayRecord) {
  RecordTriggers many;
  for (std::uint64_t i = 1; i <= limits::kMaxEventsPerCommand + 1; ++i)
    many.triggers.push_back(triggered(i).triggers[0]);
  with_automation().when(many).refused(Cause::too_many, "triggers",
                                       "257 triggers are too many for one command: at most 256 are allowed");
}

TEST(TestAutomation, MayFireAgainForTheSameEvent) {
  Story story = with_automation();
  const auto outcome = story.when(test("tell", {id<DeliveryId>(8)}));
  outcome.then({"automation tell tested by alias.assigned event 3: 1 deliveries"});
  EXPECT_EQ(outcome.decision().answer, R"({"automation":"tell","id":"00000000-0000-0000-0000-000000000001",)"
                                       R"("deliveries":["00000000-0000-0000-0000-000000000008"]})");
  EXPECT_EQ(delivery(story, 8).state, DeliveryState::pending);
  story.when(test("tell", {id<DeliveryId>(9), id<DeliveryId>(10)}))
      .then({"automation tell tested by alias.assigned event 3: 1 deliveries"});
  story.when(triggered(3)).then({"automation tell triggered by alias.assigned event 3: 1 deliveries"});
}

TEST(TestAutomation, RefusesWhatDoesNotExistAndTooFewIds) {
  with_automation()
      .when(test("none", {id<DeliveryId>(8)}))
      .refused(Cause::not_found, "", R"(automation "none" does not exist)");
  with_automation()
      .when(test("tell", {}))
      .refused(Cause::not_allowed_now, "", R"(automation "tell" has just been changed: try again)");
}

TEST(RecordOutcome, TellsOfFailingOnceAndOfTheEndOnce) {
  Story story = with_delivery();
  story.when(outcome(1, OutcomeKind::failing, 1)).then({"delivery failing, 1 attempts, no answer"});
  EXPECT_EQ(delivery(story).state, DeliveryState::failing);
  story.when(outcome(1, OutcomeKind::failing, 2)).then_nothing();
  story.when(outcome(1, OutcomeKind::succeeded, 3)).then({"delivery succeeded, 3 attempts, 204"});
  EXPECT_EQ(delivery(story).state, DeliveryState::succeeded);
  EXPECT_EQ(delivery(story).attempts, 3U);
  for (const auto kind : {OutcomeKind::succeeded, OutcomeKind::failing, OutcomeKind::exhausted}) {
    story.when(outcome(1, kind, 4)).then_nothing();
  }
}

TEST(RecordOutcome, RefusesADeliveryThatDoesNotExist) {
  with_automation()
      .when(outcome(5, OutcomeKind::succeeded, 1))
      .refused(Cause::not_found, "", "delivery 00000000-0000-0000-0000-000000000005 does not exist");
}

TEST(ReplayDelivery, OpensAnEndedDeliveryAgain) {
  Story story = with_delivery();
  story.given({outcome(1, OutcomeKind::exhausted, 10)});
  story.when(ReplayDelivery{id<DeliveryId>(1)}).then({"delivery replayed, 10 attempts"});
  EXPECT_EQ(delivery(story).state, DeliveryState::pending);
  EXPECT_EQ(delivery(story).triggered_sequence, story.sequence());
  story.when(outcome(1, OutcomeKind::succeeded, 11)).then({"delivery succeeded, 11 attempts, 204"});
  story.when(ReplayDelivery{id<DeliveryId>(1)}).then({"delivery replayed, 11 attempts"});
}

TEST(ReplayDelivery, RefusesWhatIsOpenUnknownOrWithoutItsAutomation) {
  const std::string which = "delivery 00000000-0000-0000-0000-000000000001 ";
  const ReplayDelivery command{id<DeliveryId>(1)};
  Story story = with_delivery();
  story.when(command).refused(
      Cause::not_allowed_now, "",
      which + "is pending: only one that has succeeded or is exhausted can be sent again");
  story.given({outcome(1, OutcomeKind::failing, 1)});
  story.when(command).refused(
      Cause::not_allowed_now, "",
      which + "is failing: only one that has succeeded or is exhausted can be sent again");
  story.given({outcome(1, OutcomeKind::exhausted, 2), remove("tell")});
  story.when(command).refused(Cause::not_allowed_now, "",
                              which + R"(cannot be sent again: its automation "tell" was deleted)");
  with_automation().when(command).refused(Cause::not_found, "", which + "does not exist");
}

TEST(Secrets, CountOnWhenSetAgainAfterTheyWereRemoved) {
  const SecretName name = SecretName::trusted("slack-url");
  Story story;
  const auto first = story.when(SetSecret{name, 1});
  first.then({"secret slack-url set to value 1"});
  EXPECT_TRUE(first.decision().created);
  const auto second = story.when(SetSecret{name, 2});
  second.then({"secret slack-url set to value 2"});
  EXPECT_FALSE(second.decision().created);
  story.when(RemoveSecret{name}).then({"secret slack-url removed"});
  story.when(RemoveSecret{name}).refused(Cause::not_found, "", R"(secret "slack-url" does not exist)");
  const auto third = story.when(SetSecret{name, 3});
  third.then({"secret slack-url set to value 3"});
  EXPECT_TRUE(third.decision().created);
}

TEST(Secrets, AreLimitedInNumberAndSetAgainAllTheSame) {
  Story story;
  const auto name = [](std::size_t i) { return SecretName::trusted("s" + std::to_string(i)); };
  for (std::size_t i = 0; i < limits::kMaxSecrets; ++i) story.given({SetSecret{name(i), 1}});
  story.when(SetSecret{name(limits::kMaxSecrets), 1})
      .refused(Cause::too_many, "name", "there are 1000 secrets, and no more are kept: remove one first");
  story.when(SetSecret{name(0), 2}).then({"secret s0 set to value 2"});
  story.when(RemoveSecret{name(1)}).then({"secret s1 removed"});
  story.when(SetSecret{name(limits::kMaxSecrets), 1}).then({"secret s1000 set to value 1"});
}

TEST(Secrets, RefuseANumberThatIsNotTheNext) {
  const SecretName name = SecretName::trusted("slack-url");
  Story story;
  story.given({SetSecret{name, 1}});
  story.when(SetSecret{name, 1})
      .refused(
          Cause::expected_mismatch, "number",
          R"(the next value of secret "slack-url" has number 2, not 1: another was set in between, try again)");
  story.when(RemoveSecret{SecretName::trusted("none")})
      .refused(Cause::not_found, "", R"(secret "none" does not exist)");
}

}  // namespace
}  // namespace herald::registry::story
