#include "work/store.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <future>
#include <stdexcept>
#include <thread>

#include "base/bytes.h"
#include "base/limits.h"
#include "lmdb/testing/temp_folder.h"

namespace herald::work {
namespace {

std::unique_ptr<Store> open(const testing::TempFolder& folder) {
  return Store::open({folder.path(), 1ull << 28}).value();
}

Store::Job put(std::string key, std::string value) {
  return [key = std::move(key), value = std::move(value)](lmdb::WriteTxn& txn, const Tables& tables) {
    return txn.put(tables.meta, key, value);
  };
}

std::optional<std::string> get(const Store& store, std::string_view key) {
  const auto txn = store.read();
  const auto value = txn.get(store.tables().meta, key);
  if (!value) return std::nullopt;
  return std::string(*value);
}

// Holds the store's thread inside a job, so that what is submitted meanwhile becomes one batch.
class Held {
 public:
  explicit Held(Store& store) {
    store.submit(
        [this](lmdb::WriteTxn&, const Tables&) -> Result<void> {
          entered_.set_value();
          go_.get_future().wait();
          return {};
        },
        [](Result<void>) {});
    entered_.get_future().wait();
  }
  void go() { go_.set_value(); }

 private:
  std::promise<void> entered_, go_;
};

class Answers {
 public:
  explicit Answers(std::size_t expected) : expected_(expected) {}
  std::function<void(Result<void>)> slot(std::size_t index) {
    return [this, index](Result<void> result) {
      results_[index] = std::move(result);
      if (results_.size() == expected_) all_.set_value();
    };
  }
  std::map<std::size_t, Result<void>> wait() {
    all_.get_future().wait();
    return results_;
  }

 private:
  std::size_t expected_;
  std::map<std::size_t, Result<void>> results_;  // on the store's thread until all_ is set
  std::promise<void> all_;
};

TEST(WorkStore, KeepsWhatAJobWroteAcrossOpenings) {
  const testing::TempFolder folder;
  ASSERT_TRUE(open(folder)->run(put("a", "1")));
  EXPECT_EQ(get(*open(folder), "a"), "1");
}

TEST(WorkStore, AFailingJobChangesNothingAndLeavesItsNeighboursUntouched) {
  const testing::TempFolder folder;
  const auto store = open(folder);
  Held held(*store);
  Answers answers(4);
  store->submit(put("before", "1"), answers.slot(0));
  store->submit(
      [](lmdb::WriteTxn& txn, const Tables& tables) -> Result<void> {
        HERALD_CHECK(txn.put(tables.meta, "before", "overwritten"));
        HERALD_CHECK(txn.put(tables.meta, "refused", "1"));
        return error(Cause::not_allowed_now, "no");
      },
      answers.slot(1));
  store->submit(
      [](lmdb::WriteTxn& txn, const Tables& tables) -> Result<void> {
        HERALD_CHECK(txn.put(tables.meta, "thrown", "1"));
        throw std::runtime_error("broken");
      },
      answers.slot(2));
  store->submit(put("after", "1"), answers.slot(3));
  held.go();
  const auto results = answers.wait();
  EXPECT_TRUE(results.at(0));
  EXPECT_EQ(results.at(1).error().cause, Cause::not_allowed_now);
  EXPECT_EQ(results.at(2).error().cause, Cause::internal);
  EXPECT_THAT(results.at(2).error().message, ::testing::HasSubstr("broken"));
  EXPECT_TRUE(results.at(3));
  EXPECT_EQ(get(*store, "before"), "1");
  EXPECT_EQ(get(*store, "after"), "1");
  EXPECT_EQ(get(*store, "refused"), std::nullopt);
  EXPECT_EQ(get(*store, "thrown"), std::nullopt);
}

TEST(WorkStore, AJobSeesWhatItsPredecessorInTheBatchWrote) {
  const testing::TempFolder folder;
  const auto store = open(folder);
  Held held(*store);
  Answers answers(2);
  std::optional<std::string> seen;
  store->submit(put("a", "1"), answers.slot(0));
  store->submit(
      [&seen](lmdb::WriteTxn& txn, const Tables& tables) -> Result<void> {
        seen = std::string(txn.get(tables.meta, "a").value_or("nothing"));
        return {};
      },
      answers.slot(1));
  held.go();
  answers.wait();
  EXPECT_EQ(seen, "1");
}

TEST(WorkStore, TakesNoMoreThanItsLimitOfJobsIntoOneCommit) {
  const testing::TempFolder folder;
  const auto store = open(folder);
  constexpr std::size_t kJobs = limits::kMaxJobsPerBatch + 1;
  std::size_t run = 0;  // this and the next are the store's thread's until `all` is set
  std::vector<std::size_t> run_before_answer;
  std::promise<void> all;
  Held held(*store);
  for (std::size_t i = 0; i < kJobs; ++i) {
    store->submit(
        [&run](lmdb::WriteTxn&, const Tables&) -> Result<void> {
          ++run;
          return {};
        },
        [&](Result<void>) {
          run_before_answer.push_back(run);
          if (run_before_answer.size() == kJobs) all.set_value();
        });
  }
  held.go();
  all.get_future().wait();
  EXPECT_EQ(run_before_answer.front(), limits::kMaxJobsPerBatch) << "one commit";
  EXPECT_EQ(run_before_answer[kJobs - 2], limits::kMaxJobsPerBatch);
  EXPECT_EQ(run_before_answer.back(), kJobs) << "and the rest after it";
}

TEST(WorkStore, RefusesMoreThanItsQueueHoldsButRunWaitsForRoom) {
  const testing::TempFolder folder;
  const auto store = open(folder);
  Held held(*store);
  for (std::size_t i = 0; i < limits::kMaxQueuedJobs; ++i) store->submit(put("a", "1"), [](Result<void>) {});
  Result<void> refused;
  store->submit(put("b", "1"), [&](Result<void> result) { refused = std::move(result); });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::busy);
  std::thread patient([&] { EXPECT_TRUE(store->run(put("c", "1"))); });
  held.go();
  patient.join();
  EXPECT_EQ(get(*store, "b"), std::nullopt);
  EXPECT_EQ(get(*store, "c"), "1");
}

TEST(WorkStore, TakesWhatFollowsFromARecordHoweverManyWait) {
  const testing::TempFolder folder;
  const auto store = open(folder);
  Held held(*store);
  for (std::size_t i = 0; i < limits::kMaxQueuedJobs; ++i) store->submit(put("a", "1"), [](Result<void>) {});
  std::promise<Result<void>> followed;
  store->submit_what_follows(put("b", "1"),
                             [&](Result<void> result) { followed.set_value(std::move(result)); });
  held.go();
  EXPECT_TRUE(followed.get_future().get());
  EXPECT_EQ(get(*store, "b"), "1");
  store->stop();
  Result<void> late;
  store->submit_what_follows(put("c", "1"), [&](Result<void> result) { late = std::move(result); });
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().cause, Cause::stopping);
}

