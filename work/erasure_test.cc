#include "work/erasure.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

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
  std::string file() const {
    std::ifstream in(folder.path() + "/data.mdb", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  testing::TempFolder folder;
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
