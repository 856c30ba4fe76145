#include "api/shares.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace herald::api {
namespace {

TEST(SharesOfWhatIsScarce, AreBoundedForOneAndForAll) {
  Shares shares(10, 6);
  Shares::Share ada(shares, "ada"), adas_other(shares, "ada"), bob(shares, "bob");
  EXPECT_EQ(ada.take(4), Granted::yes);
  EXPECT_EQ(adas_other.take(3), Granted::one_holds_too_much);
  EXPECT_EQ(adas_other.take(2), Granted::yes);
  EXPECT_EQ(bob.take(5), Granted::all_hold_too_much);
  EXPECT_EQ(bob.take(4), Granted::yes);
  EXPECT_EQ(shares.held(), 10u);
}

TEST(SharesOfWhatIsScarce, ComeBackWhenTheyEnd) {
  Shares shares(10, 6);
  {
    Shares::Share ada(shares, "ada");
    EXPECT_EQ(ada.take(6), Granted::yes);
  }
  EXPECT_EQ(shares.held(), 0u);
  Shares::Share again(shares, "ada");
  EXPECT_EQ(again.take(6), Granted::yes);
}

TEST(SharesOfWhatIsScarce, AreBoundedByTheWholeAloneForWhoHasNoName) {
  Shares shares(10, 6);
  Shares::Share nobody(shares, "");
  EXPECT_EQ(nobody.take(10), Granted::yes);
  EXPECT_EQ(nobody.take(1), Granted::all_hold_too_much);
}

TEST(SharesOfWhatIsScarce, AreCountedRightWhileManyTake) {
  Shares shares(1'000, 100);
  {
    std::vector<std::jthread> threads;
    for (const char* name : {"ada", "bob", "eve", "joe"}) {
      threads.emplace_back([&shares, name] {
        for (int i = 0; i < 2'000; ++i) {
          Shares::Share share(shares, name);
          EXPECT_EQ(share.take(100), Granted::yes);
        }
      });
    }
  }
  EXPECT_EQ(shares.held(), 0u);
}

}  // namespace
}  // namespace herald::api
