#include "projections/history.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "lmdb/testing/temp_folder.h"
#include "projections/testing/random_rows.h"
#include "registry/memory_state.h"

namespace herald::projections {
namespace {

using registry::Table;

class History : public ::testing::Test {
 protected:
  herald::testing::TempFolder folder;
  std::unique_ptr<lmdb::Environment> environment =
      lmdb::Environment::open({.path = folder.path(), .map_size = 1ull << 30, .sync = lmdb::Sync::none})
          .value();
  lmdb::Table states = environment->table("states").value();
};

class Past final : public registry::Writer {
 public:
  Past(lmdb::WriteTxn& txn, lmdb::Table states, Sequence at) : txn_(txn), states_(states), at_(at) {}
  std::optional<std::string> get(Table table, std::string_view key) const override {
    const auto value = history::get(txn_, states_, at_, table, key);
    return value ? std::optional<std::string>(*value) : std::nullopt;
  }
  void scan(Table table, std::string_view prefix, std::string_view after, const Visit& visit) const override {
    history::scan(txn_, states_, at_, table, prefix, after, visit);
  }
  void scan_back(Table table, std::string_view prefix, std::string_view before,
                 const Visit& visit) const override {
    history::scan_back(txn_, states_, at_, table, prefix, before, visit);
  }
  void put(Table table, std::string_view key, std::string_view value) override {
    history::put(txn_, states_, at_, table, key, value).value();
  }
  void erase(Table table, std::string_view key) override {
    history::erase(txn_, states_, at_, table, key).value();
  }

 private:
  lmdb::WriteTxn& txn_;
  lmdb::Table states_;
  Sequence at_;
};

TEST_F(History, AnswersForEveryMomentLikeACopyOfTheStateThen) {
  testing::RandomRows random(2);
  lmdb::WriteTxn txn = environment->write().value();
  registry::MemoryState state;
  std::vector<registry::MemoryState> then = {state};
  for (std::uint64_t sequence = 1; sequence <= 400; ++sequence) {
    Past now(txn, states, Sequence(sequence));
    for (auto changes = 1 + random.below(3); changes > 0; --changes) random.change(now, state);
    random.expect_same_answers(now, state);
    then.push_back(state);
    if (HasFatalFailure()) return;
  }
  for (int i = 0; i < 5'000; ++i) {
    const std::uint64_t at = random.below(then.size());
    SCOPED_TRACE("as of " + std::to_string(at));
    random.expect_same_answers(Past(txn, states, Sequence(at)), then[at]);
    if (HasFatalFailure()) return;
  }
}

TEST_F(History, TellsWhatOneEventLeftOfARow) {
  lmdb::WriteTxn txn = environment->write().value();
  Past(txn, states, Sequence(3)).put(Table::aliases, "a", "v1");
  Past(txn, states, Sequence(5)).erase(Table::aliases, "a");
  EXPECT_FALSE(history::version_at(txn, states, Table::aliases, "a", Sequence(4)));
  EXPECT_EQ(history::version_at(txn, states, Table::aliases, "a", Sequence(3))->value, "v1");
  EXPECT_FALSE(history::version_at(txn, states, Table::aliases, "a", Sequence(5))->present);
}

TEST_F(History, KeepsNoTraceOfErasingWhatWasNotThere) {
  lmdb::WriteTxn txn = environment->write().value();
  Past(txn, states, Sequence(3)).erase(Table::aliases, "a");
  EXPECT_EQ(txn.entries(states), 0U);
}

TEST_F(History, WritesKeysAsItsPageSays) {
  const std::string id = std::string("\x00\x11", 2) + std::string(14, '\x22');
  const std::string key = history::row_key(Table::aliases, id + "a", Sequence(258));
  EXPECT_EQ(key, "\x06" + std::string("\x00\xff\x11", 3) + std::string(14, '\x22') + "a" +
                     std::string(2, '\0') + std::string("\0\0\0\0\0\0\x01\x02", 8));
  EXPECT_EQ(history::unescaped(std::string_view(key).substr(1, key.size() - 11)), id + "a");
}

// The longest of each kind that the limits let in, with ids of nothing but the byte that is escaped.
TEST_F(History, TakesTheLongestNamesThereAre) {
  const registry::ModelId zeros;
  const std::string name(limits::kMaxNameBytes, 'n');
  const registry::Node near{registry::NodeKind::dataset, std::string(limits::kMaxNameBytes, 'd'), name};
  const registry::Node far{registry::NodeKind::artifact, std::string(128, 'a'), name};
  const std::vector<std::pair<Table, std::string>> longest = {
      {Table::model_names, registry::keys::model_name({}, name)},
      {Table::registry_names, name},
      {Table::automation_names, name},
      {Table::aliases, registry::keys::alias(zeros, std::string(limits::kMaxAliasBytes, 'a'))},
      {Table::former_holders, registry::keys::alias(zeros, std::string(limits::kMaxAliasBytes, 'a'))},
      {Table::artifact_links, registry::keys::artifact_link({}, zeros, registry::VersionNumber(1))},
      {Table::upstream, registry::keys::edge(far, far, registry::Relation::used)},
      {Table::downstream, registry::keys::edge(near, far, registry::Relation::used)},
      {Table::triggers, registry::keys::trigger({}, 1)},
  };
  lmdb::WriteTxn txn = environment->write().value();
  for (const auto& [table, key] : longest) {
    Past(txn, states, Sequence(1)).put(table, key, "x");
    EXPECT_EQ(history::get(txn, states, Sequence(1), table, key), "x") << to_string(table);
  }
}

TEST_F(History, RefusesAKeyThatLmdbCouldNotHold) {
  EXPECT_THROW(history::row_key(Table::aliases, std::string(501, 'a'), Sequence(1)), std::logic_error);
  EXPECT_NO_THROW(history::row_key(Table::aliases, std::string(500, 'a'), Sequence(1)));
}

}  // namespace
}  // namespace herald::projections
