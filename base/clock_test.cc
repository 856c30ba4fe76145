#include "base/clock.h"

#include <gtest/gtest.h>

namespace herald {
namespace {

std::int64_t parsed(std::string_view text) { return Timestamp::parse(text).value().unix_ms(); }

TEST(Timestamp, ReadsRfc3339WithAnyFractionAndOffset) {
  EXPECT_EQ(parsed("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parsed("1970-01-01T00:00:00.5Z"), 500);
  EXPECT_EQ(parsed("1970-01-01t00:00:00.123456789z"), 123);
  EXPECT_EQ(parsed("1970-01-01 01:30:00+01:30"), 0);
  EXPECT_EQ(parsed("1969-12-31T23:59:59.999Z"), -1);
  EXPECT_EQ(parsed("2024-02-29T12:00:00Z"), 1709208000000);
}

TEST(Timestamp, WritesThreeDecimalsAndReadsThemBack) {
  for (const std::int64_t ms : {0LL, 1LL, 1709208000123LL, -1LL, -62135596800000LL, 253402300799999LL}) {
    EXPECT_EQ(parsed(Timestamp(ms).str()), ms) << Timestamp(ms).str();
  }
  EXPECT_EQ(Timestamp(1709208000007).str(), "2024-02-29T12:00:00.007Z");
}

class NotATime : public testing::TestWithParam<const char*> {};

TEST_P(NotATime, IsRefusedWithAnExample) {
  const auto result = Timestamp::parse(GetParam());
  ASSERT_FALSE(result) << GetParam();
  EXPECT_EQ(result.error().cause, Cause::invalid_value);
  EXPECT_NE(result.error().message.find("2026-11-24T05:02:00.000Z"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Texts, NotATime,
                         testing::Values("", "now", "2024-01-01", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z",
                                         "2024-13-01T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z",
                                         "2024-01-01T00:00:61Z", "2024-01-01T00:00:00", "2024-01-01T00:00:00.Z",
                                         "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00+0100",
                                         "0000-01-01T00:00:00Z", "2024-01-01T00:00:00Zx", "-024-01-01T00:00:00Z"));

TEST(ManualClock, MovesOnlyWhenTold) {
  ManualClock clock(Timestamp(1000));
  const auto before = clock.steady();
  clock.advance(std::chrono::milliseconds(5));
  EXPECT_EQ(clock.now().unix_ms(), 1005);
  EXPECT_EQ(clock.steady() - before, std::chrono::milliseconds(5));
  clock.step_wall(std::chrono::milliseconds(-2000));
  EXPECT_EQ(clock.now().unix_ms(), -995);
  EXPECT_EQ(clock.steady() - before, std::chrono::milliseconds(5));
}

}  // namespace
}  // namespace herald
