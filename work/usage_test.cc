#include "work/usage.h"

#include <gmock/gmock.h>

#include <limits>

#include "lmdb/testing/temp_folder.h"

namespace herald::work {
namespace {

class UsageCounters : public ::testing::Test {
 protected:
  UsageReport report(std::uint64_t count, std::int64_t at, std::uint64_t recorded = 0) const {
    return {churn, count, Timestamp(at), std::nullopt, recorded};
  }

  testing::TempFolder folder;
  std::unique_ptr<Store> store = Store::open({folder.path(), 1ull << 26}).value();
  const UsageCounter churn{registry::ModelId(Uuid::from_bytes(std::string(16, 'm'))),
                           registry::VersionNumber(7), registry::Label::trusted("campaigns")};
};

TEST_F(UsageCounters, GoUpWithEachReport) {
  EXPECT_FALSE(find_usage(*store, churn));
  EXPECT_EQ(count_usage(*store, report(5, 1'000)).value(), 5u);
  UsageReport by_alias = report(2, 2'000);
  by_alias.alias = registry::AliasName::trusted("production");
  EXPECT_EQ(count_usage(*store, by_alias).value(), 7u);
  const auto row = find_usage(*store, churn);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->total, 7u);
  EXPECT_EQ(row->last, Timestamp(2'000));
  EXPECT_EQ(row->alias, by_alias.alias);
}

TEST_F(UsageCounters, AreOfOneVersionAndOneConsumer) {
  count_usage(*store, report(5, 1'000)).value();
  UsageCounter other = churn;
  other.version = registry::VersionNumber(8);
  EXPECT_FALSE(find_usage(*store, other));
  other = churn;
  other.consumer = registry::Label::trusted("campaign");
  EXPECT_FALSE(find_usage(*store, other));
}

TEST_F(UsageCounters, ThatWereLostBeginWithWhatTheLogHas) {
  EXPECT_EQ(count_usage(*store, report(1, 1'000, 40)).value(), 41u);
  EXPECT_EQ(count_usage(*store, report(1, 2'000, 40)).value(), 42u);
}

TEST_F(UsageCounters, StandStillWhereTheClockGoesBack) {
  count_usage(*store, report(1, 2'000)).value();
  count_usage(*store, report(1, 1'000)).value();
  EXPECT_EQ(find_usage(*store, churn)->last, Timestamp(2'000));
}

}  // namespace
}  // namespace herald::work
