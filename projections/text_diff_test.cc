#include "projections/text_diff.h"

#include <gtest/gtest.h>

namespace herald::projections {
namespace {

TEST(UnifiedDiff, LooksAtNoMoreThanItMay) {
  std::size_t cells = 7;
  EXPECT_EQ(unified_diff("a\nb\n", "x\na\ny\n", cells), "@@ -1,2 +1,3 @@\n+x\n a\n-b\n+y\n");
  EXPECT_EQ(cells, 1U);
  EXPECT_EQ(unified_diff("a\nb\n", "x\na\ny\n", cells), "@@ -1,2 +1,3 @@\n-a\n-b\n+x\n+a\n+y\n");
  EXPECT_EQ(cells, 1U);
}

TEST(UnifiedDiff, IsEmptyOfEqualTexts) {
  EXPECT_EQ(unified_diff("", ""), "");
  EXPECT_EQ(unified_diff("a\nb\n", "a\nb\n"), "");
}

TEST(UnifiedDiff, LeavesOutWhatIsFarFromAnyChange) {
  EXPECT_EQ(unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"),
            "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
  EXPECT_EQ(unified_diff("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n"),
            "@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n");
}

TEST(UnifiedDiff, FindsWhatWasPutIn) {
  EXPECT_EQ(unified_diff("a\nb\n", "a\nx\nb\n"), "@@ -1,2 +1,3 @@\n a\n+x\n b\n");
  EXPECT_EQ(unified_diff("", "a\n"), "@@ -0,0 +1,1 @@\n+a\n");
}

TEST(UnifiedDiff, SaysWhereALastLineHasNoEnd) {
  EXPECT_EQ(unified_diff("a\nb", "a\nb\n"), "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n");
  EXPECT_EQ(unified_diff("b", "a\nb"), "@@ -1,1 +1,2 @@\n+a\n b\n\\ No newline at end of file\n");
}

TEST(UnifiedDiff, OfTextsTooLongToHoldAgainstEachOtherReplacesAll) {
  std::string before, after;
  for (int i = 0; i < 3'000; ++i) {
    before += std::to_string(i) + "\n";
    after += std::to_string(i + 5'000) + "\n";
  }
  EXPECT_TRUE(unified_diff(before, after).starts_with("@@ -1,3000 +1,3000 @@\n-0\n-1\n"));
}

}  // namespace
}  // namespace herald::projections
