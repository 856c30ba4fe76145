// What the recorder does when the disk is low, a store is full, a commit fails or the process dies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fail_point.h"
#include "base/limits.h"
#include "recorder/testing/recorder_fixture.h"

namespace herald::recorder {
namespace {

using ::testing::ExitedWithCode;
using ::testing::HasSubstr;
using ::testing::KilledBySignal;
using namespace std::chrono_literals;
using testing::Held;
using testing::Workshop;

class ALowDisk : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kReserve = 64 << 20;

  void SetUp() override {
    w.options.disk_reserve_bytes = kReserve;
    w.options.free_bytes = [this](const std::string&) {
      ++looks;
      return free.load();
    };
    w.open();
    ASSERT_TRUE(w.record(w.create_registry(), "first"));
  }
  void now_has(std::uint64_t bytes) {
    free = bytes;
    w.clock.advance(100ms);
  }

  std::atomic<std::uint64_t> free{kReserve};
  std::atomic<int> looks{0};
  herald::testing::TempFolder folder;
  Workshop w{folder.path()};
};

TEST_F(ALowDisk, RefusesWritesUntilThereIsRoom) {
  now_has(kReserve - 1);
  const auto refused = w.record(w.register_model("churn"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::storage_full);
  EXPECT_THAT(refused.error().message,
              HasSubstr("has 63 MiB free and writes are refused below 64 MiB: make room"));
  EXPECT_EQ(w.log->last(), Sequence(1));
  EXPECT_FALSE(w.recorder->stats().writable);
  now_has(kReserve);
  EXPECT_TRUE(w.recorder->stats().writable) << "though nothing was written since";
  EXPECT_TRUE(w.record(w.register_model("churn")));
}

TEST_F(ALowDisk, StillAnswersRetriesOfWhatIsRecorded) {
  now_has(0);
  EXPECT_TRUE(w.record(w.create_registry(), "first").value().replayed);
}

TEST_F(ALowDisk, IsLookedAtEvery100MillisecondsAtMost) {
  const int before = looks;
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(w.record(w.register_model("m" + std::to_string(i))));
  EXPECT_EQ(looks, before);
  w.clock.advance(100ms);
  ASSERT_TRUE(w.record(w.register_model("churn")));
  EXPECT_EQ(looks, before + 1);
}

TEST(TheDiskOfTheDataFolder, IsAskedOfTheOperatingSystem) {
  const herald::testing::TempFolder folder;
  Workshop w{folder.path()};
  w.options.disk_reserve_bytes = ~0ull;
  w.open();
  EXPECT_EQ(w.record(w.create_registry()).error().cause, Cause::storage_full);
  w.close();
  w.options.disk_reserve_bytes = 1;
  w.open();
  EXPECT_TRUE(w.record(w.create_registry()));
}

TEST(AFullLog, AnswersEachCommandThatCameWithTheOneThatDidNotFit) {
  const herald::testing::TempFolder folder;
  Workshop w{folder.path()};
  w.log_map_size = 1 << 20;
  w.open();
  ASSERT_TRUE(w.record(w.create_registry()));
  bool full = false;
  for (int round = 0; !full && round < 1'000; ++round) {
    std::vector<std::future<Result<Recorded>>> answers;
    {
      Held held(*w.recorder, w.asks(std::nullopt));
      for (int i = 0; i < 40; ++i)
        answers.push_back(w.submit(w.asks(w.register_model("m" + std::to_string(round * 40 + i)))));
      held.let_go();
    }
    for (auto& answer : answers) {
      ASSERT_EQ(answer.wait_for(std::chrono::seconds(60)), std::future_status::ready) << "one was forgotten";
      full = !answer.get() || full;
    }
  }
  EXPECT_TRUE(full);
}

// Where exactly the room ends is LMDB's affair: at a write, which refuses the batch, or at the head's commit,
// after which writes stop.
TEST(AFullHead, RefusesWritesAndLosesNothingAcknowledged) {
  const herald::testing::TempFolder folder;
  Workshop w{folder.path()};
  w.head_map_size = 1 << 20;
  w.open();
  ASSERT_TRUE(w.record(w.create_registry()));
  Sequence acknowledged;
  Result<Recorded> answer = Recorded{};
  for (int i = 0; answer && i < 100'000; ++i) {
    answer = w.record(w.register_model("m" + std::to_string(i)));
    if (answer) acknowledged = answer->last;
  }
  ASSERT_FALSE(answer);
  EXPECT_EQ(w.log->last(), acknowledged);
  EXPECT_FALSE(w.recorder->stats().writable);
  ASSERT_TRUE(w.recorder->why_not_writable());
  if (answer.error().cause == Cause::storage_full) {
    EXPECT_THAT(w.recorder->why_not_writable()->message, HasSubstr("larger --map-size"));
    EXPECT_EQ(w.head->stand().sequence, acknowledged);
  } else {
    EXPECT_EQ(answer.error().cause, Cause::unavailable);
    EXPECT_LT(w.head->stand().sequence, acknowledged);
  }
  EXPECT_EQ(w.tail->last(), w.head->stand().sequence);
}

// In a process of its own, since fail points stay armed; its exit status says what it found.
class FailPoints : public ::testing::Test {
 protected:
  static constexpr int kAsItShouldBe = 0;

  static void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "not so: %s\n", what);
    _exit(1);
  }
  static void arm(const char* points) {
    setenv("HERALD_FAIL_POINTS", points, 1);
    arm_fail_points_from_environment();
  }
  static void begin(Workshop& w, const char* points) {
    w.open();
    require(w.record(w.create_registry()).has_value(), "the registry is made");
    arm(points);
  }

