#include "recorder/recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "recorder/testing/recorder_fixture.h"

namespace herald::recorder {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;
using testing::Held;
using testing::RecorderTest;
using testing::Workshop;

class RecordingCommands : public RecorderTest {};

TEST_F(RecordingCommands, MakesACommandAnEventThatIsDurableAndInTheHead) {
  const auto recorded = w.record(w.register_model("churn")).value();
  EXPECT_EQ(recorded.first, Sequence(2));
  EXPECT_EQ(recorded.last, Sequence(2));
  EXPECT_TRUE(recorded.created);
  EXPECT_FALSE(recorded.replayed);
  EXPECT_THAT(recorded.answer, HasSubstr(R"("model":"churn")"));
  EXPECT_TRUE(w.model("churn"));
  EXPECT_EQ(w.tail->last(), Sequence(2));
  EXPECT_EQ(w.head->stand(),
            (projections::Stand{"herald.example/test", Sequence(2),
                                w.log->read().leaf_hash(Sequence(2)).value(), projections::kHeadVersion}));
}

TEST_F(RecordingCommands, WritesTheWholeEnvelope) {
  Submission submission = w.asks(w.register_model("churn"));
  submission.causation.depth = 3;
  submission.causation.causation = random_ids().next(w.clock.now());
  const auto causation = submission.causation;
  ASSERT_TRUE(w.recorder->record(submission));
  const registry::Event event = w.event(2);
  EXPECT_EQ(event.source, "herald.example/test");
  EXPECT_EQ(event.sequence, 2u);
  EXPECT_EQ(event.time, w.clock.now());
  EXPECT_EQ(event.actor, (registry::Actor{"ann", registry::ActorKind::user, "http"}));
  EXPECT_EQ(event.causation.correlation, causation.correlation);
  EXPECT_EQ(event.causation.causation, causation.causation);
  EXPECT_EQ(event.causation.depth, 3u);
  EXPECT_EQ(event.type(), "model.registered");
  EXPECT_NE(event.id, w.event(1).id);
}

TEST_F(RecordingCommands, KeepsOneCommandsEventsTogetherUnderOneCorrelation) {
  registry::ChangeTags tags;
  static_cast<registry::ModelAddress&>(tags) = w.address("churn");
  tags.tags = {{"a", "1"}, {"b", "2"}, {"c", "3"}};
  ASSERT_TRUE(w.record(w.register_model("churn")));
  const auto recorded = w.record(tags).value();
  EXPECT_EQ(recorded.first, Sequence(3));
  EXPECT_EQ(recorded.last, Sequence(5));
  EXPECT_FALSE(recorded.created);
  EXPECT_EQ(w.event(3).causation.correlation, w.event(5).causation.correlation);
  EXPECT_EQ(w.event(3).time, w.event(5).time);
  std::vector<std::uint64_t> begins;
  for (std::uint64_t at = 1; at <= 6; ++at)
    begins.push_back(w.log->read().command_begin(Sequence(at)).value());
  EXPECT_THAT(begins, ::testing::ElementsAre(1, 2, 3, 3, 3, 6));
}

TEST_F(RecordingCommands, FilesEventsUnderTheirSubject) {
  ASSERT_TRUE(w.record(w.register_model("churn")));
  ASSERT_TRUE(w.record(w.register_model("fraud")));
  ASSERT_TRUE(w.record(w.tag("churn", "team", "growth")));
  std::vector<std::uint64_t> about_churn;
  w.log->read().stream(w.event(2).subject(), Sequence(0), [&](Sequence at) {
    about_churn.push_back(at.value());
    return true;
  });
  EXPECT_THAT(about_churn, ::testing::ElementsAre(2, 4));
}

TEST_F(RecordingCommands, NeverStepsBackInTime) {
  ASSERT_TRUE(w.record(w.register_model("a")));
  const Timestamp before = w.clock.now();
  w.clock.step_wall(-1h);
  ASSERT_TRUE(w.record(w.register_model("b")));
  EXPECT_EQ(w.event(3).time, before);
  w.clock.step_wall(2h);
  ASSERT_TRUE(w.record(w.register_model("c")));
  EXPECT_EQ(w.event(4).time, w.clock.now());
}

TEST_F(RecordingCommands, GoesOnWhereItWasAfterARestart) {
  ASSERT_TRUE(w.record(w.register_model("a")));
  w.close();
  w.open();
  EXPECT_EQ(w.record(w.register_model("b")).value().first, Sequence(3));
  EXPECT_TRUE(w.model("a"));
  EXPECT_TRUE(w.model("b"));
}

TEST_F(RecordingCommands, AnswersANoOpWithoutAnEvent) {
  ASSERT_TRUE(w.record(w.register_model("churn")));
  ASSERT_TRUE(w.record(w.tag("churn", "team", "growth")));
  const auto nothing = w.record(w.tag("churn", "team", "growth")).value();
  EXPECT_EQ(nothing.first, Sequence(0));
  EXPECT_EQ(nothing.last, Sequence(0));
  EXPECT_EQ(w.log->last(), Sequence(3));
}

class Refusals : public RecorderTest {
 protected:
  void expect_nothing_recorded() const {
    EXPECT_EQ(w.log->last(), Sequence(1));
    EXPECT_EQ(w.head->stand().sequence, Sequence(1));
  }
};

TEST_F(Refusals, ByDecideChangeNothing) {
  const auto refused = w.record(w.register_version("absent"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::not_found);
  expect_nothing_recorded();
  EXPECT_EQ(w.recorder->stats().refused, 1u);
}

// decide() bounds what commands hold; the recorder holds the line whatever made an event long.
TEST_F(Refusals, OfEventsThatAreTooLargeLeaveTheNeighboursInTheirBatchUntouched) {
  Submission long_event = w.asks(w.register_model("churn"));
  long_event.causation.traceparent = std::string(limits::kMaxEventBytes, 't');

  Held held(*w.recorder, w.asks(std::nullopt));
  auto first = w.submit(w.asks(w.register_model("one")));
  auto too_large = w.submit(long_event);
  auto last = w.submit(w.asks(w.register_model("two")));
  held.let_go();
  EXPECT_EQ(first.get().value().first, Sequence(2));
  EXPECT_EQ(last.get().value().first, Sequence(3));
  const auto refused = too_large.get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::too_large);
  EXPECT_THAT(refused.error().message, HasSubstr("the event model.registered would have"));
}

TEST_F(Refusals, OfCommandsWhoseEventsAreTooLargeTogetherChangeNothing) {
  registry::RegisterModel command = std::get<registry::RegisterModel>(w.register_model("churn"));
  for (std::size_t i = 0; i < limits::kMaxTags; ++i) command.tags[std::to_string(i)] = "value";
  Submission many_long_events = w.asks(command);
  many_long_events.causation.traceparent = std::string(limits::kMaxBytesPerCommand / limits::kMaxTags, 't');
  const auto refused = w.recorder->record(many_long_events);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::too_large);
  EXPECT_THAT(refused.error().message, HasSubstr("bytes of events, and one command makes at most 1048576"));
  expect_nothing_recorded();
}

