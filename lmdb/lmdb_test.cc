#include "lmdb/lmdb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>
#include <vector>

#include "lmdb/testing/temp_folder.h"

namespace herald::lmdb {
namespace {

using ::testing::HasSubstr;

class Lmdb : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kMapSize = 1 << 20;

  void SetUp() override { open(); }
  void open() {
    environment.reset();
    environment = Environment::open({.path = folder.file("env"), .map_size = kMapSize}).value();
    table = environment->table("things").value();
  }
  void put(const std::vector<std::string>& keys) {
    auto txn = environment->write().value();
    for (const auto& key : keys) ASSERT_TRUE(txn.put(table, key, "value of " + key));
    ASSERT_FALSE(txn.commit());
  }
  static std::string key_of(const std::optional<Entry>& entry) {
    return entry ? std::string(entry->key) : "(none)";
  }

  testing::TempFolder folder;
  std::unique_ptr<Environment> environment;
  Table table;
};

TEST_F(Lmdb, KeepsWhatWasCommitted) {
  put({"a"});
  open();
  EXPECT_EQ(environment->read().get(table, "a"), "value of a");
  EXPECT_EQ(environment->read().get(table, "b"), std::nullopt);
  EXPECT_EQ(environment->read().entries(table), 1u);
}

TEST_F(Lmdb, ForgetsATransactionThatGoesOutOfScope) {
  {
    auto txn = environment->write().value();
    ASSERT_TRUE(txn.put(table, "a", "1"));
    EXPECT_EQ(txn.get(table, "a"), "1");
  }
  EXPECT_EQ(environment->read().get(table, "a"), std::nullopt);
}

TEST_F(Lmdb, HasNothingUnderKeysThatItDoesNotTake) {
  EXPECT_EQ(environment->read().get(table, ""), std::nullopt);
  EXPECT_EQ(environment->read().get(table, std::string(512, 'k')), std::nullopt);
}

TEST_F(Lmdb, ShowsASnapshotUntilItIsRenewed) {
  put({"a"});
  ReadTxn reader = environment->read();
  put({"b"});
  EXPECT_EQ(reader.get(table, "b"), std::nullopt);
  reader.reset();
  reader.renew();
  EXPECT_EQ(reader.get(table, "b"), "value of b");
}

TEST_F(Lmdb, NumbersSnapshotsByTheTransactionsThatMadeThem) {
  auto txn = environment->write().value();
  const std::uint64_t id = txn.id();
  EXPECT_EQ(environment->read().id(), id - 1);
  ASSERT_TRUE(txn.put(table, "a", "1"));
  ASSERT_FALSE(txn.commit());
  EXPECT_EQ(environment->read().id(), id);
}

TEST_F(Lmdb, AppendsOnlyBehindTheLastKey) {
  auto txn = environment->write().value();
  EXPECT_TRUE(txn.append(table, "b", "1"));
  EXPECT_TRUE(txn.append(table, "c", "2"));
  EXPECT_THROW((void)txn.append(table, "a", "3"), std::logic_error);
}

TEST_F(Lmdb, TellsWhetherThereWasSomethingToErase) {
  put({"a"});
  auto txn = environment->write().value();
  EXPECT_TRUE(txn.erase(table, "a").value());
  EXPECT_FALSE(txn.erase(table, "a").value());
}

TEST_F(Lmdb, WalksInTheOrderOfBytes) {
  put({"b", "d", "f"});
  const ReadTxn reader = environment->read();
  Cursor cursor = reader.cursor(table);
  EXPECT_EQ(key_of(cursor.first()), "b");
  EXPECT_EQ(key_of(cursor.next()), "d");
  EXPECT_EQ(key_of(cursor.last()), "f");
  EXPECT_EQ(key_of(cursor.next()), "(none)");
  EXPECT_EQ(key_of(cursor.last()), "f");
  EXPECT_EQ(key_of(cursor.previous()), "d");
  EXPECT_EQ(key_of(cursor.at_or_after("")), "b");
  EXPECT_EQ(key_of(cursor.at_or_after("d")), "d");
  EXPECT_EQ(key_of(cursor.at_or_after("e")), "f");
  EXPECT_EQ(key_of(cursor.at_or_after("g")), "(none)");
  EXPECT_EQ(key_of(cursor.before("b")), "(none)");
  EXPECT_EQ(key_of(cursor.before("c")), "b");
  EXPECT_EQ(key_of(cursor.before("d")), "b");
  EXPECT_EQ(key_of(cursor.before("z")), "f");
}

TEST_F(Lmdb, WalksAnEmptyTable) {
  const ReadTxn reader = environment->read();
  Cursor cursor = reader.cursor(table);
  EXPECT_FALSE(cursor.first());
  EXPECT_FALSE(cursor.last());
  EXPECT_FALSE(cursor.at_or_after("a"));
  EXPECT_FALSE(cursor.before("a"));
}

TEST_F(Lmdb, SaysWhenTheMapIsFullAndGoesOnAfterwards) {
  put({"a"});
  {
    auto txn = environment->write().value();
    Result<void> written;
    for (int i = 0; written; ++i) written = txn.put(table, std::to_string(i), std::string(100'000, 'x'));
    EXPECT_EQ(written.error().cause, Cause::storage_full);
    EXPECT_THAT(written.error().message, ::testing::HasSubstr("a larger map size makes room"));
    EXPECT_TRUE(txn.commit()) << "a transaction that failed cannot be committed";
  }
  put({"b"});
  EXPECT_EQ(environment->read().entries(table), 2u);
  EXPECT_LE(environment->usage().used_bytes, environment->usage().map_bytes);
  EXPECT_EQ(environment->usage().map_bytes, kMapSize);
}

TEST_F(Lmdb, RefusesWhatIsNotAnEnvironment) {
  std::filesystem::create_directory(folder.file("other"));
  std::ofstream(folder.file("other/data.mdb")) << std::string(8'192, 'x');
  const auto opened = Environment::open({.path = folder.file("other"), .map_size = kMapSize});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().cause, Cause::unavailable);
  EXPECT_THAT(opened.error().message, HasSubstr(folder.file("other")));
}

TEST_F(Lmdb, RefusesAPathThatIsAFile) {
  std::ofstream(folder.file("file")) << "x";
  const auto opened = Environment::open({.path = folder.file("file"), .map_size = kMapSize});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().cause, Cause::unavailable);
}

TEST_F(Lmdb, KeepsItsFolderFromOthers) {
  const auto permissions = std::filesystem::status(folder.file("env")).permissions();
  EXPECT_EQ(permissions, std::filesystem::perms::owner_all);
}

TEST_F(Lmdb, MovesAReaderBetweenThreads) {
  put({"a"});
  ReadTxn reader = environment->read();
  std::thread([&, moved = std::move(reader)]() mutable {
    EXPECT_EQ(moved.get(table, "a"), "value of a");
    moved.reset();
  }).join();
}

TEST_F(Lmdb, SyncsAnEnvironmentThatDoesNotSyncEachCommit) {
  auto lazy =
      Environment::open({.path = folder.file("lazy"), .map_size = kMapSize, .sync = Sync::none}).value();
  const Table things = lazy->table("things").value();
  auto txn = lazy->write().value();
  ASSERT_TRUE(txn.put(things, "a", "1"));
  ASSERT_FALSE(txn.commit());
  EXPECT_TRUE(lazy->sync());
}

}  // namespace
}  // namespace herald::lmdb
