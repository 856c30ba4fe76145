#include "api/rate_limits.h"

#include <gtest/gtest.h>

#include "base/clock.h"

namespace herald::api {
namespace {

using namespace std::chrono_literals;

class ALimit : public ::testing::Test {
 protected:
  ManualClock clock{Timestamp(0)};
  RateLimits limits{clock, 2, 10s};
};

TEST_F(ALimit, IsOfEachCallerAlone) {
  EXPECT_TRUE(limits.take("ada")->granted);
  EXPECT_TRUE(limits.take("ada")->granted);
  EXPECT_FALSE(limits.take("ada")->granted);
  EXPECT_TRUE(limits.take("bob")->granted);
}

TEST_F(ALimit, IsGoneWhenTheWindowEnds) {
  for (int i = 0; i < 3; ++i) limits.take("ada");
  clock.advance(9'500ms);
  const auto late = limits.take("ada");
  EXPECT_FALSE(late->granted);
  EXPECT_EQ(late->reset, 1s);
  clock.advance(500ms);
  const auto fresh = limits.take("ada");
  EXPECT_TRUE(fresh->granted);
  EXPECT_EQ(fresh->remaining, 1u);
}

TEST_F(ALimit, IsToldInTheWordsOfTheDraft) {
  EXPECT_EQ(limits.header_lines(*limits.take("ada")),
            "RateLimit-Policy: \"default\";q=2;w=10\r\nRateLimit: \"default\";r=1;t=10\r\n");
}

TEST_F(ALimit, OfNothingIsNone) {
  EXPECT_EQ(RateLimits(clock, 0, 10s).take("ada"), std::nullopt);
}

}  // namespace
}  // namespace herald::api
