#include "recorder/data_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "lmdb/testing/temp_folder.h"

namespace herald::recorder {
namespace {

using ::testing::HasSubstr;

class DataFolders : public ::testing::Test {
 protected:
  static std::string text_of(const std::string& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  static void write(const std::string& file, const std::string& text) { std::ofstream(file) << text; }
  Error refusal() const {
    const auto opened = DataFolder::open(path);
    EXPECT_FALSE(opened) << "expected a refusal";
    return opened ? Error{} : opened.error();
  }

  testing::TempFolder temp;
  std::string path = temp.file("deep/data");
};

TEST_F(DataFolders, AreMadeWhenAbsentForTheirOwnerAlone) {
  const auto folder = DataFolder::open(path).value();
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms::owner_all);
  EXPECT_EQ(text_of(path + "/format"), "herald data 1\n");
  EXPECT_EQ(text_of(path + "/lock"), std::to_string(getpid()) + "\n");
  EXPECT_EQ(folder->log(), path + "/log");
  EXPECT_EQ(folder->blobs(), path + "/blobs");
}

TEST_F(DataFolders, CanBeOpenedAgainWhenTheFirstIsDone) {
  DataFolder::open(path).value().reset();
  EXPECT_TRUE(DataFolder::open(path));
}

TEST_F(DataFolders, RefuseASecondUserInTheSameProcess) {
  const auto folder = DataFolder::open(path).value();
  EXPECT_EQ(refusal().cause, Cause::already_exists);
}

TEST_F(DataFolders, RefuseASecondProcessAndNameTheFirst) {
  int held[2];
  ASSERT_EQ(pipe(held), 0);
  const pid_t holder = fork();
  if (holder == 0) {
    const auto folder = DataFolder::open(path);
    const char byte = folder ? 'y' : 'n';
    if (::write(held[1], &byte, 1) != 1) _exit(1);
    pause();
  }
  char is_held = 0;
  ASSERT_EQ(read(held[0], &is_held, 1), 1);
  ASSERT_EQ(is_held, 'y');
  const Error second = refusal();
  EXPECT_EQ(second.cause, Cause::already_exists);
  EXPECT_THAT(second.message, HasSubstr("is used by process " + std::to_string(holder) + ": stop it first"));
  EXPECT_THAT(second.message, HasSubstr(path));
  ASSERT_EQ(kill(holder, SIGKILL), 0);
  ASSERT_EQ(waitpid(holder, nullptr, 0), holder);
  EXPECT_TRUE(DataFolder::open(path)) << "a process that was killed holds nothing";
}

TEST_F(DataFolders, WhoseLockIsDeletedLetNoSecondUserIn) {
  auto folder = DataFolder::open(path).value();
  ASSERT_TRUE(std::filesystem::remove(path + "/lock"));
  for (int i = 0; i < 2; ++i) {  // the second finds the new file of the first
    const Error second = refusal();
    EXPECT_EQ(second.cause, Cause::already_exists);
    EXPECT_THAT(second.message, HasSubstr("is used by another process: stop it first"));
  }
  folder.reset();
  EXPECT_TRUE(DataFolder::open(path));
}

TEST_F(DataFolders, ThatLostTheirFormatToALiveUserAreNotBegunAnew) {
  const auto folder = DataFolder::open(path).value();
  std::filesystem::create_directories(folder->log());
  ASSERT_TRUE(std::filesystem::remove(path + "/format"));
  ASSERT_TRUE(std::filesystem::remove(path + "/lock"));
  EXPECT_EQ(refusal().cause, Cause::unavailable);
}

TEST_F(DataFolders, OfAnotherFormatSayWhichAndWhatToDo) {
  DataFolder::open(path).value().reset();
  write(path + "/format", "herald data 2\n");
  const Error other = refusal();
  EXPECT_EQ(other.cause, Cause::unavailable);
  EXPECT_THAT(other.message, HasSubstr("its format is \"herald data 2\""));
  EXPECT_EQ(text_of(path + "/format"), "herald data 2\n");
}

TEST_F(DataFolders, AreNotMadeOfAFolderWithOtherThings) {
  std::filesystem::create_directories(path);
  write(path + "/thesis.tex", "years of work");
  const Error foreign = refusal();
  EXPECT_EQ(foreign.cause, Cause::unavailable);
  EXPECT_THAT(foreign.message, HasSubstr("it holds \"thesis.tex\" and is not Herald's"));
  EXPECT_FALSE(std::filesystem::exists(path + "/lock")) << "nothing is left behind";
}

TEST_F(DataFolders, ThatAreSomebodyElsesKeepTheirMode) {
  std::filesystem::create_directories(path);
  write(path + "/thesis.tex", "years of work");
  ASSERT_EQ(chmod(path.c_str(), 01777), 0);
  EXPECT_EQ(refusal().cause, Cause::unavailable);
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::all | std::filesystem::perms::sticky_bit);
}

TEST_F(DataFolders, MayBeginInAnEmptyFolderWhoseModeIsItsOwnersAffair) {
  std::filesystem::create_directories(path);
  ASSERT_EQ(chmod(path.c_str(), 0750), 0);
  EXPECT_TRUE(DataFolder::open(path));
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms::owner_all |
                                                             std::filesystem::perms::group_read |
                                                             std::filesystem::perms::group_exec);
}

TEST_F(DataFolders, ThatHaveLostTheirLogAreNotBegunAnew) {
  for (const std::string derived : {"head", "views", "work"}) {
    const std::string lost = temp.file("lost-" + derived);
    const auto folder = DataFolder::open(lost).value();
    EXPECT_TRUE(folder->refuse_without_its_log()) << "it is new";
    std::filesystem::create_directories(lost + "/" + derived);
    write(lost + "/" + derived + "/data.mdb", "x");
    const auto refused = folder->refuse_without_its_log();
    ASSERT_FALSE(refused) << derived;
    EXPECT_THAT(refused.error().message, HasSubstr("Restore the folder from a backup"));
    std::filesystem::create_directories(lost + "/log");
    write(lost + "/log/data.mdb", "x");
    EXPECT_TRUE(folder->refuse_without_its_log()) << derived;
  }
}

TEST_F(DataFolders, SurviveADeathBeforeTheFormatWasWritten) {
  std::filesystem::create_directories(path);
  write(path + "/lock", "4711\n");
  write(path + "/format.new", "hera");
  ASSERT_TRUE(DataFolder::open(path));
  EXPECT_EQ(text_of(path + "/format"), "herald data 1\n");
}

TEST_F(DataFolders, CannotBeFiles) {
  std::filesystem::create_directories(temp.file("deep"));
  write(path, "x");
  EXPECT_EQ(refusal().cause, Cause::unavailable);
}

}  // namespace
}  // namespace herald::recorder