TEST_F(Refusals, LeaveTheNeighboursInTheirBatchUntouched) {
  Held held(*w.recorder, w.asks(w.register_model("zero")));
  const auto batches = w.recorder->stats().batches;
  auto first = w.submit(w.asks(w.register_model("one")));
  auto refused = w.submit(w.asks(w.register_version("absent")));
  auto last = w.submit(w.asks(w.register_model("two")));
  held.let_go();
  EXPECT_EQ(first.get().value().first, Sequence(3));
  EXPECT_EQ(refused.get().error().cause, Cause::not_found);
  EXPECT_EQ(last.get().value().first, Sequence(4));
  EXPECT_EQ(w.recorder->stats().batches, batches + 1);
}

class Batches : public RecorderTest {};

TEST_F(Batches, LetEachCommandSeeWhatThoseBeforeItDid) {
  Held held(*w.recorder, w.asks(w.register_model("zero")));
  const auto batches = w.recorder->stats().batches;
  auto model = w.submit(w.asks(w.register_model("churn")));
  auto version = w.submit(w.asks(w.register_version("churn")));
  auto again = w.submit(w.asks(w.register_model("churn")));
  held.let_go();
  EXPECT_TRUE(model.get());
  EXPECT_TRUE(version.get());
  EXPECT_EQ(again.get().error().cause, Cause::already_exists);
  EXPECT_EQ(w.recorder->stats().batches, batches + 1);
}

