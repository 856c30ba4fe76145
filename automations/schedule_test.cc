#include "automations/schedule.h"

#include <gmock/gmock.h>

#include <numeric>

#include "automations/due_queue.h"
#include "automations/rate_limit.h"
#include "automations/targets.h"
#include "automations/testing/world.h"
#include "base/limits.h"

namespace herald::automations {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Le;

constexpr std::uint32_t kLeast = 0, kMost = 0xffffffff;
const Timestamp kStart = Timestamp::trusted("2026-11-24T05:00:00.000Z");

registry::DeliveryId delivery(unsigned n) {
  return testing::id<registry::DeliveryId>(n);
}

TEST(StandardSchedule, MakesTenAttemptsOverThreeDays) {
  const std::vector<std::chrono::seconds> gaps = standard_schedule().gaps;
  EXPECT_EQ(gaps.size(), 9u);
  EXPECT_EQ(std::accumulate(gaps.begin(), gaps.end(), 0s), 75h + 35min + 5s);
}

TEST(DelayBeforeNext, IsTheGapGiveOrTakeAFifth) {
  EXPECT_EQ(delay_before_next(100s, {}, kLeast), 80s);
  EXPECT_THAT(delay_before_next(100s, {}, kMost), AllOf(Ge(119s), Le(120s)));
  EXPECT_EQ(delay_before_next(100s, {}, 0x80000000), 100s);
  EXPECT_EQ(delay_before_next(0s, {}, kMost), 0s);
  EXPECT_THAT(delay_before_next(24h * 365, {}, kMost), Le(24h * 365 * 6 / 5)) << "no overflow";
}

TEST(DelayBeforeNext, IsNeverShorterThanTheTargetAskedFor) {
  EXPECT_EQ(delay_before_next(5s, 30s, kMost), 30s);
  EXPECT_EQ(delay_before_next(100s, 30s, kLeast), 80s) << "a request for less shortens nothing";
}

TEST(DelayBeforeNext, HeedsATargetForNoMoreThanAnHourOrTwiceTheGap) {
  EXPECT_EQ(delay_before_next(5s, 24h, kLeast), 1h);
  EXPECT_EQ(delay_before_next(2h, 24h, kLeast), 4h);
  EXPECT_EQ(delay_before_next(5s, -5s, kLeast), 4s) << "a negative wait is none";
}

class Due : public ::testing::Test {
 protected:
  Moment now() const { return {wall, steady}; }
  void pass(std::chrono::milliseconds time) {
    wall = wall.plus(time);
    steady += time;
  }
  void push(unsigned n, std::chrono::milliseconds wait) {
    queue.push(delivery(n), wall.plus(wait), wall, now());
  }
  std::vector<registry::DeliveryId> pop_all() {
    std::vector<registry::DeliveryId> due;
    while (const auto id = queue.pop(now())) due.push_back(*id);
    return due;
  }

  Timestamp wall = kStart;
  std::chrono::steady_clock::time_point steady{1000h};
  DueQueue queue;
};

TEST_F(Due, ComesInTheOrderOfTimeAndNotBefore) {
  push(1, 20s);
  push(2, 10s);
  pass(9s);
  EXPECT_THAT(pop_all(), ElementsAre());
  pass(1s);
  EXPECT_THAT(pop_all(), ElementsAre(delivery(2)));
  pass(1h);
  EXPECT_THAT(pop_all(), ElementsAre(delivery(1)));
}

TEST_F(Due, IsNotStalledByAWallClockThatIsSetBack) {
  push(1, 10s);
  wall = wall.plus(-24h);
  pass(10s);
  EXPECT_THAT(pop_all(), ElementsAre(delivery(1)));
}

TEST_F(Due, GoesOnAtOnceAfterAMachineSlept) {
  push(1, 2h);
  wall = wall.plus(3h);
  EXPECT_THAT(pop_all(), ElementsAre(delivery(1)));
}

TEST_F(Due, WaitsNoLongerThanItsGapWhenTheClockWasSetBackWhileNobodyRan) {
  const Timestamp written = wall.plus(24h * 365);
  queue.push(delivery(1), written.plus(10s), written, now());
  pass(9s);
  EXPECT_THAT(pop_all(), ElementsAre());
  pass(1s);
  EXPECT_THAT(pop_all(), ElementsAre(delivery(1)));
}

TEST_F(Due, WakesForTheNextButLooksAtTheClocksEachSecond) {
  EXPECT_EQ(queue.wake(now()), std::nullopt);
  push(1, 1h);
  EXPECT_EQ(queue.wake(now()), steady + 1s);
  push(2, 300ms);
  EXPECT_EQ(queue.wake(now()), steady + 300ms);
}

TEST(Target, IsSchemeHostAndPortAndNothingThatMayBeSecret) {
  EXPECT_EQ(target_of("https://Hooks.Example/services/T0/B0/secret"), "https://hooks.example:443");
  EXPECT_EQ(target_of("HTTP://a.example?token=secret"), "http://a.example:80");
  EXPECT_EQ(target_of("https://user:secret@a.example:8443/x"), "https://a.example:8443");
  EXPECT_EQ(target_of("https://[::1]/x"), "https://[::1]:443");
  EXPECT_EQ(target_of("https://[::1]:99#x"), "https://[::1]:99");
  EXPECT_EQ(target_of("no url, maybe a secret"), "");
}

class TargetsTest : public ::testing::Test {
 protected:
  void enqueue(const std::string& target, unsigned first, unsigned last) {
    for (unsigned n = first; n <= last; ++n) targets.enqueue(target, delivery(n));
  }
  std::vector<registry::DeliveryId> take_all() {
    std::vector<registry::DeliveryId> taken;
    while (const auto turn = targets.take()) taken.push_back(turn->id);
    return taken;
  }

