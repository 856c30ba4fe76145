#include "projections/head.h"

#include <gtest/gtest.h>

#include <thread>

#include "projections/testing/random_rows.h"
#include "projections/testing/registry_story.h"
#include "projections/testing/stores.h"

namespace herald::projections {
namespace {

using namespace testing;
using registry::Table;

const Stand kStand{kOrigin, Sequence(7), sha256("leaf"), kHeadVersion};

TEST(Head, HoldsWhatTheEventsMadeOfTheState) {
  RegistryStory story;
  story.model("churn");
  story.version("churn");
  story.move("churn", "production", 1);
  const HeadStore store(story.events());
  const HeadReader reader(*store.head);
  for (std::size_t table = 0; table < registry::kTableCount; ++table) {
    const auto which = static_cast<Table>(table);
    EXPECT_EQ(rows(reader, which), rows(story.state(), which)) << to_string(which);
  }
}

TEST(Head, AnswersLikeTheStateInMemoryForEveryRangeOfKeys) {
  RandomRows random(1);
  HeadStore store;
  registry::MemoryState expected;
  for (int round = 0; round < 20; ++round) {
    HeadBatch batch(*store.head);
    for (int i = 0; i < 20; ++i) {
      random.change(batch, expected);
      random.expect_same_answers(batch, expected);
    }
    ASSERT_TRUE(batch.commit(kStand));
    const HeadReader reader(*store.head);
    for (int i = 0; i < 200; ++i) {
      random.expect_same_answers(reader, expected);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(Head, KeepsAnEmptyValueApartFromNone) {
  HeadStore store;
  HeadBatch batch(*store.head);
  batch.put(Table::ready_versions, "v1", {});
  EXPECT_EQ(batch.get(Table::ready_versions, "v1"), "");
  EXPECT_EQ(batch.get(Table::ready_versions, "v2"), std::nullopt);
}

TEST(Head, ForgetsABatchThatIsNotCommitted) {
  HeadStore store;
  { HeadBatch(*store.head).put(Table::registries, "key", "value"); }
  EXPECT_EQ(HeadReader(*store.head).get(Table::registries, "key"), std::nullopt);
  EXPECT_EQ(store.head->stand(), Stand{});
}

TEST(Head, ShowsAReaderOneMomentOnly) {
  HeadStore store;
  const HeadReader before(*store.head);
  HeadBatch batch(*store.head);
  batch.put(Table::registries, "key", "value");
  ASSERT_TRUE(batch.commit(kStand));
  EXPECT_EQ(before.get(Table::registries, "key"), std::nullopt);
  EXPECT_EQ(before.stand(), Stand{});
  EXPECT_EQ(HeadReader(*store.head).get(Table::registries, "key"), "value");
  EXPECT_EQ(HeadReader(*store.head).stand(), kStand);
}

TEST(Head, CountsTheCommitsAfterWhichSomebodyMayDoSomethingElse) {
  for (const Table table : {Table::principals, Table::teams_of, Table::roles, Table::tokens}) {
    HeadStore store;
    { HeadBatch(*store.head).put(table, "key", "value"); }
    EXPECT_EQ(store.head->changes_of_access(), 0u) << to_string(table);
    HeadBatch put(*store.head);
    put.put(table, "key", "value");
    EXPECT_EQ(store.head->changes_of_access(), 0u) << to_string(table);
    ASSERT_TRUE(put.commit(kStand));
    EXPECT_EQ(store.head->changes_of_access(), 1u) << to_string(table);
    HeadBatch erased(*store.head);
    erased.erase(table, "key");
    ASSERT_TRUE(erased.commit(kStand));
    EXPECT_EQ(store.head->changes_of_access(), 2u) << to_string(table);
  }
}

TEST(Head, CountsNoOtherCommitAsOneOfAccess) {
  RegistryStory story;
  story.model("churn");
  story.version("churn");
  story.move("churn", "production", 1);
  const HeadStore store(story.events());
  EXPECT_EQ(store.head->changes_of_access(), 0u);
}

TEST(Head, KnowsWhereItStandsWhenItIsOpenedAgain) {
  HeadStore store;
  HeadBatch batch(*store.head);
  ASSERT_TRUE(batch.commit(kStand));
  EXPECT_EQ(store.head->stand(), kStand);
  store.head.reset();
  store.head = Head::open({store.folder.file("head"), kMapSize}).value();
  EXPECT_EQ(store.head->stand(), kStand);
}

TEST(Head, SaysSoWhenItsMapIsFullAndStaysAsItWas) {
  const herald::testing::TempFolder folder;
  const auto head = Head::open({folder.file("head"), 1 << 20}).value();
  RegistryStory story;
  fill(*head, story.events());
  const Stand before = head->stand();
  story.model("churn");
  const std::size_t registered = story.events().size();
  for (int i = 0; i < 500; ++i) {
    auto version = RegistryStory::at<registry::RegisterVersion>("churn");
    version.metadata = json::Raw('"' + std::string(5'000, 'x') + '"');
    version.metadata = json::Raw("{\"a\":" + version.metadata.text() + "}");
    story.record(version);
  }
  HeadBatch batch(*head);
  Result<void> applied;
  for (std::size_t i = before.sequence.value(); i < story.events().size() && applied; ++i)
    applied = batch.apply(story.events()[i]);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().cause, Cause::storage_full);
  EXPECT_TRUE(batch.failed());
  EXPECT_EQ(batch.apply(story.events()[registered]).error().cause, Cause::storage_full);
  EXPECT_EQ(batch.commit(kStand).error().cause, Cause::storage_full);
  EXPECT_EQ(head->stand(), before);
  EXPECT_EQ(HeadReader(*head).stand(), before);
}

TEST(Head, IsReadByManyThreadsWhileItIsWritten) {
  HeadStore store;
  std::vector<std::jthread> readers;
  for (int thread = 0; thread < 4; ++thread) {
    readers.emplace_back([&](std::stop_token stop) {
      while (!stop.stop_requested()) {
        const HeadReader reader(*store.head);
        const auto first = reader.get(Table::registries, "first");
        ASSERT_EQ(first, reader.get(Table::registries, "second"));
        ASSERT_EQ(first.value_or("0"), std::to_string(reader.stand().sequence.value()));
      }
    });
  }
  for (std::uint64_t i = 1; i <= 500; ++i) {
    HeadBatch batch(*store.head);
    batch.put(Table::registries, "first", std::to_string(i));
    batch.put(Table::registries, "second", std::to_string(i));
    ASSERT_TRUE(batch.commit({kOrigin, Sequence(i), {}, kHeadVersion}));
  }
}

}  // namespace
}  // namespace herald::projections
