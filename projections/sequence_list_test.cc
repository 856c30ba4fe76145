#include "projections/sequence_list.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <iterator>
#include <random>

namespace herald::projections {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Numbers = std::vector<std::uint64_t>;

class NumbersInOrder final : public SequenceList {
 public:
  explicit NumbersInOrder(Numbers numbers, std::size_t* seeks = nullptr)
      : numbers_(std::move(numbers)), seeks_(seeks) {}

 private:
  std::optional<Sequence> seek(Sequence from, Towards towards) override {
    if (seeks_ != nullptr) ++*seeks_;
    if (towards == Towards::later) {
      const auto found = std::lower_bound(numbers_.begin(), numbers_.end(), from.value());
      return found == numbers_.end() ? std::nullopt : std::optional(Sequence(*found));
    }
    const auto beyond = std::upper_bound(numbers_.begin(), numbers_.end(), from.value());
    return beyond == numbers_.begin() ? std::nullopt : std::optional(Sequence(*std::prev(beyond)));
  }

  Numbers numbers_;
  std::size_t* seeks_;
};

SequenceLists lists(const std::vector<Numbers>& all) {
  SequenceLists out;
  for (const Numbers& numbers : all) out.push_back(std::make_unique<NumbersInOrder>(numbers));
  return out;
}

struct Walk {
  Numbers common;
  std::size_t leaps = 0;
};
Walk walk(const SequenceLists& lists, std::uint64_t from, Towards towards) {
  Walk walk;
  walk_common(lists, Sequence(from), towards, [&](Sequence sequence, Stands stands) {
    if (stands == Stands::on_all) {
      walk.common.push_back(sequence.value());
    } else {
      ++walk.leaps;
    }
    return true;
  });
  return walk;
}

Numbers from_one_to(std::uint64_t last) {
  Numbers numbers;
  for (std::uint64_t number = 1; number <= last; ++number) numbers.push_back(number);
  return numbers;
}

TEST(SequencesOfAnyList, ComeInOrderAndOnce) {
  const auto any = [] {
    SequenceLists one;
    one.push_back(any_of(lists({{2, 5, 9}, {}, {5, 6}})));
    return one;
  };
  EXPECT_THAT(walk(any(), 0, Towards::later).common, ElementsAre(2, 5, 6, 9));
  EXPECT_THAT(walk(any(), 6, Towards::later).common, ElementsAre(6, 9));
  EXPECT_THAT(walk(any(), 8, Towards::earlier).common, ElementsAre(6, 5, 2));
  SequenceLists none;
  none.push_back(any_of({}));
  EXPECT_THAT(walk(none, 0, Towards::later).common, IsEmpty());
}

TEST(SequencesOfAllLists, AreThoseThatStandOnEachOfThem) {
  const std::vector<Numbers> all{{1, 2, 5, 7, 9}, {2, 3, 7, 8, 9}, {2, 7, 10}};
  EXPECT_THAT(walk(lists(all), 0, Towards::later).common, ElementsAre(2, 7));
  EXPECT_THAT(walk(lists(all), 3, Towards::later).common, ElementsAre(7));
  EXPECT_THAT(walk(lists(all), 99, Towards::earlier).common, ElementsAre(7, 2));
  EXPECT_THAT(walk(lists(all), 6, Towards::earlier).common, ElementsAre(2));
  EXPECT_THAT(walk(lists({{1, 2}, {}}), 0, Towards::later).common, IsEmpty());
}

TEST(SequencesOfAllLists, EndWhereTheyAreToldTo) {
  Numbers seen;
  walk_common(lists({{1, 2, 3}}), Sequence(0), Towards::later, [&](Sequence sequence, Stands) {
    seen.push_back(sequence.value());
    return seen.size() < 2;
  });
  EXPECT_THAT(seen, ElementsAre(1, 2));
}

// Of a leap, too: it can be told to end there, and gone on from there.
TEST(SequencesOfAllLists, AreGoneOnWithWhereALeapBegan) {
  const std::vector<Numbers> all{{1, 4, 8}, {2, 5, 8}};
  Sequence at(0);
  walk_common(lists(all), at, Towards::later, [&](Sequence sequence, Stands stands) {
    EXPECT_EQ(stands, Stands::on_some);
    at = sequence;
    return false;
  });
  EXPECT_EQ(at, Sequence(1));
  EXPECT_THAT(walk(lists(all), at.next().value(), Towards::later).common, ElementsAre(8));
}

TEST(SequencesOfAllLists, CostWhatTheShortestListCosts) {
  for (const Towards towards : {Towards::later, Towards::earlier}) {
    std::size_t seeks = 0;
    SequenceLists all;
    all.push_back(std::make_unique<NumbersInOrder>(from_one_to(100'000), &seeks));
    all.push_back(std::make_unique<NumbersInOrder>(from_one_to(100'000), &seeks));
    all.push_back(std::make_unique<NumbersInOrder>(Numbers{50, 60'000, 90'000}, &seeks));
    const Walk walked = walk(all, towards == Towards::later ? 0 : 100'000, towards);
    EXPECT_EQ(walked.common.size(), 3U);
    EXPECT_LE(walked.leaps, 3U);
    EXPECT_LE(seeks, 3U * 8);
  }
}

// What lies ahead already is not looked for again.
TEST(SequencesOfAnyList, AreSoughtOnceForEachThatIsPassed) {
  std::size_t seeks = 0;
  SequenceLists any;
  any.push_back(std::make_unique<NumbersInOrder>(from_one_to(1'000)));
  any.push_back(std::make_unique<NumbersInOrder>(Numbers{999}, &seeks));
  SequenceLists one;
  one.push_back(any_of(std::move(any)));
  EXPECT_EQ(walk(one, 0, Towards::later).common.size(), 1'000U);
  EXPECT_EQ(seeks, 2U);
}

TEST(SequencesOfAllLists, AreThoseThatSetsHaveInCommonWhateverTheyHold) {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    std::vector<Numbers> all(1 + random() % 4);
    for (Numbers& numbers : all) {
      for (std::uint64_t number = 1; number <= 60; ++number)
        if (random() % 3 != 0) numbers.push_back(number);
    }
    const std::uint64_t from = random() % 62;
    Numbers up, down;
    for (std::uint64_t number = 1; number <= 60; ++number) {
      const bool on_all = std::all_of(all.begin(), all.end(), [&](const Numbers& numbers) {
        return std::binary_search(numbers.begin(), numbers.end(), number);
      });
      if (on_all && number >= from) up.push_back(number);
      if (on_all && number <= from) down.insert(down.begin(), number);
    }
    ASSERT_EQ(walk(lists(all), from, Towards::later).common, up);
    ASSERT_EQ(walk(lists(all), from, Towards::earlier).common, down);
  }
}

}  // namespace
}  // namespace herald::projections
