// What a batch says when its commit fails, and what is in the log then: full maps, full disks, fail points.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "base/fail_point.h"
#include "disk/testing/small_disk.h"
#include "eventstore/log.h"
#include "eventstore/testing/log_fixture.h"

namespace herald::eventstore {
namespace {

using Outcome = LogBatch::Outcome;

class FullLogs : public testing::LogTest {
 protected:
  void SetUp() override {
    map_size = 1 << 20;
    open();
  }
};

TEST_F(FullLogs, RefuseToAppendAndKeepWhatTheyHave) {
  const std::string event(10'000, 'x');
  append(20);
  auto batch = log->begin().value();
  Result<void> appended;
  while (appended) appended = batch->append("s", clock.now(), event);
  EXPECT_EQ(appended.error().cause, Cause::storage_full);
  EXPECT_EQ(batch->append("s", clock.now(), "x").error().cause, Cause::storage_full) << "spent for good";
  EXPECT_EQ(batch->set_position("f", Sequence(1)).error().cause, Cause::storage_full);
  const auto committed = batch->commit();
  EXPECT_EQ(committed.outcome, Outcome::nothing);
  EXPECT_FALSE(committed.error.empty());
  batch.reset();
  EXPECT_EQ(log->last(), Sequence(20));
  EXPECT_EQ(log->read().last(), Sequence(20));
  append(1);
  EXPECT_EQ(log->read().event(Sequence(21)), event_text(Sequence(21)));
}

// A process of its own, whose exit status says what it found: what it does to itself is gone with it.
class CommitsThatFail : public ::testing::Test {
 protected:
  static constexpr int kAsItShouldBe = 0, kNotPossibleHere = 77;

  static void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "not so: %s\n", what);
    _exit(1);
  }

  // Fills `path` until a commit fails, and checks that the failed batch is not there.
  [[noreturn]] static void fill(const std::string& path, Outcome expected) {
    const ManualClock clock(Timestamp(1'000));
    auto log = Log::open({path, "herald.example/full", 1ull << 30}, clock).value();
    Outcome outcome = Outcome::durable;
    std::uint64_t before = 0;
    while (outcome == Outcome::durable) {
      require(before < 1'000, "the disk is not endless");
      before = log->last().value();
      auto batch = log->begin().value();
      for (int i = 0; i < 8; ++i)
        require(batch->append("s", clock.now(), std::string(10'000, 'x')).has_value(), "append");
      outcome = batch->commit().outcome;
    }
    require(outcome == expected, "the outcome is the one expected");
    require(before > 0, "there was room for one batch");
    require(log->last().value() == before, "the log says where it ends");
    require(log->read().last().value() == before, "readers see nothing of the failed batch");
    require(log->read().event(Sequence(before)).value().size() == 10'000, "what was there is there");
    log.reset();
    log = Log::open({path, "", 1ull << 30}, clock).value();
    require(log->last().value() == before, "the log opened again ends there too");
    require(log->read().root(before) != merkle_empty(), "its tree is whole");
    _exit(kAsItShouldBe);
  }

  [[noreturn]] static void fill_a_disk_of_two_megabytes(const std::string& path) {
    if (!disk::testing::mount_small_disk(path, "2m")) _exit(kNotPossibleHere);
    fill(path + "/log", Outcome::nothing);
  }

  [[noreturn]] static void fill_a_file_of_limited_size(const std::string& path) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{2 << 20, 2 << 20};
    require(setrlimit(RLIMIT_FSIZE, &limit) == 0, "setrlimit");
    fill(path + "/log", Outcome::unknown);
  }

  [[noreturn]] static void commit_with_fail_point(const std::string& path, const char* points) {
    const ManualClock clock(Timestamp(1'000));
    auto log = Log::open({path + "/log", "herald.example/failing", 1ull << 30}, clock).value();
    setenv("HERALD_FAIL_POINTS", points, 1);
    arm_fail_points_from_environment();
    auto batch = log->begin().value();
    require(batch->append("s", clock.now(), "x").has_value(), "append");
    _exit(10 + static_cast<int>(batch->commit().outcome));
  }
  static int status(Outcome outcome) { return 10 + static_cast<int>(outcome); }

  std::uint64_t events_after() const {
    const ManualClock clock(Timestamp(2'000));
    return Log::open({folder.file("log"), "", 1ull << 30}, clock).value()->last().value();
  }

  herald::testing::TempFolder folder;
};

TEST_F(CommitsThatFail, OnAFullDiskChangeNothing) {
  if (!disk::testing::can_mount_small_disk(folder.path()))
    GTEST_SKIP() << "no file system of one's own can be mounted here";
  EXPECT_EXIT(fill_a_disk_of_two_megabytes(folder.path()), ::testing::ExitedWithCode(kAsItShouldBe), "");
}

// LMDB tells a write that was cut short by EIO: on a disk with room, that may be anything.
TEST_F(CommitsThatFail, InTheMiddleOfAWriteAreUnknown) {
  EXPECT_EXIT(fill_a_file_of_limited_size(folder.path()), ::testing::ExitedWithCode(kAsItShouldBe), "");
}

TEST_F(CommitsThatFail, BeforeTheyBeginChangeNothing) {
  EXPECT_EXIT(commit_with_fail_point(folder.path(), "log.before_commit=error"),
              ::testing::ExitedWithCode(status(Outcome::nothing)), "");
  EXPECT_EQ(events_after(), 0u);
}

TEST_F(CommitsThatFail, AfterTheyBeganAreUnknown) {
  EXPECT_EXIT(commit_with_fail_point(folder.path(), "log.after_commit=error"),
              ::testing::ExitedWithCode(status(Outcome::unknown)), "");
}

TEST_F(CommitsThatFail, ByTheDeathOfTheProcessAreAllOrNothing) {
  EXPECT_EXIT(commit_with_fail_point(folder.path(), "log.before_commit=kill"),
              ::testing::KilledBySignal(SIGKILL), "");
  EXPECT_EQ(events_after(), 0u);
  EXPECT_EXIT(commit_with_fail_point(folder.path(), "log.after_commit=kill"),
              ::testing::KilledBySignal(SIGKILL), "");
  EXPECT_EQ(events_after(), 1u);
}

}  // namespace
}  // namespace herald::eventstore