TEST_F(Batches, LetExactlyOneOfTwoCompareAndSetMovesWin) {
  ASSERT_TRUE(w.record(w.register_model("churn")));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(w.record(w.register_version("churn")));
  registry::MoveAliases begin;
  static_cast<registry::ModelAddress&>(begin) = w.address("churn");
  begin.moves = {{registry::AliasName::trusted("production"), registry::VersionNumber(1), {}}};
  ASSERT_TRUE(w.record(begin));

  Held held(*w.recorder, w.asks(w.register_model("zero")));
  const auto batches = w.recorder->stats().batches;
  auto to_two = w.submit(w.asks(w.move_production("churn", 1, 2)));
  auto to_three = w.submit(w.asks(w.move_production("churn", 1, 3)));
  held.let_go();
  EXPECT_TRUE(to_two.get());
  const auto loser = to_three.get();
  ASSERT_FALSE(loser);
  EXPECT_EQ(loser.error().cause, Cause::expected_mismatch);
  EXPECT_EQ(w.recorder->stats().batches, batches + 1) << "both were decided in one batch";

  const projections::HeadReader reader(*w.head);
  const auto alias =
      registry::find_alias(reader, w.model("churn")->id, registry::AliasName::trusted("production")).value();
  EXPECT_EQ(alias.version, registry::VersionNumber(2));
  EXPECT_EQ(alias.previous, registry::VersionNumber(1));
}

TEST_F(Batches, TakeNoMoreThanTheirLimitOfCommands) {
  Held held(*w.recorder, w.asks(w.register_model("zero")));
  const auto batches = w.recorder->stats().batches;
  std::vector<std::future<Result<Recorded>>> answers;
  for (std::size_t i = 0; i < limits::kMaxCommandsPerBatch + 1; ++i) {
    answers.push_back(w.submit(w.asks(w.register_model("m" + std::to_string(i)))));
  }
  held.let_go();
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
  EXPECT_EQ(w.recorder->stats().batches, batches + 2);
}

TEST_F(Batches, EndWhenTheyHoldAsManyBytesAsTheyMay) {
  registry::ChangeTags tags;
  static_cast<registry::ModelAddress&>(tags) = w.address("churn");
  ASSERT_TRUE(w.record(w.register_model("churn")));
  Held held(*w.recorder, w.asks(w.register_model("zero")));
  const auto batches = w.recorder->stats().batches;
  std::vector<std::future<Result<Recorded>>> answers;
  for (std::size_t i = 0; i < 24; ++i) {  // about 100 KB each
    for (std::size_t key = 0; key < limits::kMaxTags; ++key) {
      tags.tags[std::to_string(key)] = std::string(limits::kMaxTagValueBytes, static_cast<char>('a' + i));
    }
    answers.push_back(w.submit(w.asks(tags)));
  }
  held.let_go();
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
  EXPECT_GE(w.recorder->stats().batches, batches + 2);
  EXPECT_LE(w.recorder->stats().batches, batches + 6);
}

class FollowersPositions : public RecorderTest {
 protected:
  Submission moves(std::uint64_t from, std::uint64_t to, std::optional<registry::Command> command = {}) {
    Submission submission = w.asks(std::move(command));
    submission.position = PositionChange{"automations", Sequence(from), Sequence(to)};
    return submission;
  }
  Sequence position() const { return w.log->read().position("automations"); }
};

TEST_F(FollowersPositions, MoveWithTheCommand) {
  EXPECT_TRUE(w.recorder->record(moves(0, 1, w.register_model("churn"))));
  EXPECT_EQ(position(), Sequence(1));
  EXPECT_TRUE(w.model("churn"));
}