  void hear_from(const std::string& url) {
    enqueue(url, 9'999, 9'999);
    ASSERT_TRUE(targets.take());
    targets.finished(url, Heard::answer);
  }

  using Heard = Targets::Heard;
  Targets targets;
};

TEST_F(TargetsTest, SendsToOneNoMoreThanItsShareAtATime) {
  const unsigned share = limits::kMaxInFlightPerUrl;
  enqueue("a", 1, share + 2);
  EXPECT_EQ(take_all().size(), share);
  targets.finished("a", Heard::answer);
  EXPECT_THAT(take_all(), ElementsAre(delivery(share + 1)));
}

TEST_F(TargetsTest, OfADeadHostAreNoMoreUnderWayThanItsShareHoweverManyItsUrls) {
  const unsigned share = limits::kMaxInFlightPerHost;
  hear_from("https://dead.example/0");
  for (unsigned n = 1; n <= share + 10; ++n) enqueue("https://dead.example/" + std::to_string(n), n, n);
  EXPECT_EQ(take_all().size(), share);
  enqueue("https://alive.example/", 1'000, 1'000);
  EXPECT_THAT(take_all(), ElementsAre(delivery(1'000)));
  targets.finished("https://dead.example/1", Heard::nothing);
  EXPECT_THAT(take_all(), ElementsAre(delivery(share + 1)));
}

TEST_F(TargetsTest, OfAHostThatNeverAnsweredAreFewUnderWayUntilItDoes) {
  const unsigned few = limits::kMaxInFlightPerSilentHost;
  for (unsigned n = 1; n <= 40; ++n) enqueue("https://new.example/" + std::to_string(n), n, n);
  EXPECT_EQ(take_all().size(), few);
  targets.finished("https://new.example/1", Heard::nothing);
  EXPECT_EQ(take_all().size(), 1u) << "nothing was heard";
  targets.finished("https://new.example/2", Heard::answer);
  EXPECT_EQ(take_all().size(), limits::kMaxInFlightPerHost - few + 1);
  targets.finished("https://new.example/3", Heard::silence);
  EXPECT_THAT(take_all(), IsEmpty()) << "silent again, and more than its share is under way";
}

TEST_F(TargetsTest, SilentHostsHoweverManyLeaveHalfToThoseThatAnswer) {
  hear_from("https://alive.example/");
  const unsigned hosts = 2 * limits::kMaxInFlightToSilentHosts;
  for (unsigned n = 1; n <= hosts; ++n) enqueue("https://dead" + std::to_string(n) + ".example/", n, n);
  EXPECT_EQ(take_all().size(), limits::kMaxInFlightToSilentHosts);
  static_assert(2 * limits::kMaxInFlightToSilentHosts == limits::kMaxInFlight);
  enqueue("https://alive.example/", 1'000, 1'000);
  EXPECT_THAT(take_all(), ElementsAre(delivery(1'000)));
  targets.finished("https://dead1.example/", Heard::silence);
  EXPECT_EQ(take_all().size(), 1u) << "the next silent one";
}

TEST_F(TargetsTest, KeepOfSoManyHostsThatTheyAnswer) {
  hear_from("https://first.example/");
  for (std::size_t n = 1; n <= limits::kMaxHostsKept; ++n)
    hear_from("https://" + std::to_string(n) + ".example/");
  for (unsigned n = 1; n <= 40; ++n) enqueue("https://first.example/" + std::to_string(n), n, n);
  EXPECT_EQ(take_all().size(), limits::kMaxInFlightPerSilentHost) << "it has to answer anew";
}

TEST_F(TargetsTest, TakeTurns) {
  enqueue("a", 1, 2);
  enqueue("b", 11, 12);
  EXPECT_THAT(take_all(), ElementsAre(delivery(1), delivery(11), delivery(2), delivery(12)));
}

TEST(PausesTest, HoldUpTheUrlThatAskedAndNoOther) {
  Pauses pauses;
  const Pauses::Time now{1000h};
  pauses.pause("https://hooks.example/a", now + 10s, now);
  EXPECT_EQ(pauses.until("https://hooks.example/a", now), now + 10s);
  EXPECT_EQ(pauses.until("https://hooks.example/b", now), std::nullopt);
  EXPECT_EQ(pauses.until("https://hooks.example/a", now + 10s), std::nullopt);
}

TEST(PausesTest, LastForTheLongestThatWasAskedFor) {
  Pauses pauses;
  const Pauses::Time now{1000h};
  pauses.pause("a", now + 30s, now);
  pauses.pause("a", now + 10s, now);
  EXPECT_EQ(pauses.until("a", now + 20s), now + 30s);
  pauses.pause("a", now + 50s, now + 20s);
  EXPECT_EQ(pauses.until("a", now + 40s), now + 50s);
}

TEST(RateLimitTest, AdmitsSoManyInEachMinuteOfEachAutomation) {
  RateLimit rate;
  const auto a = testing::id<registry::AutomationId>(1), b = testing::id<registry::AutomationId>(2);
  EXPECT_TRUE(rate.admit(a, kStart, 2));
  EXPECT_TRUE(rate.admit(a, kStart.plus(30s), 2));
  EXPECT_FALSE(rate.admit(a, kStart.plus(59s), 2));
  EXPECT_TRUE(rate.admit(b, kStart.plus(59s), 2));
  EXPECT_TRUE(rate.admit(a, kStart.plus(60s), 2))
      << "the first is a minute old; what was refused does not count";
  EXPECT_FALSE(rate.admit(a, kStart.plus(89s), 2));
  EXPECT_TRUE(rate.admit(a, kStart.plus(90s), 2));
}

}  // namespace
}  // namespace herald::automations