  [[noreturn]] static void fail_before_the_log(const std::string& path) {
    Workshop w(path);
    w.open();
    require(w.record(w.create_registry(), "first").has_value(), "the registry is made");
    arm("recorder.before_log_commit=error@1");
    Held held(*w.recorder, w.asks(std::nullopt));
    auto accepted = w.submit(w.asks(w.register_model("churn"), "second"));
    auto refused = w.submit(w.asks(w.register_version("absent")));
    auto known = w.submit(w.asks(w.create_registry(), "first"));
    auto too_early = w.submit(w.asks(w.register_model("churn"), "second"));
    held.let_go();
    require(known.get().value().replayed, "a retry of what the log knew is answered");
    require(too_early.get().error().cause == Cause::storage_full,
            "one of what this batch was to record is not");
    require(accepted.get().error().cause == Cause::storage_full, "what would have been recorded is refused");
    require(refused.get().error().cause == Cause::storage_full,
            "what was decided after it is refused likewise");
    require(w.log->last() == Sequence(1) && !w.model("churn"), "nothing was recorded");
    require(!w.recorder->stats().writable, "the recorder says that writes are refused");
    require(w.recorder->why_not_writable()->message.find("fail point") != std::string::npos, "and why");
    require(w.record(w.create_registry(), "first").value().replayed, "a retry is answered");
    require(!w.recorder->stats().writable, "which shows of no room");
    require(w.record(w.register_model("churn")).value().first == Sequence(2), "the next batch is recorded");
    require(w.recorder->stats().writable, "and the recorder says so");
    w.close();
    _exit(kAsItShouldBe);
  }

  [[noreturn]] static void lose_for_good(const std::string& path) {
    Workshop w(path);
    begin(w, "recorder.before_log_commit=error");
    require(!w.record(w.register_model("churn")), "a write is refused");
    w.clock.advance(limits::kLossTold - 1ms);
    require(!w.recorder->stats().writable, "which is told for a while");
    w.clock.advance(1ms);
    require(w.recorder->stats().writable, "and then no more, so that one is sent");
    require(!w.record(w.register_model("churn")), "it is refused as well");
    require(!w.recorder->stats().writable, "which is told again");
    w.close();
    _exit(kAsItShouldBe);
  }

