// Many threads at once: what was acknowledged is there, once, in one order without gap, under one tree.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <set>
#include <span>
#include <thread>

#include "recorder/testing/recorder_fixture.h"

namespace herald::recorder {
namespace {

class ManyThreads : public testing::RecorderTest {
 protected:
  static constexpr int kThreads = 4, kCommandsEach = 150;

  // Every third command is refused, since its model exists. Returns the sequences acknowledged.
  std::vector<std::uint64_t> work(int thread) {
    std::vector<std::future<Result<Recorded>>> answers;
    for (int i = 0; i < kCommandsEach; ++i) {
      const std::string name = std::to_string(thread) + "-" + std::to_string(i % 3 == 2 ? i - 1 : i);
      answers.push_back(w.submit(w.asks(w.register_model(name))));
    }
    std::vector<std::uint64_t> acknowledged;
    for (auto& answer : answers) {
      if (const auto recorded = answer.get()) acknowledged.push_back(recorded->first.value());
    }
    return acknowledged;
  }

  Digest recomputed_root() const {
    std::vector<Digest> leaves;
    const eventstore::LogReader reader = w.log->read();
    reader.scan(Sequence(1), [&](Sequence, std::string_view bytes) {
      leaves.push_back(eventstore::merkle_leaf(bytes));
      return true;
    });
    return root_of(leaves);
  }
  static Digest root_of(std::span<const Digest> leaves) {
    if (leaves.size() == 1) return leaves.front();
    const std::size_t left = std::bit_floor(leaves.size() - 1);
    return eventstore::merkle_node(root_of(leaves.first(left)), root_of(leaves.subspan(left)));
  }
};

TEST_F(ManyThreads, AreRecordedInOneOrderWithoutGapOrLoss) {
  std::vector<std::future<std::vector<std::uint64_t>>> workers;
  for (int thread = 0; thread < kThreads; ++thread) {
    workers.push_back(std::async(std::launch::async, [this, thread] { return work(thread); }));
  }
  std::set<std::uint64_t> acknowledged;
  std::size_t count = 0;
  for (auto& worker : workers) {
    const auto sequences = worker.get();
    count += sequences.size();
    acknowledged.insert(sequences.begin(), sequences.end());
    EXPECT_TRUE(std::is_sorted(sequences.begin(), sequences.end()))
        << "each caller's commands keep their order";
  }

  EXPECT_EQ(count, static_cast<std::size_t>(kThreads * kCommandsEach * 2 / 3));
  ASSERT_EQ(acknowledged.size(), count) << "no sequence was given twice";
  EXPECT_EQ(*acknowledged.begin(), 2u);
  EXPECT_EQ(*acknowledged.rbegin(), count + 1);
  EXPECT_EQ(w.log->last(), Sequence(count + 1));
  EXPECT_EQ(w.head->stand().sequence, w.log->last());
  EXPECT_EQ(w.tail->last(), w.log->last());
  for (std::uint64_t i = 1; i <= count + 1; ++i) ASSERT_EQ(w.event(i).sequence, i);
  EXPECT_EQ(w.log->read().root(count + 1), recomputed_root());

  const Recorder::Stats stats = w.recorder->stats();
  EXPECT_EQ(stats.events, count + 1);
  EXPECT_EQ(stats.commands, static_cast<std::uint64_t>(kThreads * kCommandsEach + 1));
  EXPECT_EQ(stats.refused, stats.commands - stats.events);
  EXPECT_LT(stats.batches, stats.commands) << "commands that came during a commit shared the next one";
}

}  // namespace
}  // namespace herald::recorder
