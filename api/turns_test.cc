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

TEST(ATurn, IsWaitedForUntilItIsOver) {
  Turns turns;
  auto first = turns.take("token");
  int called = 0;
  turns.when_free("token", [&] { ++called; });
  turns.when_free("token", [&] { ++called; });
  turns.when_free("another", [&] { called += 10; });
  EXPECT_EQ(called, 10) << "where nobody has it there is nothing to wait for";
  first.reset();
  EXPECT_EQ(called, 12);
  auto next = turns.take("token");
  EXPECT_TRUE(next) << "who waited has it by asking again";
  next.reset();
  EXPECT_EQ(called, 12) << "and is told once";
}

TEST(ATurn, IsWaitedForByABoundedNumber) {
  Turns turns;
  std::size_t called = 0;
  auto first = turns.take("token"), other = turns.take("another");
  for (std::size_t i = 0; i < limits::kMaxWaitingForATurn; ++i)
    ASSERT_TRUE(turns.when_free("token", [&] { ++called; }));
  EXPECT_FALSE(turns.when_free("token", [] { ADD_FAILURE() << "it was refused"; }));
  EXPECT_TRUE(turns.when_free("another", [&] { ++called; })) << "each name has its own";
  first.reset();
  EXPECT_EQ(called, limits::kMaxWaitingForATurn);
  EXPECT_TRUE(turns.when_free("token", [&] { ++called; })) << "there is room again";
}

TEST(ATurn, MayBeTakenByWhoIsToldThatItIsOver) {
  Turns turns;
  auto first = turns.take("token");
  std::optional<Turns::Turn> second;
  turns.when_free("token", [&] { second = turns.take("token"); });
  first.reset();
  EXPECT_TRUE(second);
}

}  // namespace
}  // namespace herald::api
