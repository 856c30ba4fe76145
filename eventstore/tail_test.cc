#include "eventstore/tail.h"

#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <thread>

#include "base/clock.h"

namespace herald::eventstore {
namespace {

using namespace std::chrono_literals;

TEST(Tail, NeverGoesBack) {
  Tail tail(Sequence(5));
  tail.advance(Sequence(3));
  EXPECT_EQ(tail.last(), Sequence(5));
  tail.advance(Sequence(7));
  EXPECT_EQ(tail.last(), Sequence(7));
}

TEST(Tail, DoesNotWaitForWhatIsThere) {
  const Tail tail(Sequence(5));
  EXPECT_EQ(tail.wait_beyond(Sequence(4), {}), Sequence(5));
}

TEST(Tail, WakesThoseWhoWaitWhenItAdvances) {
  Tail tail(Sequence(0));
  auto first = std::async(std::launch::async, [&] { return tail.wait_beyond(Sequence(0), {}); });
  auto second = std::async(std::launch::async, [&] { return tail.wait_beyond(Sequence(1), {}); });
  tail.advance(Sequence(2));
  EXPECT_EQ(first.get(), Sequence(2));
  EXPECT_EQ(second.get(), Sequence(2));
}

TEST(Tail, StopsWaitingWhenAskedTo) {
  const Tail tail(Sequence(3));
  std::stop_source stop;
  auto waiting =
      std::async(std::launch::async, [&] { return tail.wait_beyond(Sequence(3), stop.get_token()); });
  stop.request_stop();
  EXPECT_EQ(waiting.get(), Sequence(3));
}

TEST(Tail, StopsWaitingAtTheDeadline) {
  const Tail tail(Sequence(3));
  EXPECT_EQ(tail.wait_beyond(Sequence(3), {}, system_clock().steady() + 1ms), Sequence(3));
  EXPECT_EQ(tail.wait_beyond(Sequence(3), {}, std::chrono::steady_clock::time_point{}), Sequence(3));
}

TEST(Tail, CallsSubscribersAfterEachAdvance) {
  Tail tail(Sequence(0));
  std::vector<std::uint64_t> seen;
  const auto subscription = tail.subscribe([&] { seen.push_back(tail.last().value()); });
  tail.advance(Sequence(1));
  tail.advance(Sequence(1));
  tail.advance(Sequence(4));
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{1, 4}));
}

TEST(Tail, CallsNobodyWhoseSubscriptionIsGone) {
  Tail tail(Sequence(0));
  int first = 0;
  int second = 0;
  auto subscription = tail.subscribe([&] { ++first; });
  tail.advance(Sequence(1));
  subscription = tail.subscribe([&] { ++second; });
  tail.advance(Sequence(2));
  subscription = {};
  tail.advance(Sequence(3));
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 1);
}

TEST(Tail, KeepsASubscriptionThatMoves) {
  Tail tail(Sequence(0));
  int calls = 0;
  auto subscription = tail.subscribe([&] { ++calls; });
  const Tail::Subscription moved = std::move(subscription);
  tail.advance(Sequence(1));
  EXPECT_EQ(calls, 1);
}

TEST(Tail, OutlivedByASubscriptionDoesNoHarm) {
  Tail::Subscription subscription;
  {
    const Tail tail(Sequence(0));
    subscription = tail.subscribe([] {});
  }
  subscription = {};
}

TEST(Tail, WaitsForACallUnderWayWhenASubscriptionEnds) {
  Tail tail(Sequence(0));
  std::latch called(1);
  std::promise<void> go_on;
  std::atomic<bool> finished{false};
  auto subscription = tail.subscribe([&] {
    called.count_down();
    go_on.get_future().wait();
    finished = true;
  });
  std::jthread advancing([&] { tail.advance(Sequence(1)); });
  called.wait();
  auto ended = std::async(std::launch::async, [&] {
    subscription = {};
    return finished.load();
  });
  go_on.set_value();
  EXPECT_TRUE(ended.get());
}

TEST(Tail, MissesNobodyWhenManyAdvanceAndManyWait) {
  Tail tail(Sequence(0));
  constexpr std::uint64_t kEnd = 2'000;
  std::vector<std::jthread> threads;
  for (int waiter = 0; waiter < 3; ++waiter) {
    threads.emplace_back([&] {
      for (Sequence at; at < Sequence(kEnd);) at = tail.wait_beyond(at, {});
    });
  }
  for (int writer = 0; writer < 2; ++writer) {
    threads.emplace_back([&] {
      for (std::uint64_t i = 1; i <= kEnd; ++i) tail.advance(Sequence(i));
    });
  }
  threads.clear();
  EXPECT_EQ(tail.last(), Sequence(kEnd));
}

}  // namespace
}  // namespace herald::eventstore