TEST_F(FollowersPositions, ThatAreOthersThanSaidRefuseTheCommand) {
  ASSERT_TRUE(w.recorder->record(moves(0, 1)));
  const auto refused = w.recorder->record(moves(0, 1, w.register_model("churn")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::expected_mismatch);
  EXPECT_FALSE(w.model("churn"));
  EXPECT_EQ(position(), Sequence(1));
}

TEST_F(FollowersPositions, MoveWithoutACommandAndWithoutAnEvent) {
  const auto moved = w.recorder->record(moves(0, 1)).value();
  EXPECT_EQ(moved.last, Sequence(0));
  EXPECT_EQ(position(), Sequence(1));
  EXPECT_EQ(w.log->last(), Sequence(1));
  w.close();
  w.open();
  EXPECT_EQ(position(), Sequence(1));
}

TEST_F(FollowersPositions, DoNotMoveWhenTheCommandIsRefused) {
  ASSERT_FALSE(w.recorder->record(moves(0, 1, w.register_version("absent"))));
  EXPECT_EQ(position(), Sequence(0));
}

TEST_F(FollowersPositions, MoveOnceWhenTwoInOneBatchSayTheSame) {
  Held held(*w.recorder, w.asks(w.register_model("zero")));
  auto first = w.submit(moves(0, 2, w.register_model("one")));
  auto second = w.submit(moves(0, 2, w.register_model("two")));
  held.let_go();
  EXPECT_TRUE(first.get());
  EXPECT_EQ(second.get().error().cause, Cause::expected_mismatch);
  EXPECT_FALSE(w.model("two"));
}

class TheQueue : public RecorderTest {
 protected:
  // So that nothing is decided, and filling it is quick.
  Submission nothing() { return w.asks(std::nullopt); }
  std::vector<std::future<Result<Recorded>>> fill() {
    std::vector<std::future<Result<Recorded>>> answers;
    for (std::size_t i = 0; i < limits::kMaxQueuedCommands; ++i) answers.push_back(w.submit(nothing()));
    return answers;
  }
};

TEST_F(TheQueue, RefusesMoreThanItHolds) {
  Held held(*w.recorder, nothing());
  auto answers = fill();
  EXPECT_EQ(w.recorder->stats().queued, limits::kMaxQueuedCommands);
  EXPECT_EQ(w.submit(nothing()).get().error().cause, Cause::busy);
  held.let_go();
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
}

TEST_F(TheQueue, LetsHeraldsOwnPartsWaitForRoom) {
  Held held(*w.recorder, nothing());
  auto answers = fill();
  std::promise<void> asks;
  auto waiting = std::async(std::launch::async, [&] {
    asks.set_value();
    return w.record(w.register_model("churn"));
  });
  asks.get_future().wait();
  held.let_go();
  EXPECT_TRUE(waiting.get()) << "refused, and not waited for";
}

TEST_F(TheQueue, IsAnsweredWithStoppingWhenTheRecorderStops) {
  Held held(*w.recorder, nothing());
  auto queued = w.submit(w.asks(w.register_model("churn")));
  auto stopped = std::async(std::launch::async, [&] { w.recorder->stop(); });
  while (w.submit(nothing()).wait_for(0ms) != std::future_status::ready) {
  }
  held.let_go();
  stopped.get();
  EXPECT_EQ(queued.get().error().cause, Cause::stopping);
  EXPECT_EQ(w.submit(nothing()).get().error().cause, Cause::stopping);
  EXPECT_EQ(w.record(w.register_model("churn")).error().cause, Cause::stopping);
  EXPECT_EQ(w.log->last(), Sequence(1));
}

TEST_F(RecorderTest, RefusesToWaitForItself) {
  std::promise<bool> threw;
  w.recorder->submit(w.asks(std::nullopt), [&](const Result<Recorded>&) {
    try {
      (void)w.record(w.register_model("churn"));
      threw.set_value(false);
    } catch (const std::logic_error&) {
      threw.set_value(true);
    }
  });
  EXPECT_TRUE(threw.get_future().get());
}

// An actor's name that is no UTF-8 stands for whatever may make bytes that the reader refuses.
TEST(AnEventThatCouldNotBeReadAgain, IsRefusedAndItsNeighboursAreRecorded) {
  const herald::testing::TempFolder folder;
  Workshop w{folder.path()};
  std::vector<std::string> defects;
  w.options.report_defect = [&](const std::string& what) { defects.push_back(what); };
  w.open();
  Submission unreadable = w.asks(w.register_model("churn"));
  unreadable.actor.id = "\xff";
  testing::Held held(*w.recorder, w.asks(w.create_registry()));
  auto before = w.submit(w.asks(w.register_model("before")));
  auto refused = w.submit(std::move(unreadable));
  auto after = w.submit(w.asks(w.register_model("after")));
  held.let_go();
  const auto answer = refused.get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().cause, Cause::internal);
  EXPECT_THAT(answer.error().message,
              ::testing::HasSubstr(
                  "the event model.registered that this makes could not be read again (this is not JSON, "
                  "line 1, column 405: the bytes from here on are no UTF-8), which is a defect of Herald's"));
  EXPECT_THAT(defects, ::testing::ElementsAre(answer.error().message));
  EXPECT_EQ(before.get().value().last, Sequence(2));
  EXPECT_EQ(after.get().value().last, Sequence(3));
  EXPECT_FALSE(w.model("churn"));
  EXPECT_EQ(w.log->last(), Sequence(3));
}

}  // namespace
}  // namespace herald::recorder
