#include "work/usage.h"

#include <gmock/gmock.h>

#include <map>

#include "base/limits.h"
#include "lmdb/testing/temp_folder.h"

namespace herald::work {
namespace {

class UsageCounters : public ::testing::Test {
 protected:
  UsageReport report(std::uint64_t count, std::int64_t at, std::uint64_t recorded = 0) const {
    return {churn, count, Timestamp(at), std::nullopt, recorded};
  }
  UsageReport under(std::string key, std::uint64_t count) const {
    UsageReport one = report(count, 1'000);
    one.key = ReportKey{"ann", std::move(key), sha256("asked")};
    return one;
  }
  void begin(const UsageReport& one) { ASSERT_TRUE(store->run(begin_report(one, remembered_for))); }
  void record(const UsageReport& one) {
    if (one.key) remembered.emplace(one.key->key, one.of);
  }
  std::uint64_t count(const UsageReport& one) { return count(one, one.of); }
  std::uint64_t count(const UsageReport& one, const UsageCounter& recorded_for) {
    EXPECT_TRUE(store->run(count_report(one, recorded_for, remembered_for)));
    return find_usage(*store, recorded_for)->total;
  }
  void refuse(const UsageReport& one) { EXPECT_TRUE(store->run(forget_report(one, remembered_for))); }
  // For how many attempts the log is asked when a report is counted for that.
  std::size_t noted_for(const UsageCounter& of) {
    std::size_t asked = 0;
    UsageReport next = report(1, 2'000);
    next.of = of;
    EXPECT_TRUE(store->run(count_report(next, of, [&](const ReportKey&) -> std::optional<UsageCounter> {
      ++asked;
      return std::nullopt;
    })));
    return asked;
  }
  std::uint64_t reported(const UsageReport& one) {
    begin(one);
    record(one);
    return count(one);
  }
  void restart(std::uint64_t in_the_log) {
    ASSERT_TRUE(settle_usage(*store, remembered_for, [&](const UsageCounter&) { return in_the_log; }));
  }

  std::map<std::string, UsageCounter> remembered;  // by the log
  const RememberedFor remembered_for = [this](const ReportKey& key) -> std::optional<UsageCounter> {
    const auto found = remembered.find(key.key);
    if (found == remembered.end() || key.request != sha256("asked")) return std::nullopt;
    return found->second;
  };
  testing::TempFolder folder;
  std::unique_ptr<Store> store = Store::open({folder.path(), 1ull << 26}).value();
  const UsageCounter churn{registry::ModelId(Uuid::from_bytes(std::string(16, 'm'))),
                           registry::VersionNumber(7), registry::Label::trusted("campaigns")};
};

TEST_F(UsageCounters, GoUpWithEachReport) {
  EXPECT_FALSE(find_usage(*store, churn));
  EXPECT_EQ(reported(report(5, 1'000)), 5u);
  UsageReport by_alias = report(2, 2'000);
  by_alias.alias = registry::AliasName::trusted("production");
  EXPECT_EQ(reported(by_alias), 7u);
  const auto row = find_usage(*store, churn);
  EXPECT_EQ(row->last, Timestamp(2'000));
  EXPECT_EQ(row->alias, by_alias.alias);
}

TEST_F(UsageCounters, AreOfOneVersionAndOneConsumer) {
  reported(report(5, 1'000));
  UsageCounter other = churn;
  other.version = registry::VersionNumber(8);
  EXPECT_FALSE(find_usage(*store, other));
  other = churn;
  other.consumer = registry::Label::trusted("campaign");
  EXPECT_FALSE(find_usage(*store, other));
}

TEST_F(UsageCounters, ThatWereLostBeginWithWhatTheLogHas) {
  EXPECT_EQ(reported(report(1, 1'000, 40)), 41u);
  EXPECT_EQ(reported(report(1, 2'000, 41)), 42u);
}

TEST_F(UsageCounters, ThatWereLostDoNotBeginWithARetry) {
  record(under("k1", 5));
  EXPECT_TRUE(store->run(count_report(under("k1", 5), churn, remembered_for)));
  EXPECT_FALSE(find_usage(*store, churn));
  EXPECT_EQ(reported(report(1, 2'000, 45)), 46u);
}

TEST_F(UsageCounters, StandStillWhereTheClockGoesBack) {
  reported(report(1, 2'000));
  reported(report(1, 1'000));
  EXPECT_EQ(find_usage(*store, churn)->last, Timestamp(2'000));
}

TEST_F(UsageCounters, CountNothingThatIsRefused) {
  begin(report(5, 1'000));
  begin(under("k1", 5));
  EXPECT_EQ(find_usage(*store, churn)->total, 0u);
  EXPECT_EQ(reported(under("k2", 1)), 1u);
}

TEST_F(UsageCounters, CountWhatComesUnderAKeyOnce) {
  EXPECT_EQ(reported(under("k1", 5)), 5u);
  EXPECT_EQ(reported(under("k1", 5)), 5u);
  const UsageReport twice = under("k2", 1);
  begin(twice);
  begin(twice);
  record(twice);
  EXPECT_EQ(count(twice), 6u);
  EXPECT_EQ(count(twice), 6u);
}

TEST_F(UsageCounters, CountNoOtherRequestUnderAKeyThatWasUsed) {
  remembered = {{"k1", churn}};
  UsageReport another = under("k1", 1'000);
  another.key->request = sha256("something else");
  begin(another);
  EXPECT_EQ(reported(under("k2", 1)), 1u);
}

TEST_F(UsageCounters, CountAtTheNextReportWhatWasRecordedAndNotCounted) {
  begin(under("k1", 5));
  record(under("k1", 5));
  EXPECT_EQ(reported(report(1, 2'000)), 6u);
  EXPECT_EQ(count(under("k1", 5)), 6u);
}

TEST_F(UsageCounters, CountAtTheStartWhatWasRecordedAndNotCounted) {
  reported(report(2, 1'000));
  begin(under("k1", 5));
  begin(under("refused", 9));
  record(under("k1", 5));
  restart(7);
  EXPECT_EQ(find_usage(*store, churn)->total, 7u);
  restart(10);
  EXPECT_EQ(find_usage(*store, churn)->total, 10u);
}

// An alias was moved between a report that was refused and its retry.
TEST_F(UsageCounters, CountWhatComesUnderAKeyForTheVersionThatItWasRecordedFor) {
  const UsageReport refused = under("k1", 100);
  UsageReport retry = refused;
  retry.of.version = registry::VersionNumber(8);
  begin(refused);
  EXPECT_EQ(reported(retry), 100u);
  EXPECT_EQ(reported(report(1, 2'000)), 1u);
  EXPECT_EQ(count(retry), 100u);
}

TEST_F(UsageCounters, CountAtTheStartWhatComesUnderAKeyForTheVersionThatItWasRecordedFor) {
  const UsageReport refused = under("k1", 100);
  UsageReport retry = refused;
  retry.of.version = registry::VersionNumber(8);
  begin(refused);
  begin(retry);
  record(retry);
  restart(0);
  EXPECT_EQ(find_usage(*store, refused.of)->total, 0u);
  EXPECT_EQ(find_usage(*store, retry.of)->total, 100u);
}

TEST_F(UsageCounters, CountAtTheStartHoweverManyThereAre) {
  const auto of_consumer = [this](std::size_t number) {
    UsageReport one = report(1, 1'000);
    one.of.consumer = registry::Label::trusted("consumer-" + std::to_string(number));
    return one;
  };
  const std::size_t many = 2 * limits::kUsageCountersAtOnce + 1;
  ASSERT_TRUE(store->run([&](lmdb::WriteTxn& txn, const Tables& tables) -> Result<void> {
    for (std::size_t i = 0; i < many; ++i)
      HERALD_CHECK(begin_report(of_consumer(i), remembered_for)(txn, tables));
    return {};
  }));
  restart(3);
  for (std::size_t i = 0; i < many; ++i) EXPECT_EQ(find_usage(*store, of_consumer(i).of)->total, 3u) << i;
}

TEST_F(UsageCounters, AskAfterTheStartNoMoreForWhatWasRefusedBeforeIt) {
  begin(under("cut off", 9));
  EXPECT_EQ(noted_for(churn), 1u);
  restart(0);
  EXPECT_EQ(noted_for(churn), 0u);
  EXPECT_EQ(find_usage(*store, churn)->total, 2u);
}

TEST_F(UsageCounters, AskNoMoreForWhatWasRefused) {
  begin(under("refused", 9));
  refuse(under("refused", 9));
  EXPECT_EQ(noted_for(churn), 0u);
  EXPECT_EQ(find_usage(*store, churn)->total, 1u);
}

TEST_F(UsageCounters, CountTheOtherAttemptsUnderTheKeyOfOneThatWasRefused) {
  const UsageReport one = under("k1", 5);
  begin(one);
  begin(one);
  refuse(one);
  record(one);
  EXPECT_EQ(count(one), 5u);
  begin(under("k2", 1));
  begin(under("k2", 1));
  record(under("k2", 1));
  refuse(under("k2", 1));
  EXPECT_EQ(find_usage(*store, churn)->total, 6u);
  EXPECT_EQ(count(under("k2", 1)), 6u);
  EXPECT_EQ(noted_for(churn), 0u);
}

// Two attempts at once, between which an alias was moved: either may be the one that is recorded.
TEST_F(UsageCounters, CountForWhatOneOfTwoAttemptsAtOnceWasRecordedFor) {
  for (const bool is_first : {true, false}) {
    const std::string key = is_first ? "k1" : "k2";
    const UsageReport one = under(key, 100);
    UsageReport other = one;
    other.of.version = registry::VersionNumber(8);
    begin(one);
    begin(other);
    const UsageReport& recorded = is_first ? one : other;
    record(recorded);
    EXPECT_EQ(count(other, recorded.of), is_first ? 100u : 101u);
    EXPECT_EQ(count(one, recorded.of), is_first ? 100u : 101u);
    EXPECT_EQ(noted_for(one.of), 0u);
    EXPECT_EQ(noted_for(other.of), 0u);
  }
}

TEST_F(UsageCounters, KeepNoMoreReportsUnderWayThanTheLimit) {
  for (std::size_t i = 0; i <= limits::kMaxUsageReportsUnderWay; ++i) begin(under(std::to_string(i), 1));
  record(under("0", 1));
  record(under("1", 1));
  EXPECT_EQ(count(under("1", 1)), 1u);
}

TEST_F(UsageCounters, AreListedInTheOrderOfTheirKeys) {
  UsageReport other = report(3, 2'000);
  other.of.consumer = registry::Label::trusted("web");
  reported(other);
  reported(under("k1", 5));
  begin(under("k2", 5));
  const auto all = usage_after(*store, {}, 10);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].of.consumer.str(), "campaigns");
  EXPECT_EQ(all[0].of.version, registry::VersionNumber(7));
  EXPECT_EQ(all[0].row.total, 5u);
  const auto behind = usage_after(*store, all[0].key, 10);
  ASSERT_EQ(behind.size(), 1u);
  EXPECT_EQ(behind[0].of.consumer.str(), "web");
  EXPECT_EQ(usage_after(*store, {}, 1).size(), 1u);
}

}  // namespace
}  // namespace herald::work
