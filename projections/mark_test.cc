#include "projections/mark.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "lmdb/testing/temp_folder.h"

namespace herald::projections {
namespace {

class TheMark : public ::testing::Test {
 protected:
  void write(const std::string& text) { std::ofstream(folder.file("head.mark"), std::ios::binary) << text; }
  std::string read() const {
    std::ifstream file(folder.file("head.mark"), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  herald::testing::TempFolder folder;
  Mark mark{folder.file("head.mark"), folder.file("data.mdb")};
};

TEST_F(TheMark, TrustsWhatWasWrittenInThisVeryBoot) {
  ASSERT_TRUE(mark.set_open("boot-1"));
  EXPECT_EQ(mark.why_not_trusted("boot-1"), std::nullopt);
  EXPECT_TRUE(mark.why_not_trusted("boot-2"));
}

TEST_F(TheMark, TrustsWhatWasClosedCleanInAnyBoot) {
  ASSERT_TRUE(mark.set_open("boot-1"));
  ASSERT_TRUE(mark.set_clean());
  EXPECT_EQ(mark.why_not_trusted("boot-2"), std::nullopt);
  ASSERT_TRUE(mark.set_open("boot-2"));
  EXPECT_TRUE(mark.why_not_trusted("boot-3"));
}

TEST_F(TheMark, TrustsNothingWhereThereIsNone) {
  EXPECT_TRUE(mark.why_not_trusted("boot-1"));
}

TEST_F(TheMark, TrustsNoMarkThatIsCutOrLonger) {
  ASSERT_TRUE(mark.set_clean());
  const std::string clean = read();
  for (const std::string& text :
       {std::string(), clean.substr(0, clean.size() - 1), clean + "x", clean + clean}) {
    write(text);
    EXPECT_TRUE(mark.why_not_trusted("boot-1")) << text;
  }
}

TEST_F(TheMark, TrustsOnlyACleanOneOnASystemThatNamesNoBoot) {
  ASSERT_TRUE(mark.set_open(""));
  EXPECT_TRUE(mark.why_not_trusted(""));
  ASSERT_TRUE(mark.set_clean());
  EXPECT_EQ(mark.why_not_trusted(""), std::nullopt);
}

TEST_F(TheMark, TrustsAFileThatGrewAndNoneThatIsShorterThanItWas) {
  const auto resize = [&](std::uintmax_t size) {
    std::ofstream(folder.file("data.mdb"), std::ios::app);
    std::filesystem::resize_file(folder.file("data.mdb"), size);
  };
  for (const bool clean : {true, false}) {
    resize(8'192);
    ASSERT_TRUE(clean ? mark.set_clean() : mark.set_open("boot-1"));
    resize(12'288);
    EXPECT_EQ(mark.why_not_trusted("boot-1"), std::nullopt);
    resize(4'096);
    EXPECT_EQ(mark.why_not_trusted("boot-1"), "its file was cut off: it has 4096 bytes and had 8192");
  }
}

TEST_F(TheMark, SaysWhenItCannotBeWritten) {
  Mark nowhere(folder.file("absent/head.mark"), folder.file("absent/data.mdb"));
  EXPECT_EQ(nowhere.set_clean().error().cause, Cause::unavailable);
}

TEST(BootId, NamesThisBoot) {
  EXPECT_EQ(boot_id().size(), 36U);
  EXPECT_EQ(boot_id(), boot_id());
}

}  // namespace
}  // namespace herald::projections
