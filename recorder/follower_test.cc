#include "recorder/follower.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <mutex>

#include "eventstore/testing/log_fixture.h"

namespace herald::recorder {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::uint64_t> sequences_of(std::span<const Recording> events) {
  std::vector<std::uint64_t> sequences;
  for (const Recording& event : events) sequences.push_back(event.sequence.value());
  return sequences;
}

// Keeps what it was given, and fails as often as it is told to.
class Notebook final : public Follower {
 public:
  std::string name() const override { return "notebook"; }
  Sequence position() override { return kept_to_; }
  Result<void> apply(std::span<const Recording> events, std::stop_token) override {
    const std::lock_guard lock(mutex_);
    if (failures_ > 0) {
      --failures_;
      return error(Cause::unavailable, "no ink");
    }
    if (keep_one_and_fail_) {
      keep_one_and_fail_ = false;
      keep(events.front());
      return error(Cause::unavailable, "the page is full");
    }
    batches_.push_back(events.size());
    for (const Recording& event : events) keep(event);
    return {};
  }

  void start_at(Sequence position) { kept_to_ = position; }
  void fail(int times) { failures_ = times; }
  void keep_one_and_fail() { keep_one_and_fail_ = true; }
  const eventstore::Tail& kept() const { return kept_; }
  std::vector<std::uint64_t> sequences() const { return sequences_of(events_); }
  const std::vector<Recording>& events() const { return events_; }
  const std::vector<std::size_t>& batches() const { return batches_; }

 private:
  void keep(const Recording& event) {
    events_.push_back(event);
    kept_to_ = event.sequence;
    kept_.advance(event.sequence);
  }

  std::mutex mutex_;
  int failures_ = 0;
  bool keep_one_and_fail_ = false;
  Sequence kept_to_;
  std::vector<Recording> events_;
  std::vector<std::size_t> batches_;
  eventstore::Tail kept_{Sequence(0)};
};

class Followers : public eventstore::testing::LogTest {
 protected:
  void record(std::uint64_t count) {
    append(count);
    tail.advance(log->last());
  }
  std::unique_ptr<FollowerThread> start(FollowerThread::Options options = {}) {
    return std::make_unique<FollowerThread>(notebook, *log, tail, std::move(options));
  }
  void wait_until_kept(std::uint64_t sequence) { notebook.kept().wait_beyond(Sequence(sequence - 1), {}); }

  eventstore::Tail tail{Sequence(0)};
  Notebook notebook;
};

TEST_F(Followers, GetWhatIsThereAndWhatComes) {
  record(3);
  const auto thread = start();
  wait_until_kept(3);
  record(2);
  wait_until_kept(5);
  thread->stop();
  EXPECT_THAT(notebook.sequences(), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(notebook.events().back().bytes, event_text(Sequence(5)));
}

TEST_F(Followers, GoOnFromTheirPosition) {
  record(5);
  notebook.start_at(Sequence(3));
  const auto thread = start();
  wait_until_kept(5);
  thread->stop();
  EXPECT_THAT(notebook.sequences(), ElementsAre(4, 5));
}

TEST_F(Followers, SeeNothingThatTheTailHasNotReached) {
  append(5);
  tail.advance(Sequence(3));
  const auto thread = start();
  wait_until_kept(3);
  thread->stop();
  EXPECT_THAT(notebook.sequences(), ElementsAre(1, 2, 3));
}

TEST_F(Followers, GetNoMoreAtOnceThanTheyAskFor) {
  record(10);
  const auto thread = start({.max_events = 4});
  wait_until_kept(10);
  thread->stop();
  EXPECT_THAT(notebook.batches(), ElementsAre(4, 4, 2));
}

TEST_F(Followers, GetTheSameEventsAgainAfterAnError) {
  notebook.fail(2);
  std::vector<std::string> reported;
  record(3);
  const auto thread = start({.on_error = [&](const std::string& who, const Error& error) {
    reported.push_back(who + ": " + error.message);
  }});
  wait_until_kept(3);
  thread->stop();
  EXPECT_THAT(notebook.sequences(), ElementsAre(1, 2, 3));
  EXPECT_THAT(reported, ElementsAre("notebook: no ink", "notebook: no ink"));
}

TEST_F(Followers, GoOnAfterThePartThatTheyKeptBeforeAnError) {
  notebook.keep_one_and_fail();
  record(3);
  const auto thread = start();
  wait_until_kept(3);
  thread->stop();
  EXPECT_THAT(notebook.sequences(), ElementsAre(1, 2, 3));
}

TEST_F(Followers, TellHowFarTheyAreBehind) {
  notebook.fail(1'000'000);
  std::promise<void> failed;
  record(7);
  std::once_flag once;
  const auto thread = start({.on_error = [&](const std::string&, const Error&) {
    std::call_once(once, [&] { failed.set_value(); });
  }});
  failed.get_future().wait();
  EXPECT_EQ(thread->position(), Sequence(0));
  EXPECT_EQ(thread->lag(), 7u);
  thread->stop();
}

TEST_F(Followers, AreNotBehindWhenTheyHaveAll) {
  record(2);
  notebook.start_at(Sequence(2));
  const auto thread = start();
  record(1);
  wait_until_kept(3);
  thread->stop();
  EXPECT_EQ(thread->lag(), 0u);
}

TEST_F(Followers, StopWhileTheyWait) {
  const auto thread = start();
  thread->stop();
  thread->stop();
  EXPECT_THAT(notebook.sequences(), IsEmpty());
}

TEST_F(Followers, StopInAPauseAfterAnError) {
  notebook.fail(1'000'000);
  record(1);
  std::atomic<int> errors{0};
  std::promise<void> in_a_long_pause;
  const auto thread = start({.on_error = [&](const std::string&, const Error&) {
    if (++errors == 3) in_a_long_pause.set_value();
  }});
  in_a_long_pause.get_future().wait();
  thread->stop();
  EXPECT_LE(errors, 4);
}

class ReadBatch : public Followers {
 protected:
  std::vector<std::uint64_t> read(std::uint64_t from, std::uint64_t to, std::size_t events,
                                  std::size_t bytes) {
    return sequences_of(read_batch(*log, Sequence(from), Sequence(to), events, bytes));
  }
};

TEST_F(ReadBatch, EndsAtEachOfItsLimits) {
  append(9);
  const std::size_t size = event_text(Sequence(1)).size();
  EXPECT_THAT(read(2, 9, 3, 1'000), ElementsAre(2, 3, 4));
  EXPECT_THAT(read(2, 3, 99, 1'000), ElementsAre(2, 3));
  EXPECT_THAT(read(2, 9, 99, 2 * size), ElementsAre(2, 3));
  EXPECT_THAT(read(8, 99, 99, 1'000), ElementsAre(8, 9));
  EXPECT_THAT(read(10, 99, 99, 1'000), IsEmpty());
}

TEST_F(ReadBatch, HoldsAtLeastOneEventHoweverLong) {
  append(2);
  EXPECT_THAT(read(1, 2, 99, 1), ElementsAre(1));
}

}  // namespace
}  // namespace herald::recorder