  [[noreturn]] static void fail_after_the_log(const std::string& path) {
    Workshop w(path);
    begin(w, "recorder.after_log_commit=error@1");
    const auto recorded = w.record(w.register_model("churn"), "key");
    require(recorded && recorded->first == Sequence(2), "what is durable is answered as recorded");
    require(w.log->last() == Sequence(2), "it is in the log");
    require(w.head->stand().sequence == Sequence(1) && w.tail->last() == Sequence(1), "and nowhere else");
    require(!w.recorder->stats().writable, "the recorder says that writes stopped");
    require(w.record(w.register_model("fraud")).error().cause == Cause::unavailable, "writes stopped");
    require(w.submit(w.asks(std::nullopt)).get().error().cause == Cause::unavailable, "for everybody");
    const auto retried = w.record(w.register_model("churn"), "key");
    require(retried && retried->replayed && retried->first == Sequence(2),
            "but a retry gets its first answer");
    w.close();
    _exit(kAsItShouldBe);
  }

  [[noreturn]] static void end_without_answers(const std::string& path) {
    Workshop w(path);
    std::promise<std::string> ended;
    w.options.end_process = [&](const std::string& why) { ended.set_value(why); };
    begin(w, "log.after_commit=error@1");
    Held held(*w.recorder, w.asks(std::nullopt));
    std::atomic<int> answers{0};
    const auto count = [&](const Result<Recorded>&) { ++answers; };
    w.recorder->submit(w.asks(w.register_model("churn")), count);
    w.recorder->submit(w.asks(w.register_version("absent")), count);
    held.let_go();
    require(ended.get_future().get().find("log.after_commit") != std::string::npos, "it says why");
    w.recorder->stop();
    require(answers == 0, "nobody of the batch is answered");
    w.close();
    _exit(kAsItShouldBe);
  }

  [[noreturn]] static void record_one(const std::string& path, const char* points) {
    Workshop w(path);
    begin(w, points);
    require(w.record(w.register_model("churn")).has_value(), "recorded");
    _exit(kAsItShouldBe);
  }

  struct Found {
    std::uint64_t log, head;
    friend bool operator==(const Found&, const Found&) = default;
  };
  Found found() const {
    Workshop w(folder.path());
    w.open();
    return {w.log->last().value(), w.head->stand().sequence.value()};
  }

  herald::testing::TempFolder folder;
};

TEST_F(FailPoints, BeforeTheLogsCommitRefuseTheBatch) {
  EXPECT_EXIT(fail_before_the_log(folder.path()), ExitedWithCode(kAsItShouldBe), "");
}

TEST_F(FailPoints, BeforeTheLogsCommitAreToldForAMinute) {
  EXPECT_EXIT(lose_for_good(folder.path()), ExitedWithCode(kAsItShouldBe), "");
}

TEST_F(FailPoints, AfterTheLogsCommitStopWritesButNotTheAnswer) {
  EXPECT_EXIT(fail_after_the_log(folder.path()), ExitedWithCode(kAsItShouldBe), "");
}

TEST_F(FailPoints, WithAnUnknownOutcomeAnswerNobody) {
  EXPECT_EXIT(end_without_answers(folder.path()), ExitedWithCode(kAsItShouldBe), "");
}

TEST_F(FailPoints, WithAnUnknownOutcomeEndTheProcessAndSayWhy) {
  EXPECT_EXIT(record_one(folder.path(), "log.after_commit=error"), KilledBySignal(SIGABRT),
              "herald: the log's commit failed in a way whose outcome only a restart can tell");
}

TEST_F(FailPoints, ThatKillBeforeTheLogsCommitLeaveNothing) {
  EXPECT_EXIT(record_one(folder.path(), "recorder.before_log_commit=kill"), KilledBySignal(SIGKILL), "");
  EXPECT_EQ(found(), (Found{1, 1}));
}

TEST_F(FailPoints, ThatKillBetweenTheCommitsLeaveTheHeadBehindTheLog) {
  EXPECT_EXIT(record_one(folder.path(), "recorder.after_log_commit=kill"), KilledBySignal(SIGKILL), "");
  EXPECT_EQ(found(), (Found{2, 1}));
}

TEST_F(FailPoints, ThatKillAfterTheHeadsCommitLeaveBothInStep) {
  EXPECT_EXIT(record_one(folder.path(), "recorder.after_head_commit=kill"), KilledBySignal(SIGKILL), "");
  EXPECT_EQ(found(), (Found{2, 2}));
}

}  // namespace
}  // namespace herald::recorder
