#include "work/erasure.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/fail_point.h"
#include "lmdb/testing/temp_folder.h"
#include "work/directory.h"
#include "work/texts.h"

namespace herald::work {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const registry::PrincipalId kErasedPerson{Uuid::trusted("0190a8b0-0000-7000-8000-000000000001")};

class WhatWasErased : public ::testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() { store = Store::open(options()).value(); }
  StoreOptions options() const { return {folder.path(), 1ull << 26}; }
  Digest given_text(std::string_view text) {
    const NewText fresh = new_text(text);
    EXPECT_TRUE(store->run(fresh.store));
    return fresh.ref.digest;
  }
  void erase(const registry::ErasurePerformed& erasure) {
    ASSERT_TRUE(store->run(
        [&](lmdb::WriteTxn& txn, const Tables& tables) { return carry_out(txn, tables, erasure); }));
  }
  bool start_again() {
    store.reset();
    const auto written_anew = forget_what_was_erased(options());
    EXPECT_TRUE(written_anew) << written_anew.error().message;
    open();
    return written_anew && *written_anew;
  }
  static std::string bytes_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string file() const { return bytes_of(folder.path() + "/data.mdb"); }
  // The file that is there now, by a name that stays when it is replaced.
  std::string watched_file() {
    store.reset();
    std::string path = elsewhere.file("watched-" + std::to_string(watched++));
    std::filesystem::create_hard_link(folder.path() + "/data.mdb", path);
    return path;
  }
  [[noreturn]] static void start_and_die_at(const StoreOptions& options, const std::string& point) {
    setenv("HERALD_FAIL_POINTS", (point + "=kill").c_str(), 1);
    arm_fail_points_from_environment();
    static_cast<void>(forget_what_was_erased(options));
    _exit(1);
  }

  testing::TempFolder folder, elsewhere;
  int watched = 0;
  std::unique_ptr<Store> store;
};

TEST_F(WhatWasErased, IsOutOfTheFileAfterTheNextStart) {
  std::vector<Digest> texts;
  for (int i = 0; i < 300; ++i)
    texts.push_back(given_text("personal-" + std::to_string(i) + std::string(i * 7 % 3'000, 'x')));
  const Digest kept = given_text("of somebody else");
  ASSERT_TRUE(store->run(put_entry({kErasedPerson, "ada", "Augusta Ada", {}})));
  erase({kErasedPerson, texts, {}});
  EXPECT_EQ(find_text(*store, texts[0]), std::nullopt);
  EXPECT_EQ(find_entry(*store, kErasedPerson), std::nullopt);
  EXPECT_TRUE(start_again());
  EXPECT_THAT(file(), Not(HasSubstr("personal-")));
  EXPECT_THAT(file(), Not(HasSubstr("Augusta Ada")));
  EXPECT_THAT(file(), HasSubstr("of somebody else"));
  EXPECT_EQ(find_text(*store, kept), "of somebody else");
}

TEST_F(WhatWasErased, IsForgottenOnce) {
  const Digest text = given_text("personal");
  EXPECT_FALSE(start_again()) << "nothing was erased";
  erase({{}, {text}, {}});
  EXPECT_TRUE(start_again());
  EXPECT_FALSE(start_again());
  erase({{}, {text}, {}});
  EXPECT_TRUE(start_again()) << "whether it was there or not";
}

TEST_F(WhatWasErased, IsOverwrittenInTheOldFile) {
  erase({{}, {given_text("personal")}, {}});
  const std::string old = watched_file();
  ASSERT_THAT(bytes_of(old), HasSubstr("personal"));
  EXPECT_TRUE(start_again());
  EXPECT_TRUE(bytes_of(old) == std::string(std::filesystem::file_size(old), '\0'));
}

TEST_F(WhatWasErased, IsOverwrittenByTheStartAfterOneThatDiedBeforeOrAfterItReplacedTheFile) {
  for (const std::string point : {"lmdb.before_replace", "lmdb.after_replace"}) {
    const Digest kept = given_text("kept");
    erase({{}, {given_text("personal")}, {}});
    const std::string old = watched_file();
    ASSERT_THAT(bytes_of(old), HasSubstr("personal")) << point;
    EXPECT_EXIT(start_and_die_at(options(), point), ::testing::KilledBySignal(SIGKILL), "");
    EXPECT_THAT(bytes_of(old), HasSubstr("personal")) << point;
    EXPECT_TRUE(start_again()) << point;
    EXPECT_TRUE(bytes_of(old) == std::string(std::filesystem::file_size(old), '\0')) << point;
    EXPECT_THAT(file(), Not(HasSubstr("personal"))) << point;
    EXPECT_EQ(find_text(*store, kept), "kept") << point;
    EXPECT_FALSE(std::filesystem::exists(folder.path() + "/data.mdb.old")) << point;
  }
}

TEST_F(WhatWasErased, IsForgottenByTheStartAfterOneThatDiedHalfWay) {
  const Digest kept = given_text("kept");
  erase({{}, {given_text("personal")}, {}});
  std::filesystem::create_directory(folder.path() + "/anew");
  std::ofstream(folder.path() + "/anew/data.mdb") << "half a file";
  EXPECT_TRUE(start_again());
  EXPECT_EQ(find_text(*store, kept), "kept");
  EXPECT_FALSE(std::filesystem::exists(folder.path() + "/anew"));
}

}  // namespace
}  // namespace herald::work
