#include "work/keyring.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "lmdb/testing/temp_folder.h"

namespace herald::work {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class KeyFile : public ::testing::Test {
 protected:
  Result<Keyring> open() const { return Keyring::open(path, data); }
  void write(const std::string& text) const {
    std::ofstream(path) << text;
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  }

  testing::TempFolder folder;
  std::string path = folder.file("config/herald.key");
  std::string data = folder.file("data");
};

TEST_F(KeyFile, IsMadeForItsOwnerAloneAndGivesTheSameKeysAgain) {
  const auto made = open();
  ASSERT_TRUE(made);
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  EXPECT_EQ(open().value().key("secrets"), made->key("secrets"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.file("config")), {}), 1) << "a draft was left";
}

TEST_F(KeyFile, GivesEachUseAKeyOfItsOwn) {
  const Keyring keys = open().value();
  EXPECT_EQ(keys.key("secrets").size(), 32u);
  EXPECT_NE(keys.key("secrets"), keys.key("idempotency"));
}

TEST_F(KeyFile, OfAnotherServerGivesOtherKeys) {
  const testing::TempFolder other;
  EXPECT_NE(open().value().key("secrets"), Keyring::open(other.file("key"), data).value().key("secrets"));
}

TEST_F(KeyFile, IsRefusedWhenOthersMayReadIt) {
  ASSERT_TRUE(open());
  for (const fs::perms extra : {fs::perms::group_read, fs::perms::others_read, fs::perms::group_write}) {
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write | extra);
    const auto refused = open();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().cause, Cause::unavailable);
    EXPECT_THAT(refused.error().message, HasSubstr("chmod 600 " + path));
  }
}

TEST_F(KeyFile, IsRefusedInsideTheDataFolderHoweverItIsSpelled) {
  fs::create_directories(data);
  fs::create_directory_symlink(data, folder.file("shortcut"));
  for (const std::string& inside :
       {data + "/key", data + "/a/../b/key", folder.file("other/../data/key"), folder.file("shortcut/key")}) {
    const auto refused = Keyring::open(inside, data);
    ASSERT_FALSE(refused) << inside;
    EXPECT_EQ(refused.error().cause, Cause::invalid_value);
    EXPECT_FALSE(fs::exists(inside));
  }
  EXPECT_TRUE(Keyring::open(folder.file("data.key"), data)) << "a neighbour whose name begins alike";
}

TEST_F(KeyFile, ThatIsDamagedIsRefusedAndLeftAsItIs) {
  ASSERT_TRUE(open());
  for (const std::string& text : {std::string(), std::string("abc"), std::string(64, 'z'),
                                  std::string(62, 'a'), std::string(66, 'a')}) {
    write(text);
    const auto refused = open();
    ASSERT_FALSE(refused) << text;
    EXPECT_THAT(refused.error().message, HasSubstr("damaged"));
    EXPECT_EQ(fs::file_size(path), text.size());
  }
}

TEST_F(KeyFile, ThatIsGoneIsNotMadeAnewForAFolderThatWasWrittenWithIt) {
  fs::create_directories(data + "/work");
  std::ofstream(data + "/work/data.mdb") << "x";
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("restore it from a backup"));
  EXPECT_FALSE(fs::exists(path));
  fs::create_directories(folder.file("config"));
  write(std::string(64, 'a'));
  EXPECT_TRUE(open()) << "another one that somebody made on purpose";
}

TEST_F(KeyFile, CannotBeAFolderAndNobodyIsToldToChangeItsMode) {
  fs::create_directories(path);
  fs::permissions(path, fs::perms::all | fs::perms::sticky_bit);
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("is not a file"));
  EXPECT_THAT(refused.error().message, ::testing::Not(HasSubstr("chmod")));
}

TEST_F(KeyFile, IsCheckedWithoutBeingMade) {
  EXPECT_TRUE(Keyring::check(path, data));
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(KeyFile, MadeBySeveralAtOnceIsTheSameForAll) {
  std::vector<std::string> keys(8);
  {
    std::vector<std::jthread> threads;
    for (std::string& key : keys) threads.emplace_back([&] { key = open().value().key("secrets"); });
  }
  EXPECT_THAT(keys, ::testing::Each(keys.front()));
}

}  // namespace
}  // namespace herald::work
