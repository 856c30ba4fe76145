#include "projections/event_index.h"

#include <gmock/gmock.h>

#include "projections/testing/cursor_steps.h"
#include "projections/testing/dump.h"
#include "projections/testing/registry_story.h"
#include "projections/testing/stores.h"

namespace herald::projections {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const registry::Actor kAda{"0199a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b", registry::ActorKind::user, "http"};

// One event after the other of a few kinds, with a sequence for each.
class EventIndex : public ::testing::Test {
 protected:
  void SetUp() override {
    story_.model("churn");
    story_.version("churn");
    story_.move("churn", "production", 1);
    story_.tag("churn", "team", "growth");
    events_ = story_.events();  // 1 to 5; the alias is assigned by 4, the tag set by 5
  }
  registry::Event& another(const registry::Event& like) {
    registry::Event event = like;
    event.sequence = events_.size() + 1;
    event.causation.correlation = Uuid::from_bytes(be64(7) + be64(event.sequence));
    events_.push_back(std::move(event));
    return events_.back();
  }
  void many_tags(std::uint64_t upto) {
    while (events_.size() < upto) another(events_[4]);
  }
  registry::Event& an_alias_of_adas() {
    registry::Event& event = another(events_[3]);
    event.actor = kAda;
    return event;
  }
  void keep() { store_.views->apply(events_, kOrigin, {}).value(); }

  static SequenceLists all_of(const ViewsReader& reader, const std::vector<std::string>& terms) {
    SequenceLists lists;
    for (const std::string& term : terms) lists.push_back(reader.events_under(term));
    return lists;
  }
  std::vector<std::uint64_t> found(const std::vector<std::string>& terms, Towards towards = Towards::later,
                                   std::optional<std::uint64_t> from = {}) {
    const ViewsReader reader(*store_.views);
    std::vector<std::uint64_t> out;
    walk_common(all_of(reader, terms),
                Sequence(from.value_or(towards == Towards::later ? 1 : events_.size())), towards,
                [&](Sequence sequence, Stands stands) {
                  if (stands == Stands::on_all) out.push_back(sequence.value());
                  return true;
                });
    return out;
  }

