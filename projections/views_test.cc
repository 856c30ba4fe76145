#include "projections/views.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "base/testing/sanitized.h"
#include "herald/source_dir.h"
#include "projections/queries.h"
#include "projections/testing/dump.h"
#include "projections/testing/registry_story.h"
#include "projections/testing/stores.h"

namespace herald::projections {
namespace {

using namespace testing;
using registry::Table;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

RegistryStory a_busy_story() {
  RegistryStory story;
  story.model("churn");
  const auto v1 = story.version("churn");
  story.version("churn");
  story.move("churn", "production", 1);
  story.tag("churn", "team", "growth");
  story.move("churn", "production", 2);
  story.comment("churn", v1);
  story.link("churn", v1, story.artifact("weights"));
  story.move("churn", "production", 0);
  story.tag("churn", "team", "risk");
  const auto automation = story.automation("tell");
  story.outcome(story.trigger(automation, 5), registry::RecordOutcome::Kind::succeeded);
  story.move("churn", "production", 1);
  story.edge(RegistryStory::dataset("rows"), registry::Relation::trained_on,
             RegistryStory::version_node("churn", 1));
  return story;
}

TEST(Views, ShowTheStateAsOfEveryEvent) {
  const RegistryStory story = a_busy_story();
  const ViewsStore store(story.events());
  const ViewsReader reader(*store.views);
  registry::MemoryState then;
  for (const registry::Event& event : story.events()) {
    registry::evolve(then, event);
    const AsOf as_of = reader.as_of(Sequence(event.sequence));
    for (std::size_t table = 0; table < registry::kTableCount; ++table) {
      const auto which = static_cast<Table>(table);
      ASSERT_EQ(rows(as_of, which), rows(then, which)) << to_string(which) << " as of " << event.sequence;
    }
  }
}

TEST(Views, ShowNothingAsOfBeforeTheFirstEvent) {
  const ViewsStore store(a_busy_story().events());
  EXPECT_THAT(rows(ViewsReader(*store.views).as_of(Sequence(0)), Table::registries), IsEmpty());
}

TEST(Views, ShowTheNewestStateForAMomentThatHasNotComeYet) {
  const RegistryStory story = a_busy_story();
  const ViewsStore store(story.events());
  const ViewsReader reader(*store.views);
  const AsOf as_of = reader.as_of(Sequence(~0ull));
  EXPECT_EQ(as_of.sequence(), Sequence(story.last()));
  EXPECT_EQ(rows(as_of, Table::aliases), rows(story.state(), Table::aliases));
}

// The same events in one batch and in many leave the same.
TEST(Views, ComeOutTheSameHoweverTheEventsArrive) {
  const RegistryStory story = a_busy_story();
  const ViewsStore at_once(story.events()), one_by_one;
  for (const registry::Event& event : story.events())
    ASSERT_TRUE(one_by_one.views->apply({&event, 1}, kOrigin, {}));
  EXPECT_EQ(dump(at_once.views->environment()), dump(one_by_one.views->environment()));
  EXPECT_EQ(at_once.views->stand(), one_by_one.views->stand());
}

TEST(Views, KnowWhereTheyStandWhenTheyAreOpenedAgain) {
  const RegistryStory story = a_busy_story();
  ViewsStore store;
  ASSERT_TRUE(store.views->apply(story.events(), kOrigin, sha256("leaf")));
  const Stand stand{kOrigin, Sequence(story.last()), sha256("leaf"), kViewsVersion};
  EXPECT_EQ(store.views->stand(), stand);
  store.views.reset();
  store.views = Views::open({store.folder.file("views"), kMapSize}).value();
  EXPECT_EQ(store.views->stand(), stand);
  EXPECT_EQ(ViewsReader(*store.views).stand(), stand);
}

TEST(Views, RefuseEventsThatDoNotFollow) {
  const RegistryStory story = a_busy_story();
  const ViewsStore store;
  const std::span<const registry::Event> events(story.events());
  EXPECT_THROW(static_cast<void>(store.views->apply(events.subspan(1), kOrigin, {})), std::logic_error);
  ASSERT_TRUE(store.views->apply(events.first(3), kOrigin, {}));
  EXPECT_THROW(static_cast<void>(store.views->apply(events.first(3), kOrigin, {})), std::logic_error);
  EXPECT_EQ(store.views->stand().sequence, Sequence(3));
  EXPECT_EQ(ViewsReader(*store.views).stand().sequence, Sequence(3));
}

TEST(Views, ApplyNothingOfABatchThatFindsNoRoom) {
  const herald::testing::TempFolder folder;
  const auto views = Views::open({folder.file("views"), 1 << 19}).value();
  RegistryStory story = a_busy_story();
  ASSERT_TRUE(views->apply(story.events(), kOrigin, {}));
  const Stand before = views->stand();
  for (int i = 0; i < 2'000; ++i) story.tag("churn", "team", std::to_string(i));
  const auto applied = views->apply(std::span(story.events()).subspan(before.sequence.value()), kOrigin, {});
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().cause, Cause::storage_full);
  EXPECT_EQ(views->stand(), before);
  EXPECT_EQ(ViewsReader(*views).sizes().changes,
            ViewsReader(*ViewsStore(std::span(story.events()).first(before.sequence.value())).views)
                .sizes()
                .changes);
}

TEST(Views, TellWhatAnEventDidToARow) {
  RegistryStory story;
  const auto churn = story.model("churn");
  story.version("churn");
  story.move("churn", "production", 1);
  const Sequence assigned(story.last());
  story.move("churn", "production", 0);
  const ViewsStore store(story.events());
  const ViewsReader reader(*store.views);
  const std::string key = registry::keys::alias(churn, "production");
  EXPECT_TRUE(reader.change(Table::aliases, key, assigned).value().has_value());
  EXPECT_EQ(reader.change(Table::aliases, key, assigned.next()), std::optional<RowChange>(RowChange()));
  EXPECT_EQ(reader.change(Table::aliases, key, Sequence(1)), std::nullopt);
}

// ---- timelines ----

std::vector<std::uint64_t> sequences(const ViewsReader& reader, const std::string& timeline,
                                     std::uint64_t after = 0) {
  std::vector<std::uint64_t> out;
  reader.timeline(timeline, Sequence(after), [&](Sequence sequence) {
    out.push_back(sequence.value());
    return true;
  });
  return out;
}
std::vector<std::uint64_t> sequences_back(const ViewsReader& reader, const std::string& timeline,
                                          std::uint64_t before) {
  std::vector<std::uint64_t> out;
  reader.timeline_back(timeline, Sequence(before), [&](Sequence sequence) {
    out.push_back(sequence.value());
    return true;
  });
  return out;
}

TEST(Timelines, GoUpAndDownFromAnyPoint) {
  RegistryStory story;
  const auto churn = story.model("churn");  // 2
  story.version("churn");                   // 3
  story.version("churn");                   // 4
  story.move("churn", "production", 1);     // 5
  story.model("fraud");                     // 6
  story.move("churn", "production", 2);     // 7
  const ViewsStore store(story.events());
  const ViewsReader reader(*store.views);
  const auto production = timelines::alias(churn, registry::AliasName::trusted("production"));
  EXPECT_THAT(sequences(reader, production), ElementsAre(5, 7));
  EXPECT_THAT(sequences(reader, production, 5), ElementsAre(7));
  EXPECT_THAT(sequences(reader, production, ~0ull), IsEmpty());
  EXPECT_THAT(sequences_back(reader, production, 0), ElementsAre(7, 5));
  EXPECT_THAT(sequences_back(reader, production, 7), ElementsAre(5));
  EXPECT_THAT(sequences_back(reader, production, 5), IsEmpty());
  EXPECT_THAT(sequences(reader, timelines::model(churn)), ElementsAre(2, 3, 4, 5, 7));
  EXPECT_THAT(sequences(reader, timelines::version(churn, registry::VersionNumber(1))), ElementsAre(3, 5, 7));
  std::uint64_t first = 0;
  reader.timeline(timelines::model(churn), Sequence(0), [&](Sequence sequence) {
    first = sequence.value();
    return false;
  });
  EXPECT_EQ(first, 2U);
}

TEST(Timelines, AreLookedIntoAtAnyPoint) {
  RegistryStory story;
  const auto churn = story.model("churn");
  story.version("churn");
  story.version("churn");
  story.move("churn", "production", 1);  // 5
  story.model("fraud");
  story.move("churn", "production", 2);  // 7
  const ViewsStore store(story.events());
  const ViewsReader reader(*store.views);
  const auto production = timelines::alias(churn, registry::AliasName::trusted("production"));
  const auto nearest = [&](std::uint64_t from, Towards towards) {
    return reader.events_on(production)->find(Sequence(from), towards);
  };
  EXPECT_EQ(nearest(0, Towards::later), Sequence(5));
  EXPECT_EQ(nearest(5, Towards::later), Sequence(5));
  EXPECT_EQ(nearest(6, Towards::later), Sequence(7));
  EXPECT_EQ(nearest(8, Towards::later), std::nullopt);
  EXPECT_EQ(nearest(99, Towards::earlier), Sequence(7));
  EXPECT_EQ(nearest(6, Towards::earlier), Sequence(5));
  EXPECT_EQ(nearest(4, Towards::earlier), std::nullopt);
}

TEST(Timelines, KeepApartAnAliasWhoseNameBeginsWithAnothers) {
  RegistryStory story;
  const auto churn = story.model("churn");
  story.version("churn");
  story.move("churn", "prod", 1);
  story.move("churn", "prod-eu", 1);
  const ViewsStore store(story.events());
  EXPECT_THAT(
      sequences(ViewsReader(*store.views), timelines::alias(churn, registry::AliasName::trusted("prod"))),
      ElementsAre(story.last() - 1));
}

TEST(Timelines, HoldTheEventsOfEverythingTheyAreAbout) {
  RegistryStory story;
  const auto churn = story.model("churn");
  const auto v1 = story.version("churn");
  const auto automation = story.automation("tell");
  const auto weights = story.artifact("weights");
  const auto last = [&] { return timelines::of(story.events().back()); };
  EXPECT_THAT(last(), ElementsAre(timelines::artifact(weights)));
  story.link("churn", v1, weights);
  EXPECT_THAT(last(), UnorderedElementsAre(timelines::model(churn), timelines::version(churn, v1),
                                           timelines::artifact(weights)));
  story.comment("churn", v1);
  EXPECT_THAT(last(), UnorderedElementsAre(timelines::model(churn), timelines::version(churn, v1)));
  story.comment("churn");
  EXPECT_THAT(last(), ElementsAre(timelines::model(churn)));
  story.edge(RegistryStory::dataset("rows"), registry::Relation::trained_on,
             RegistryStory::version_node("churn", 1));
  EXPECT_THAT(last(), UnorderedElementsAre(timelines::model(churn), timelines::version(churn, v1)));
  const auto delivery = story.trigger(automation, 2);
  EXPECT_THAT(last(), UnorderedElementsAre(timelines::automation(automation), timelines::delivery(delivery)));
  story.outcome(delivery, registry::RecordOutcome::Kind::succeeded);
  EXPECT_THAT(last(), UnorderedElementsAre(timelines::automation(automation), timelines::delivery(delivery)));
  story.secret("slack", 1);
  EXPECT_THAT(last(), IsEmpty());
}

// So whoever asks for the events below a model's subject may look for them there.
TEST(Timelines, OfAModelHoldEveryEventThatHasItInItsSubject) {
  constexpr std::string_view kOfAModel = "/models/";
  std::size_t seen = 0;
  for (const auto& file : std::filesystem::directory_iterator(HERALD_SOURCE_DIR "/registry/golden")) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    const registry::Event event = registry::decode(bytes).value();
    const std::string subject = event.subject();
    const auto at = subject.find(kOfAModel);
    if (at == std::string::npos) continue;
    const auto model = registry::ModelId::parse(subject.substr(at + kOfAModel.size(), 36)).value();
    EXPECT_THAT(timelines::of(event), Contains(timelines::model(model))) << event.type();
    ++seen;
  }
  EXPECT_GT(seen, 20U);
}

TEST(Timelines, NoteAnAliasAtTheVersionItCameToAndAtTheOneItLeft) {
  RegistryStory story;
  const auto churn = story.model("churn");
  const auto v1 = story.version("churn"), v2 = story.version("churn");
  story.move("churn", "production", 1);
  story.move("churn", "production", 2);
  EXPECT_THAT(timelines::of(story.events().back()),
              UnorderedElementsAre(timelines::model(churn), timelines::version(churn, v1),
                                   timelines::version(churn, v2),
                                   timelines::alias(churn, registry::AliasName::trusted("production"))));
}

// ---- the shape of the past ----

// One alias that moves all the time must not slow down a question about it, about its neighbours or about lists.
TEST(Views, AnswerAboutAnAliasThatMovedAHundredThousandTimesBySeeking) {
  constexpr std::uint64_t kMoves = herald::testing::kSanitized ? 3'000 : 100'000;
  RegistryStory story;
  const auto churn = story.model("churn");
  story.version("churn");
  story.version("churn");
  story.move("churn", "archive", 1);
  story.move("churn", "zeta", 1);
  std::vector<registry::Event> events = story.events();
  for (std::uint64_t i = 0; i < kMoves; ++i) {
    registry::Event event = events[4];
    event.sequence = events.size() + 1;
    auto& assigned = std::get<registry::AliasAssigned>(event.payload);
    assigned.alias = registry::AliasName::trusted("production");
    assigned.from = registry::VersionNumber(1 + (i + 1) % 2);
    assigned.to = registry::VersionNumber(1 + i % 2);
    if (i == 0) assigned.from.reset();
    events.push_back(std::move(event));
  }
  const ViewsStore store;
  for (std::span<const registry::Event> left(events); !left.empty();) {
    const auto batch = left.first(std::min<std::size_t>(left.size(), 2'000));
    ASSERT_TRUE(store.views->apply(batch, kOrigin, {}));
    left = left.subspan(batch.size());
  }

  const ViewsReader reader(*store.views);
  const std::uint64_t questions = 2'000;
  const auto start = system_clock().steady();
  for (std::uint64_t i = 0; i < questions; ++i) {
    const std::uint64_t moved = i * (kMoves / questions);
    const AsOf as_of = reader.as_of(Sequence(7 + moved));
    const auto alias = find_alias(as_of, churn, registry::AliasName::trusted("production"));
    ASSERT_EQ(alias.value().version, registry::VersionNumber(1 + moved % 2));
    ASSERT_EQ(list_aliases(as_of, churn).size(), 3U);
  }
  const auto each = (system_clock().steady() - start) / questions;
  // What is promised; walking over the versions would take many times as long.
  EXPECT_LT(std::chrono::duration_cast<std::chrono::microseconds>(each).count(), 1'000);
}

}  // namespace
}  // namespace herald::projections
