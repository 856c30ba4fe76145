// Proofs made from what the log stores, checked by the verifier and against trees computed in another way.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/testing/sanitized.h"
#include "eventstore/log.h"
#include "eventstore/testing/log_fixture.h"

namespace herald::eventstore {
namespace {

// The root after each event, by the stack of complete subtrees: nothing stored, nothing recursive.
class RunningTree {
 public:
  void add(const Digest& leaf) {
    stack_.push_back(leaf);
    for (std::uint64_t n = size_++; (n & 1) != 0; n >>= 1) {
      const Digest right = stack_.back();
      stack_.pop_back();
      stack_.back() = merkle_node(stack_.back(), right);
    }
  }
  Digest root() const {
    if (stack_.empty()) return merkle_empty();
    Digest hash = stack_.back();
    for (auto left = stack_.rbegin() + 1; left != stack_.rend(); ++left) hash = merkle_node(*left, hash);
    return hash;
  }

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> stack_;
};

// All pairs take seconds, and many times that under a sanitizer.
constexpr std::uint64_t kStep = herald::testing::kSanitized ? 19 : 1;

class LogTree : public testing::LogTest {
 protected:
  // Fills the log to `size` in commits of uneven length and remembers each root.
  void grow(std::uint64_t size) {
    RunningTree tree;
    roots = {tree.root()};
    std::uint64_t commit = 1;
    for (std::uint64_t at = 0; at < size; at += commit) {
      commit = std::min(size - at, commit * 7 % 4'099);
      append(commit);
    }
    for (std::uint64_t i = 1; i <= size; ++i) {
      tree.add(merkle_leaf(event_text(Sequence(i))));
      roots.push_back(tree.root());
    }
  }
  void expect_inclusion(const LogReader& reader, std::uint64_t sequence, std::uint64_t size) {
    const auto proof = reader.inclusion_proof(Sequence(sequence), size);
    ASSERT_TRUE(verify_inclusion(reader.leaf_hash(Sequence(sequence)).value(), sequence - 1, size, proof,
                                 roots[size]))
        << sequence << " in " << size;
  }
  void expect_consistency(const LogReader& reader, std::uint64_t from, std::uint64_t to) {
    const auto proof = reader.consistency_proof(from, to);
    ASSERT_TRUE(verify_consistency(from, roots[from], to, roots[to], proof)) << from << " to " << to;
  }

  std::vector<Digest> roots;
};

TEST_F(LogTree, ProvesEachEventInEachTreeUpTo300) {
  grow(300);
  const LogReader reader = log->read();
  for (std::uint64_t size = 1; size <= 300; size += kStep) {
    ASSERT_EQ(reader.root(size), roots[size]) << size;
    for (std::uint64_t sequence = 1; sequence <= size; ++sequence) expect_inclusion(reader, sequence, size);
  }
}

TEST_F(LogTree, ProvesThatEachTreeUpTo300ExtendsEachBefore) {
  grow(300);
  const LogReader reader = log->read();
  for (std::uint64_t to = 0; to <= 300; to += kStep) {
    for (std::uint64_t from = 0; from <= to; ++from) expect_consistency(reader, from, to);
  }
}

TEST_F(LogTree, ProvesAnyEventOfATreeOfThreeLevels) {
  constexpr std::uint64_t kSize = 70'000;
  grow(kSize);
  const LogReader reader = log->read();
  std::mt19937_64 random(7);
  const auto any = [&](std::uint64_t from, std::uint64_t to) {
    return std::uniform_int_distribution<std::uint64_t>(from, to)(random);
  };
  std::vector<std::uint64_t> sizes{255, 256, 257, 65'535, 65'536, 65'537, 65'792, kSize};
  while (sizes.size() < 200) sizes.push_back(any(1, kSize));
  for (const std::uint64_t size : sizes) {
    ASSERT_EQ(reader.root(size), roots[size]) << size;
    expect_inclusion(reader, any(1, size), size);
    expect_inclusion(reader, size, size);
    expect_consistency(reader, any(1, size), size);
  }
}

TEST_F(LogTree, IsInTheBatchWhatItWillBeInTheLog) {
  grow(255);
  auto batch = log->begin().value();
  ASSERT_TRUE(batch->append("s", clock.now(), event_text(Sequence(256))));
  ASSERT_TRUE(batch->append("s", clock.now(), event_text(Sequence(257))));
  const Digest root = batch->root(257);
  ASSERT_EQ(batch->commit().outcome, LogBatch::Outcome::durable);
  EXPECT_EQ(log->read().root(257), root);
  EXPECT_EQ(log->read().root(255), roots[255]);
}

TEST_F(LogTree, KnowsNothingBeyondItsEnd) {
  append(3);
  const LogReader reader = log->read();
  EXPECT_THROW(reader.root(4), std::logic_error);
  EXPECT_THROW(reader.inclusion_proof(Sequence(3), 4), std::logic_error);
  EXPECT_THROW(reader.inclusion_proof(Sequence(3), 2), std::logic_error);
  EXPECT_THROW(reader.inclusion_proof(Sequence(0), 3), std::logic_error);
  EXPECT_THROW(reader.consistency_proof(2, 4), std::logic_error);
  EXPECT_THROW(reader.consistency_proof(3, 2), std::logic_error);
}

}  // namespace
}  // namespace herald::eventstore
