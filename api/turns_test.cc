#include "api/turns.h"

#include <gtest/gtest.h>

namespace herald::api {
namespace {

TEST(ATurn, IsOnesAloneUntilItsLastCopyIsGone) {
  Turns turns;
  auto first = turns.take("token");
  ASSERT_TRUE(first);
  EXPECT_FALSE(turns.take("token"));
  EXPECT_TRUE(turns.take("another"));
  auto copy = *first;
  first.reset();
  EXPECT_FALSE(turns.take("token"));
  copy.reset();
  EXPECT_TRUE(turns.take("token"));
}

}  // namespace
}  // namespace herald::api
