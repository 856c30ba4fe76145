#include "work/tokens.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/hex.h"
#include "lmdb/testing/temp_folder.h"
#include "work/directory.h"

namespace herald::work {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const registry::TokenId kToken{Uuid::trusted("0190a8b0-0000-7000-8000-000000000001")};
const registry::TokenId kAnother{Uuid::trusted("0190a8b0-0000-7000-8000-000000000002")};

class StoredToken : public ::testing::Test {
 protected:
  NewToken issue(registry::TokenId id, std::string_view label = "ci") {
    NewToken token = new_token(id, label);
    EXPECT_TRUE(store->run(token.store));
    return token;
  }
  bool opens(std::string_view text) const {
    const auto shown = parse_token(text);
    return shown && fits(store->read(), store->tables(), *shown);
  }
  std::string files() const {
    std::string bytes;
    for (const auto& file : std::filesystem::directory_iterator(folder.path())) {
      std::ifstream in(file.path(), std::ios::binary);
      bytes.append(std::istreambuf_iterator<char>(in), {});
    }
    return bytes;
  }

  testing::TempFolder folder;
  std::unique_ptr<Store> store = Store::open({folder.path(), 1ull << 26}).value();
};

TEST_F(StoredToken, OpensByItsWholeTextAlone) {
  const std::string text = issue(kToken).text;
  EXPECT_TRUE(opens(text));
  std::string other = text;
  other.back() = other.back() == '0' ? '1' : '0';
  EXPECT_FALSE(opens(other));
  EXPECT_FALSE(opens(text.substr(0, text.size() - 2)));
  EXPECT_FALSE(opens(text + "00"));
  EXPECT_FALSE(opens(text.substr(1)));
  EXPECT_FALSE(opens(""));
  EXPECT_FALSE(opens("herald_"));
  EXPECT_FALSE(opens("herald_" + std::string(96, 'x')));
}

TEST_F(StoredToken, OpensNothingUnderAnothersId) {
  const std::string text = issue(kToken).text, another = issue(kAnother).text;
  constexpr std::size_t kSecretAt = 7 + 32;
  EXPECT_FALSE(opens(text.substr(0, kSecretAt) + another.substr(kSecretAt)));
}

TEST_F(StoredToken, IsAnotherEachTime) {
  EXPECT_NE(new_token(kToken, "").text, new_token(kToken, "").text);
}

TEST_F(StoredToken, LeavesItsSecretNowhereInTheFiles) {
  const std::string text = issue(kToken, "label in the clear").text;
  const std::string bytes = files();
  ASSERT_THAT(bytes, HasSubstr("label in the clear")) << "the files were not read as they are";
  const std::string secret = text.substr(7 + 32);
  EXPECT_THAT(bytes, Not(HasSubstr(secret)));
  EXPECT_THAT(bytes, Not(HasSubstr(from_hex(secret).value())));
}

TEST_F(StoredToken, SaysWhenItWasLastUsed) {
  issue(kToken);
  EXPECT_EQ(last_use_of(*store, kToken), std::nullopt);
  ASSERT_TRUE(store->run(note_use(kToken, Timestamp(1'700'000'000'123))));
  EXPECT_EQ(last_use_of(*store, kToken), Timestamp(1'700'000'000'123));
}

TEST_F(StoredToken, OpensNothingOnceItIsForgotten) {
  const std::string text = issue(kToken).text;
  ASSERT_TRUE(store->run(
      [](lmdb::WriteTxn& txn, const Tables& tables) { return forget_token(txn, tables, kToken); }));
  EXPECT_FALSE(opens(text));
  EXPECT_EQ(label_of(*store, kToken), std::nullopt);
}

const registry::PrincipalId kAda{Uuid::trusted("0190a8b0-0000-7000-8000-00000000000a")};
const registry::PrincipalId kBob{Uuid::trusted("0190a8b0-0000-7000-8000-00000000000b")};
const registry::PrincipalId kCarl{Uuid::trusted("0190a8b0-0000-7000-8000-00000000000c")};
const registry::EntryId kChange{Uuid::trusted("0190a8b0-0000-7000-8000-00000000000d")};
const registry::EntryId kSecondChange{Uuid::trusted("0190a8b0-0000-7000-8000-00000000000e")};

class InTheDirectory : public ::testing::Test {
 protected:
  void SetUp() override { put({kAda, "Ada", "Ada Lovelace", "ada@example.com"}); }
  void run(const Store::Job& job) { ASSERT_TRUE(store->run(job)); }
  void put(const Entry& entry) { run(put_entry(entry)); }
  void erase(registry::PrincipalId id) {
    run([id](lmdb::WriteTxn& txn, const Tables& tables) { return erase_entry(txn, tables, id); });
  }