TEST(WorkStore, RunsWhatIsQueuedWhenItIsStoppedAndRefusesTheRest) {
  const testing::TempFolder folder;
  {
    const auto store = open(folder);
    Held held(*store);
    store->submit(put("queued", "1"), [](Result<void> result) { EXPECT_TRUE(result); });
    held.go();
    store->stop();
    EXPECT_EQ(store->run(put("late", "1")).error().cause, Cause::stopping);
  }
  EXPECT_EQ(get(*open(folder), "queued"), "1");
}

TEST(WorkStore, AFullMapRefusesTheJobThatDoesNotFitAndGoesOn) {
  const testing::TempFolder folder;
  const auto store = Store::open({folder.path(), 1 << 20}).value();
  Held held(*store);
  Answers answers(2);
  store->submit(put("big", std::string(2 << 20, 'x')), answers.slot(0));
  store->submit(put("small", "1"), answers.slot(1));
  held.go();
  const auto results = answers.wait();
  EXPECT_EQ(results.at(0).error().cause, Cause::storage_full);
  EXPECT_TRUE(results.at(1));
  EXPECT_EQ(get(*store, "small"), "1");
  EXPECT_TRUE(store->run(put("later", "1")));
}

TEST(WorkStore, WhatWasAnsweredSurvivesAKill) {
  const testing::TempFolder folder;
  const pid_t child = fork();
  if (child == 0) {
    const auto store = open(folder);
    if (!store->run(put("answered", "1"))) _exit(1);
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(get(*open(folder), "answered"), "1");
}

TEST(WorkStore, RefusesAFolderOfAnotherFormat) {
  const testing::TempFolder folder;
  ASSERT_TRUE(open(folder)->run(put("format", be64(2))));
  const auto refused = Store::open({folder.path(), 1ull << 28});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::unavailable);
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("another version"));
}

}  // namespace
}  // namespace herald::work
