#include "work/deliveries.h"

#include <gmock/gmock.h>

#include "base/limits.h"
#include "lmdb/testing/temp_folder.h"
#include "reflect/json_value.h"

namespace herald::work {
namespace {

using registry::DeliveryId;
using ::testing::ElementsAre;

const Timestamp kStart = Timestamp::trusted("2026-11-24T05:00:00.000Z");

class Deliveries : public ::testing::Test {
 protected:
  static DeliveryId id(std::uint8_t n) {
    std::array<std::uint8_t, 16> bytes{};
    bytes[15] = n;
    return DeliveryId(Uuid(bytes));
  }
  static ScheduleRow row(std::uint8_t n, std::chrono::milliseconds due_in) {
    ScheduleRow row;
    row.delivery_id = id(n);
    row.due = kStart.plus(due_in);
    return row;
  }
  static Attempt attempt(std::uint8_t n, std::uint32_t number, std::chrono::milliseconds after) {
    Attempt attempt;
    attempt.delivery_id = id(n);
    attempt.number = number;
    attempt.started = kStart.plus(after);
    return attempt;
  }
  void put(const ScheduleRow& row) {
    ASSERT_TRUE(store->run(
        [&](lmdb::WriteTxn& txn, const Tables& tables) { return put_schedule(txn, tables, row); }));
  }
  void put(const Attempt& row) {
    ASSERT_TRUE(
        store->run([&](lmdb::WriteTxn& txn, const Tables& tables) { return put_attempt(txn, tables, row); }));
  }
  void erase(const ScheduleRow& row) {
    ASSERT_TRUE(store->run(
        [&](lmdb::WriteTxn& txn, const Tables& tables) { return erase_schedule(txn, tables, row); }));
  }
  std::vector<DeliveryId> scheduled() const {
    std::vector<DeliveryId> ids;
    for (const ScheduleRow& row : all_scheduled(*store)) ids.push_back(row.delivery_id);
    return ids;
  }
  std::vector<std::uint32_t> numbers_of(std::uint8_t n) const {
    std::vector<std::uint32_t> numbers;
    for (const Attempt& attempt : attempts_of(*store, id(n))) numbers.push_back(attempt.number);
    return numbers;
  }