  testing::TempFolder folder;
  std::unique_ptr<Store> store = Store::open({folder.path(), 1ull << 26}).value();
};

TEST_F(InTheDirectory, PeopleAreFoundByIdAndByNameInAnyCase) {
  const auto entry = find_entry(*store, kAda);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->name, "Ada");
  EXPECT_EQ(entry->email, "ada@example.com");
  EXPECT_EQ(find_principal_named(*store, "ada"), kAda);
  EXPECT_EQ(find_principal_named(*store, "ADA"), kAda);
  EXPECT_EQ(find_principal_named(*store, "ad"), std::nullopt);
  EXPECT_EQ(find_principal_named(*store, ""), std::nullopt);
  EXPECT_EQ(find_principal_named(*store, std::string(10'000, 'a')), std::nullopt);
  EXPECT_EQ(find_entry(*store, kBob), std::nullopt);
}

TEST_F(InTheDirectory, ErasedEntriesLeaveNothing) {
  ASSERT_TRUE(
      store->run([](lmdb::WriteTxn& txn, const Tables& tables) { return erase_entry(txn, tables, kAda); }));
  EXPECT_EQ(find_entry(*store, kAda), std::nullopt);
  EXPECT_EQ(find_principal_named(*store, "ada"), std::nullopt);
}

TEST_F(InTheDirectory, TheNameOfNobodyIsTaken) {
  put({kBob, "ada", {}, {}});
  EXPECT_EQ(find_principal_named(*store, "Ada"), kBob);
  erase(kAda);
  EXPECT_EQ(find_principal_named(*store, "Ada"), kBob) << "it is another's by now";
}

TEST_F(InTheDirectory, AChangeOfTheNameTakesTheNewOneBeforeItLetsGoOfTheOld) {
  run(put_change(kChange, {kAda, "Countess", "Ada Lovelace", {}}));
  EXPECT_EQ(find_principal_named(*store, "countess"), kAda);
  EXPECT_EQ(find_principal_named(*store, "ada"), kAda);
  EXPECT_EQ(find_entry(*store, kAda)->name, "Ada") << "no event says otherwise yet";
  run(show_name_of(kAda, kChange));
  EXPECT_EQ(find_entry(*store, kAda)->name, "Countess");
  EXPECT_EQ(find_entry(*store, kAda, kChange)->full_name, "Ada Lovelace");
  EXPECT_EQ(find_principal_named(*store, "ada"), std::nullopt);
}

TEST_F(InTheDirectory, AChangeOfTheNameThatAnEventNamesIsShownThoughNobodyElseSaidSo) {
  run(put_change(kChange, {kAda, "Countess", {}, {}}));
  for (int twice = 0; twice < 2; ++twice) {
    run([this](lmdb::WriteTxn& txn, const Tables& tables) {
      return entry_is_changed(txn, tables, kAda, {}, kChange);
    });
    EXPECT_EQ(find_entry(*store, kAda)->name, "Countess");
    EXPECT_EQ(find_principal_named(*store, "countess"), kAda);
    EXPECT_EQ(find_principal_named(*store, "ada"), std::nullopt);
  }
}

TEST_F(InTheDirectory, AnEventThatIsReadLateTakesNoNameFromWhoHasItByThen) {
  run(put_change(kChange, {kAda, "Countess", {}, {}}));
  run(show_name_of(kAda, kChange));
  run(put_change(kSecondChange, {kAda, "Augusta", {}, {}}));
  run(show_name_of(kAda, kSecondChange));
  put({kBob, "ada", {}, {}});
  put({kCarl, "Countess", {}, {}});
  run([this](lmdb::WriteTxn& txn, const Tables& tables) {
    return entry_is_changed(txn, tables, kAda, {}, kChange);
  });
  EXPECT_EQ(find_entry(*store, kAda)->name, "Augusta") << "Countess is Carl by now";
  run([this](lmdb::WriteTxn& txn, const Tables& tables) {
    return entry_is_changed(txn, tables, kAda, kChange, kSecondChange);
  });
  EXPECT_EQ(find_principal_named(*store, "ada"), kBob);
  EXPECT_EQ(find_principal_named(*store, "countess"), kCarl);
  EXPECT_EQ(find_principal_named(*store, "augusta"), kAda);
  EXPECT_EQ(find_entry(*store, kAda)->name, "Augusta");
}

TEST_F(InTheDirectory, AChangeThatWasRefusedLetsGoOfItsNameAlone) {
  run(put_change(kChange, {kAda, "Countess", {}, {}}));
  run(put_change(kSecondChange, {kAda, "ada", {}, "ada@example.org"}));
  const std::string row = std::string(kAda.bytes()) + std::string(kChange.bytes());
  run([&](lmdb::WriteTxn& txn, const Tables& tables) { return drop_change(txn, tables, row); });
  EXPECT_EQ(find_principal_named(*store, "countess"), std::nullopt);
  EXPECT_EQ(find_principal_named(*store, "ada"), kAda);
}

TEST_F(InTheDirectory, ErasedPeopleLeaveNoNameThatTheyHadAndTakeNone) {
  run(put_change(kChange, {kAda, "Countess", {}, {}}));
  erase(kAda);
  for (const char* name : {"ada", "countess"}) EXPECT_EQ(find_principal_named(*store, name), std::nullopt);
  EXPECT_EQ(find_entry(*store, kAda, kChange), std::nullopt);
  const auto refused = store->run(put_change(kChange, {kAda, "Countess", {}, {}}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::not_allowed_now);
  EXPECT_EQ(find_principal_named(*store, "countess"), std::nullopt);
}

TEST(PrincipalNames, AreWordsThatFitInAPath) {
  for (const char* name : {"ada", "ada.lovelace", "ada@example.com", "ci+nightly", "4711", "a"})
    EXPECT_TRUE(check_principal_name(name, "name")) << name;
  for (const char* name : {"", "me", "-ada", ".ada", "ada lovelace", "ada/x", "ad\xC3\xA4", "ada\n",
                           "0190a8b0-0000-7000-8000-00000000000a"})
    EXPECT_FALSE(check_principal_name(name, "name")) << name;
  EXPECT_FALSE(check_principal_name(std::string(129, 'a'), "name"));
}

}  // namespace
}  // namespace herald::work
