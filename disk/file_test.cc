#include "disk/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/hex.h"
#include "base/ids.h"

namespace herald::disk {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
 protected:
  void SetUp() override { fs::create_directory(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  static std::string text_of(const std::string& path) {
    std::ifstream stream(path);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  const std::string folder_ = fs::temp_directory_path() / ("herald-disk-" + to_hex(random_bytes(8)));
};

TEST_F(Files, AreReplacedWhole) {
  const std::string path = folder_ + "/format";
  ASSERT_TRUE(replace_file(path, "one, and long"));
  ASSERT_TRUE(replace_file(path, "two"));
  EXPECT_EQ(text_of(path), "two");
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_FALSE(fs::exists(path + ".new"));
}

TEST_F(Files, ThatCannotBeWrittenSayWhichAndWhy) {
  const auto refused = replace_file(folder_ + "/absent/format", "x");
  EXPECT_EQ(refused.error().cause, Cause::unavailable);
  EXPECT_EQ(refused.error().message, "opening " + folder_ + "/absent/format.new: No such file or directory");
}

TEST_F(Files, OnAFullDiskAreRefusedAsThat) {
  const File full = File::open("/dev/full", O_WRONLY).value();
  EXPECT_EQ(full.write_all("x").error().cause, Cause::storage_full);
}

TEST_F(Files, ThatWereMovedAreClosedOnce) {
  File first = File::open(folder_ + "/a", O_WRONLY | O_CREAT).value();
  const File second = std::move(first);
  EXPECT_TRUE(second.write_all("whole"));
  EXPECT_TRUE(second.sync());
  EXPECT_EQ(text_of(folder_ + "/a"), "whole");
}

TEST_F(Files, FoldersAreMadeWithAllThatIsAboveThemForTheirOwnerAlone) {
  EXPECT_TRUE(make_folder(folder_ + "/a/b/c").value());
  for (const char* made : {"/a", "/a/b", "/a/b/c"}) {
    EXPECT_EQ(fs::status(folder_ + made).permissions(), fs::perms::owner_all) << made;
  }
}

TEST_F(Files, FoldersThatAreThereKeepTheirMode) {
  ASSERT_EQ(::chmod(folder_.c_str(), 01777), 0);
  EXPECT_FALSE(make_folder(folder_).value());
  EXPECT_TRUE(make_folder(folder_ + "/a").value());
  EXPECT_EQ(fs::status(folder_).permissions(), fs::perms::all | fs::perms::sticky_bit);
}

TEST_F(Files, FoldersCannotBeMadeInsideAFile) {
  std::ofstream(folder_ + "/file") << "x";
  EXPECT_EQ(make_folder(folder_ + "/file/a").error().cause, Cause::unavailable);
  EXPECT_EQ(make_folder(folder_ + "/file").error().cause, Cause::unavailable);
}

TEST_F(Files, FoldersMayBeNamedWithADotOrASlashAtTheEnd) {
  EXPECT_TRUE(make_folder(folder_ + "/a/").value());
  EXPECT_FALSE(make_folder(folder_ + "/a").value());
  EXPECT_EQ(folder_of("a"), ".");
  EXPECT_EQ(folder_of("/a"), "/");
}

}  // namespace
}  // namespace herald::disk
