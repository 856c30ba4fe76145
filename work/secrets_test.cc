#include "work/secrets.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/bytes.h"
#include "lmdb/testing/temp_folder.h"
#include "work/texts.h"

namespace herald::work {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const registry::SecretName kName = registry::SecretName::trusted("slack-url");
const registry::SecretName kOther = registry::SecretName::trusted("other");
const std::string kValue = "https://hooks.example/services/T0/B0/very-secret-part";

class StoredSecret : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(store->run(secrets.put(kName, 1, kValue))); }

  std::string row(const registry::SecretName& name, std::uint64_t number) const {
    const auto txn = store->read();
    return std::string(txn.get(store->tables().secrets, name.str() + '\0' + be64(number)).value());
  }
  void overwrite(const registry::SecretName& name, std::uint64_t number, const std::string& bytes) {
    ASSERT_TRUE(store->run([&](lmdb::WriteTxn& txn, const Tables& tables) {
      return txn.put(tables.secrets, name.str() + '\0' + be64(number), bytes);
    }));
  }

  testing::TempFolder folder;
  std::unique_ptr<Store> store = Store::open({folder.path(), 1ull << 26}).value();
  Secrets secrets{*store, std::string(32, 'k')};
};

TEST_F(StoredSecret, IsRevealedUnderItsNameAndNumber) {
  ASSERT_TRUE(store->run(secrets.put(kName, 2, "")));
  EXPECT_EQ(secrets.reveal(kName, 1).value(), kValue);
  EXPECT_EQ(secrets.reveal(kName, 2).value(), "");
}

TEST_F(StoredSecret, ThatDoesNotExistIsNotFound) {
  EXPECT_EQ(secrets.reveal(kName, 2).error().cause, Cause::not_found);
  EXPECT_EQ(secrets.reveal(kOther, 1).error().cause, Cause::not_found);
}

TEST_F(StoredSecret, IsNowhereInTheFilesOfTheStore) {
  ASSERT_TRUE(store->run(new_text("text in the clear").store));
  std::string bytes;
  for (const auto& file : std::filesystem::directory_iterator(folder.path())) {
    std::ifstream in(file.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(in), {});
  }
  ASSERT_THAT(bytes, HasSubstr("text in the clear")) << "the files were not read as they are";
  EXPECT_THAT(bytes, Not(HasSubstr(kValue)));
  EXPECT_THAT(bytes, Not(HasSubstr("very-secret-part")));
}

TEST_F(StoredSecret, LooksDifferentEachTime) {
  ASSERT_TRUE(store->run(secrets.put(kName, 2, kValue)));
  const std::string first = row(kName, 1), second = row(kName, 2);
  EXPECT_NE(first.substr(0, 12), second.substr(0, 12)) << "the same nonce twice";
  EXPECT_NE(first.substr(12), second.substr(12));
}

TEST_F(StoredSecret, IsUnavailableUnderAnotherKey) {
  const Secrets others(*store, std::string(32, 'o'));
  const auto refused = others.reveal(kName, 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::unavailable);
  EXPECT_THAT(refused.error().message, Not(HasSubstr("very-secret-part")));
}

TEST_F(StoredSecret, IsUnavailableWhenAnyByteOfItsRowIsAnother) {
  const std::string whole = row(kName, 1);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    overwrite(kName, 1, damaged);
    ASSERT_EQ(secrets.reveal(kName, 1).error().cause, Cause::unavailable) << "byte " << at;
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{27}, whole.size() - 1}) {
    overwrite(kName, 1, whole.substr(0, size));
    ASSERT_EQ(secrets.reveal(kName, 1).error().cause, Cause::unavailable) << "cut to " << size;
  }
  overwrite(kName, 1, whole);
  EXPECT_EQ(secrets.reveal(kName, 1).value(), kValue);
}

TEST_F(StoredSecret, CannotBePassedOffAsAnother) {
  overwrite(kName, 2, row(kName, 1));
  overwrite(kOther, 1, row(kName, 1));
  EXPECT_EQ(secrets.reveal(kName, 2).error().cause, Cause::unavailable);
  EXPECT_EQ(secrets.reveal(kOther, 1).error().cause, Cause::unavailable);
}

TEST(ErasableTexts, AreFoundByTheDigestThatTheEventHolds) {
  const testing::TempFolder folder;
  const auto store = Store::open({folder.path(), 1ull << 26}).value();
  const NewText text = new_text("Größe");
  EXPECT_EQ(text.ref.bytes, 7u);
  EXPECT_EQ(find_text(*store, text.ref.digest), std::nullopt) << "before it is stored";
  ASSERT_TRUE(store->run(text.store));
  EXPECT_EQ(find_text(*store, text.ref.digest), "Größe");
  const NewText empty = new_text("");
  ASSERT_TRUE(store->run(empty.store));
  EXPECT_EQ(find_text(*store, empty.ref.digest), "");
}

TEST(ErasableTexts, HaveDigestsThatCannotBeGuessedFromTheText) {
  EXPECT_NE(new_text("yes").ref.digest, new_text("yes").ref.digest);
  EXPECT_NE(new_text("yes").ref.digest, sha256("yes"));
}

}  // namespace
}  // namespace herald::work