  const std::string aliases_ = event_index::of_type("alias.assigned"),
                    tags_ = event_index::of_type("tag.set"), ada_ = event_index::of_actor(kAda.id);
  RegistryStory story_;
  ViewsStore store_;
  std::vector<registry::Event> events_;
};

TEST_F(EventIndex, HasEventsByTheirTypeActorAndCorrelation) {
  an_alias_of_adas();   // 6
  another(events_[4]);  // 7
  another(events_[4]);  // 8
  events_[6].actor = kAda;
  events_[7].causation = events_[6].causation;
  keep();
  EXPECT_THAT(found({aliases_}), ElementsAre(4, 6));
  EXPECT_THAT(found({ada_}), ElementsAre(6, 7));
  EXPECT_THAT(found({tags_, ada_}), ElementsAre(7));
  EXPECT_THAT(found({event_index::of_correlation(events_[6].causation.correlation)}), ElementsAre(7, 8));
  EXPECT_THAT(found({event_index::of_actor("nobody")}), IsEmpty());
  EXPECT_THAT(found({event_index::of_type("alias.assign")}), IsEmpty()) << "which others begin with";
  EXPECT_THAT(found({event_index::of_type(kAda.id)}), IsEmpty());
}

// Before, behind and at each place where a block ends.
TEST_F(EventIndex, IsWalkedBothWaysFromAnyPlace) {
  std::vector<std::uint64_t> expected{4};
  for (const std::uint64_t at : {254u, 255u, 256u, 257u, 511u, 512u, 1'300u, 2'047u}) {
    many_tags(at - 1);
    an_alias_of_adas();
    expected.push_back(at);
  }
  many_tags(2'100);
  keep();
  for (std::uint64_t from = 1; from <= 2'100; ++from) {
    std::vector<std::uint64_t> up, down;
    for (const std::uint64_t at : expected) {
      if (at >= from) up.push_back(at);
      if (at <= from) down.insert(down.begin(), at);
    }
    ASSERT_EQ(found({aliases_}, Towards::later, from), up) << from;
    ASSERT_EQ(found({aliases_}, Towards::earlier, from), down) << from;
  }
}

TEST_F(EventIndex, IsTheSameHoweverTheEventsArrive) {
  many_tags(700);
  an_alias_of_adas();
  keep();
  for (const std::size_t at_once : {1u, 3u, 256u, 300u}) {
    const ViewsStore in_parts;
    for (std::span<const registry::Event> left(events_); !left.empty();) {
      const auto batch = left.first(std::min(left.size(), at_once));
      in_parts.views->apply(batch, kOrigin, {}).value();
      left = left.subspan(batch.size());
    }
    EXPECT_TRUE(dump(in_parts.views->environment()) == dump(store_.views->environment())) << at_once;
  }
}

TEST_F(EventIndex, TakesARowForEachBlockAndAByteForEachEvent) {
  many_tags(1'024);
  for (registry::Event& event : events_) event.causation = events_.front().causation;
  keep();
  const auto table = store_.views->environment().table("event_index").value();
  const auto txn = store_.views->environment().read();
  const std::uint64_t of_the_types = 5 + 4, of_the_actor = 5, of_the_correlation = 5;
  EXPECT_EQ(txn.entries(table), of_the_types + of_the_actor + of_the_correlation);
  EXPECT_EQ(event_index::count(txn, table), 3 * events_.size());
  EXPECT_EQ(ViewsReader(*store_.views).sizes().indexed_events, 3 * events_.size());
}

// ---- what it costs, in steps of LMDB's cursors ----

class EventIndexCost : public EventIndex {
 protected:
#ifdef HERALD_SANITIZED  // what sanitizers look for does not hang on the number
  static constexpr std::uint64_t kEvents = 2'000;
#else
  static constexpr std::uint64_t kEvents = 20'000;
#endif
  // Ada's are three.
  void SetUp() override {
    EventIndex::SetUp();
    many_tags(kEvents / 4);
    for (int i = 0; i < 3; ++i) {
      an_alias_of_adas();
      many_tags(events_.size() + kEvents / 4);
    }
    keep();
  }
  std::uint64_t steps(const std::vector<std::string>& terms, Towards towards, std::size_t expected) {
    const std::uint64_t before = cursor_steps();
    EXPECT_EQ(found(terms, towards).size(), expected);
    const std::uint64_t taken = cursor_steps() - before;
    EXPECT_GT(taken, 0U) << "they are not counted";
    return taken;
  }
};

constexpr std::uint64_t kStepsToTheNext = 4;  // to its block from behind, and to the one before that

TEST_F(EventIndexCost, IsThatOfWhatIsFoundHoweverLongTheLogIs) {
  for (const Towards towards : {Towards::later, Towards::earlier}) {
    EXPECT_LE(steps({ada_}, towards, 3), 4 * kStepsToTheNext);
    EXPECT_LE(steps({aliases_}, towards, 4), 5 * kStepsToTheNext);
    EXPECT_LE(steps({event_index::of_actor("nobody")}, towards, 0), kStepsToTheNext);
  }
}

TEST_F(EventIndexCost, OfTwoTermsIsThatOfTheRarerOne) {
  const std::string many = event_index::of_actor(events_.front().actor.id);
  for (const Towards towards : {Towards::later, Towards::earlier}) {
    EXPECT_LE(steps({many, aliases_}, towards, 1), 2 * 6 * kStepsToTheNext);
    EXPECT_LE(steps({aliases_, many}, towards, 1), 2 * 6 * kStepsToTheNext);
    EXPECT_LE(steps({tags_, ada_}, towards, 0), 2 * 5 * kStepsToTheNext);
  }
}

TEST_F(EventIndexCost, OfWhatIsEverywhereIsAStepForEachBlock) {
  EXPECT_LE(steps({tags_}, Towards::later, events_.size() - 7), 3 * (events_.size() / 256 + 2));
}

}  // namespace
}  // namespace herald::projections