  testing::TempFolder folder;
  std::unique_ptr<Store> store = Store::open({folder.path(), 1ull << 28}).value();
};

TEST_F(Deliveries, AreScheduledInTheOrderInWhichTheyAreDue) {
  put(row(1, std::chrono::seconds(30)));
  put(row(2, std::chrono::seconds(10)));
  put(row(3, std::chrono::seconds(20)));
  EXPECT_THAT(scheduled(), ElementsAre(id(2), id(3), id(1)));
}

TEST_F(Deliveries, ThatAreScheduledAgainAreThereOnce) {
  put(row(1, std::chrono::seconds(10)));
  put(row(2, std::chrono::seconds(20)));
  put(row(1, std::chrono::seconds(30)));
  EXPECT_THAT(scheduled(), ElementsAre(id(2), id(1)));
}

TEST_F(Deliveries, ThatAreErasedAreGoneAndErasingTwiceIsNoError) {
  put(row(1, std::chrono::seconds(10)));
  for (int i = 0; i < 2; ++i) erase(row(1, std::chrono::seconds(10)));
  EXPECT_EQ(find_schedule(*store, id(1)), std::nullopt);
  EXPECT_THAT(scheduled(), ElementsAre());
}

TEST_F(Deliveries, ThatWereScheduledAgainAreNotErasedWithTheirOldRow) {
  const ScheduleRow old = row(1, std::chrono::seconds(10));
  ScheduleRow replayed = old;
  replayed.before_replay = 1;
  put(old);
  put(replayed);
  erase(old);
  EXPECT_TRUE(reflect::same(find_schedule(*store, id(1)).value(), replayed));
  EXPECT_THAT(scheduled(), ElementsAre(id(1)));
}

TEST_F(Deliveries, KeepEveryFieldOfARow) {
  ScheduleRow in = row(1, std::chrono::seconds(10));
  in.written = kStart;
  in.attempts = 7;
  in.before_replay = 3;
  in.outcome = "exhausted";
  in.status = 503;
  in.error = "the target was busy";
  put(in);
  EXPECT_TRUE(reflect::same(find_schedule(*store, id(1)).value(), in));
}

TEST_F(Deliveries, KeepAttemptsApartAndInOrder) {
  put(attempt(1, 2, std::chrono::seconds(5)));
  put(attempt(2, 1, std::chrono::seconds(1)));
  put(attempt(1, 1, std::chrono::seconds(0)));
  EXPECT_THAT(numbers_of(1), ElementsAre(1, 2));
  EXPECT_THAT(numbers_of(2), ElementsAre(1));
  EXPECT_THAT(numbers_of(3), ElementsAre());
}

TEST_F(Deliveries, CutTheBodiesOfAnAttemptBetweenCharacters) {
  Attempt in = attempt(1, 1, {});
  in.request_body = std::string(limits::kMaxKeptBodyBytes - 1, 'x') + "ß and more";
  in.response_body = std::string(limits::kMaxKeptBodyBytes + 1, 'y');
  put(in);
  const Attempt out = attempts_of(*store, id(1)).at(0);
  EXPECT_EQ(out.request_body, std::string(limits::kMaxKeptBodyBytes - 1, 'x'));
  EXPECT_EQ(out.response_body, std::string(limits::kMaxKeptBodyBytes, 'y'));
}

TEST_F(Deliveries, KeepAnswersThatAreNoTextAsUtf8) {
  Attempt in = attempt(1, 1, {});
  in.response_body = "no \xff\xfe text";
  put(in);
  const Attempt out = attempts_of(*store, id(1)).at(0);
  EXPECT_EQ(out.response_body, "no ?? text");
  EXPECT_TRUE(json::Document::parse(json::to_json(out)));
}

TEST_F(Deliveries, ForgetOldAttemptsAFewWithEachNewOne) {
  const auto kept = std::chrono::milliseconds(limits::kAttemptsKept);
  for (std::uint32_t number = 1; number <= 6; ++number) put(attempt(1, number, std::chrono::seconds(number)));
  put(attempt(2, 1, kept));
  EXPECT_THAT(numbers_of(1), ElementsAre(1, 2, 3, 4, 5, 6)) << "none is older than it may be";
  put(attempt(2, 2, kept + std::chrono::hours(1)));
  EXPECT_THAT(numbers_of(1), ElementsAre(5, 6)) << "the oldest go first";
  put(attempt(2, 3, kept + std::chrono::hours(2)));
  EXPECT_THAT(numbers_of(1), ElementsAre());
  EXPECT_THAT(numbers_of(2), ElementsAre(1, 2, 3));
}

TEST_F(Deliveries, ShowOfManyAttemptsTheNewestThatFitOnAPage) {
  put(attempt(2, 1, {}));
  EXPECT_FALSE(newest_attempts_of(*store, id(2)).more);
  constexpr std::uint32_t kMany = limits::kMaxPageBytes / limits::kMaxKeptBodyBytes + 10;
  ASSERT_TRUE(store->run([&](lmdb::WriteTxn& txn, const Tables& tables) -> Result<void> {
    for (std::uint32_t number = 1; number <= kMany; ++number) {
      Attempt large = attempt(1, number, {});
      large.request_body = std::string(limits::kMaxKeptBodyBytes, 'x');
      HERALD_CHECK(put_attempt(txn, tables, large));
    }
    return {};
  }));
  const NewestAttempts newest = newest_attempts_of(*store, id(1));
  EXPECT_TRUE(newest.more);
  EXPECT_GT(newest.attempts.size(), kMany / 2);
  EXPECT_LE(newest.attempts.size() * limits::kMaxKeptBodyBytes, limits::kMaxPageBytes);
  EXPECT_EQ(newest.attempts.back().number, kMany);
  EXPECT_EQ(newest.attempts.front().number, kMany - newest.attempts.size() + 1) << "in their order";
}

TEST_F(Deliveries, KeepThePositionOfAFollowerWithItsRows) {
  EXPECT_EQ(position_of(*store, "deliveries"), Sequence(0));
  ASSERT_TRUE(store->run([](lmdb::WriteTxn& txn, const Tables& tables) {
    return put_position(txn, tables, "deliveries", Sequence(42));
  }));
  EXPECT_EQ(position_of(*store, "deliveries"), Sequence(42));
  EXPECT_EQ(position_of(*store, "others"), Sequence(0));
}

}  // namespace
}  // namespace herald::work
