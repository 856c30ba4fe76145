#include "automations/engine.h"

#include <gmock/gmock.h>

#include <set>

#include "automations/testing/running.h"
#include "base/limits.h"
#include "lmdb/testing/temp_folder.h"

namespace herald::automations {
namespace {

using namespace std::chrono_literals;
using registry::AutomationTriggered;
using registry::DeliverySkipped;
using registry::SkipCause;
using ::testing::ElementsAre;
using testing::Running;

const std::string kUrl = "https://a.example/hook";

class Triggers : public ::testing::Test {
 protected:
  void SetUp() override { run.open(); }

  std::vector<std::uint64_t> answered() const {
    std::vector<std::uint64_t> sequences;
    for (const auto& fact : run.facts<AutomationTriggered>()) sequences.push_back(fact.event_sequence);
    return sequences;
  }
  std::vector<SkipCause> skipped() const {
    std::vector<SkipCause> causes;
    for (const auto& fact : run.facts<DeliverySkipped>()) causes.push_back(fact.cause);
    return causes;
  }
  Sequence stored_position() const { return run.log->read().position(kEngineFollower); }
  // All of the log, by hand.
  Result<void> apply_rest() {
    const auto events =
        recorder::read_batch(*run.log, run.engine->position().next(), run.log->last(), 256, 1 << 20);
    return events.empty() ? Result<void>() : run.engine->apply(events, {});
  }
  Result<void> apply_everything() {
    const auto events =
        recorder::read_batch(*run.log, run.engine->position().next(), run.log->last(), 1'000, 8 << 20);
    return run.engine->apply(events, {});
  }
  void make_engine() {
    run.engine = std::make_unique<Engine>(*run.recorder, *run.log, *run.views, *run.projected, run.clock,
                                          random_ids());
  }

  herald::testing::TempFolder folder;
  Running run{folder.path()};
};

TEST_F(Triggers, FollowFromTheEventThatMatched) {
  const auto id = run.create(run.on_tags("one", {kUrl, kUrl}));
  run.start_engine();
  const Sequence tagged = run.tag();
  ASSERT_TRUE(run.wait_for<AutomationTriggered>(1));
  const registry::Event cause = registry::decode(run.log->read().event(tagged).value()).value();
  const registry::Event event = run.events<AutomationTriggered>().at(0);
  const auto& fact = std::get<AutomationTriggered>(event.payload);
  EXPECT_EQ(fact.automation_id, id);
  EXPECT_EQ(fact.event_sequence, tagged.value());
  EXPECT_EQ(fact.event_type, "tag.set");
  EXPECT_EQ(fact.deliveries.size(), 2u);
  EXPECT_EQ(event.actor, registry::Actor::system());
  EXPECT_EQ(event.causation.causation, cause.id);
  EXPECT_EQ(event.causation.correlation, cause.causation.correlation);
  EXPECT_EQ(event.causation.depth, 1u);
}

TEST_F(Triggers, FollowTheRulesAsOfTheEvent) {
  const Sequence before = run.tag();
  run.create(run.on_tags("one", {kUrl}));
  const Sequence during = run.tag();
  run.record(registry::SetAutomationEnabled{registry::Label::trusted("one"), false});
  const Sequence after = run.tag();
  make_engine();
  ASSERT_TRUE(apply_rest());
  EXPECT_LT(before, during);
  EXPECT_LT(during, after);
  EXPECT_THAT(answered(), ElementsAre(during.value()));
}

TEST_F(Triggers, ComeOnceWhenTheEngineIsStartedAgain) {
  run.create(run.on_tags("one", {kUrl}));
  run.start_engine();
  const Sequence first = run.tag();
  ASSERT_TRUE(run.wait_for<AutomationTriggered>(1));
  run.close();
  run.open();
  const Sequence second = run.tag();
  run.start_engine();
  ASSERT_TRUE(run.wait_for<AutomationTriggered>(2));
  EXPECT_THAT(answered(), ElementsAre(first.value(), second.value()));
}

TEST_F(Triggers, ComeOnceWhenTwoEnginesFollowTheSameLog) {
  run.create(run.on_tags("one", {kUrl}));
  make_engine();
  Engine other(*run.recorder, *run.log, *run.views, *run.projected, run.clock, random_ids());
  std::vector<std::uint64_t> tagged;
  for (int round = 0; round < 3; ++round) {
    tagged.push_back(run.tag().value());
    const auto events =
        recorder::read_batch(*run.log, other.position().next(), run.log->last(), 256, 1 << 20);
    ASSERT_TRUE(apply_rest());
    ASSERT_TRUE(other.apply(events, {})) << "what another has done is passed over";
    EXPECT_GE(other.position(), events.back().sequence);
  }
  EXPECT_EQ(answered(), tagged);
}

TEST_F(Triggers, OfOneEventMayBeMoreThanACommandHolds) {
  const std::size_t number = limits::kMaxEventsPerCommand + 10;
  for (std::size_t i = 0; i < number; ++i) run.create(run.on_tags("a" + std::to_string(i), {kUrl}));
  run.start_engine();
  const Sequence tagged = run.tag();
  ASSERT_TRUE(run.wait_for<AutomationTriggered>(number));
  std::set<registry::AutomationId> met;
  for (const auto& fact : run.facts<AutomationTriggered>()) {
    EXPECT_EQ(fact.event_sequence, tagged.value());
    EXPECT_TRUE(met.insert(fact.automation_id).second) << "twice";
  }
  const auto log = run.log->read();
  const Sequence parted(tagged.value() + 1 + limits::kMaxEventsPerCommand);
  EXPECT_EQ(log.command_begin(parted), parted)
      << "what follows is another command, though of one correlation";
  EXPECT_EQ(log.command_begin(Sequence(parted.value() - 1)), tagged.next());
  EXPECT_EQ(log.command_begin(Sequence(tagged.value() + number)), parted);
}

// The engine is stopped meanwhile, so that it meets all of them at once.
TEST_F(Triggers, OfOneCommandShareItsCorrelation) {
  run.create(run.on_tags("a", {kUrl}));
  run.create(run.on_tags("b", {kUrl}));
  make_engine();
  constexpr std::size_t kEvents = limits::kMaxCommandsPerBatch + 5;
  std::vector<std::uint64_t> expected;
  for (std::size_t i = 0; i < kEvents; ++i) expected.insert(expected.end(), 2, run.tag().value());
  const auto commands = run.recorder->stats().commands;
  ASSERT_TRUE(apply_everything());
  EXPECT_EQ(answered(), expected) << "in the order of the events";
  EXPECT_EQ(run.recorder->stats().commands - commands, kEvents) << "one for each event's";
  EXPECT_EQ(stored_position().value(), expected.back());
}

TEST_F(Triggers, KeepTheirPositionInTheSameCommand) {
  run.create(run.on_tags("one", {kUrl}));
  make_engine();
  const Sequence tagged = run.tag();
  ASSERT_TRUE(apply_rest());
  EXPECT_EQ(stored_position(), tagged);
}

TEST_F(Triggers, LetThePositionOfOtherEventsWaitForASecond) {
  make_engine();
  run.tag();
  ASSERT_TRUE(apply_rest());
  const Sequence kept = stored_position();
  run.clock.advance(999ms);
  const Sequence tagged = run.tag();
  ASSERT_TRUE(apply_rest());
  EXPECT_EQ(stored_position(), kept);
  EXPECT_EQ(run.engine->position(), tagged);
  run.clock.advance(1ms);
  const Sequence last = run.tag();
  ASSERT_TRUE(apply_rest());
  EXPECT_EQ(stored_position(), last);
}

TEST_F(Triggers, KeepTheirPositionWhenTheyStop) {
  make_engine();
  run.tag();
  ASSERT_TRUE(apply_rest());
  const Sequence tagged = run.tag();
  ASSERT_TRUE(apply_rest());
  ASSERT_LT(stored_position(), tagged);
  run.engine->stop();
  EXPECT_EQ(stored_position(), tagged);
}

// Each trigger is answered by an action on the registry that follows from it, without end.
TEST_F(Triggers, EndALoopAtTheDepthLimit) {
  run.create(run.on_tags("loop", {kUrl}));
  make_engine();
  for (std::uint32_t depth = 0; depth <= limits::kMaxCausationDepth + 1; ++depth) {
    run.tag("k", depth);
    ASSERT_TRUE(apply_rest());
  }
  EXPECT_EQ(answered().size(), limits::kMaxCausationDepth - 2) << "whose outcomes stay below the limit";
  EXPECT_THAT(skipped(), ElementsAre(SkipCause::depth_limit, SkipCause::depth_limit));
}

TEST_F(Triggers, EndALoopThatGoesThroughTheOutsideAtTheRateLimit) {
  auto definition = run.on_tags("loop", {kUrl});
  definition.max_per_minute = 5;
  run.create(definition);
  testing::ScriptedSender outside([this](const Outgoing&) {
    run.recorder->submit(run.asks(run.new_tag()), [](const Result<recorder::Recorded>&) {});
    return testing::ok();
  });
  run.start_engine();
  run.start_dispatcher(outside);
  run.tag();
  ASSERT_TRUE(run.wait_for<DeliverySkipped>(1));
  EXPECT_EQ(answered().size(), 5u);
  EXPECT_THAT(skipped(), ElementsAre(SkipCause::rate_limit));
  run.close();
}

TEST_F(Triggers, CountTheLastMinuteAcrossARestart) {
  auto definition = run.on_tags("one", {kUrl});
  definition.max_per_minute = 3;
  run.create(definition);
  const auto tag_and_pass = [&] {
    run.tag();
    ASSERT_TRUE(apply_rest());
  };
  make_engine();
  tag_and_pass();
  run.clock.advance(10s);
  tag_and_pass();
  run.close();
  run.open();
  make_engine();
  tag_and_pass();
  EXPECT_EQ(answered().size(), 3u) << "counted twice";
  tag_and_pass();
  EXPECT_EQ(answered().size(), 3u) << "forgotten";
  EXPECT_THAT(skipped(), ElementsAre(SkipCause::rate_limit));
  run.clock.advance(50s);
  tag_and_pass();
  EXPECT_EQ(answered().size(), 4u) << "the first is a minute old";
}

TEST_F(Triggers, WaitForTheViewsAtTheirStart) {
  run.create(run.on_tags("one", {kUrl}));
  make_engine();
  run.tag();
  ASSERT_TRUE(apply_rest());
  run.close();
  run.open();
  const eventstore::Tail behind(Sequence(1));
  Engine engine(*run.recorder, *run.log, *run.views, behind, run.clock, random_ids());
  run.tag();
  const auto events = recorder::read_batch(*run.log, engine.position().next(), run.log->last(), 256, 1 << 20);
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  EXPECT_EQ(engine.apply(events, stop.get_token()).error().cause, Cause::stopping);
}

}  // namespace
}  // namespace herald::automations
