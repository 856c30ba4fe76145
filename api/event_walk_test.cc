#include "api/event_walk.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "base/testing/sanitized.h"
#include "lmdb/testing/temp_folder.h"
#include "projections/testing/registry_story.h"

namespace herald::api {
namespace {

using projections::testing::RegistryStory;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const registry::Actor kAda{"0199a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b", registry::ActorKind::user, "http"};

class WalkedEvents : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kMapSize = 1ull << 30;
  void SetUp() override {
    log_ =
        eventstore::Log::open({folder_.file("log"), "herald.example/test", kMapSize}, system_clock()).value();
    views_ = projections::Views::open({folder_.file("views"), kMapSize}).value();
    churn_ = story_.model("churn");
    fraud_ = story_.model("fraud");
    for (const char* model : {"churn", "fraud"}) {
      story_.version(model);
      story_.version(model);
    }
    record();
  }
  // What has been told since.
  void record(const registry::Actor& actor = registry::Actor::anonymous("http")) {
    if (events_.size() == story_.events().size()) return;
    const auto batch = log_->begin().value();
    for (std::size_t i = events_.size(); i < story_.events().size(); ++i) {
      registry::Event event = story_.events()[i];
      event.actor = actor;
      batch->append(event.subject(), event.time, registry::encode(event)).value();
      events_.push_back(std::move(event));
    }
    ASSERT_EQ(batch->commit().outcome, eventstore::LogBatch::Outcome::durable);
  }
  void project() {
    views_->apply(std::span(events_).subspan(views_->stand().sequence.value()), log_->origin(), {}).value();
  }
  void tag_churn(int times) {
    for (int i = 0; i < times; ++i) story_.tag("churn", "n", std::to_string(++tags_));
    record();
  }
  Sequence last() const { return log_->last(); }
  EventBounds whole_log() const { return {Sequence(0), last().next()}; }

  struct Walk {
    std::vector<std::uint64_t> shown;
    std::size_t looked_at = 0;
  };
  Walk walk(const EventFilter& filter, const EventBounds& bounds, Towards towards = Towards::later) {
    Walk walk;
    const Timelines from(*views_, *log_);
    const auto ended = walk_events(from, lists_for(filter, from), bounds, towards,
                                   [&](Sequence sequence, std::string_view bytes) {
                                     ++walk.looked_at;
                                     if (filter.pass(bytes)) walk.shown.push_back(sequence.value());
                                     return true;
                                   });
    EXPECT_TRUE(ended.value());
    return walk;
  }
  std::vector<std::uint64_t> read_along(const EventFilter& filter, const EventBounds& bounds,
                                        Towards towards) const {
    std::vector<std::uint64_t> shown;
    log_->read().scan(Sequence(1), [&](Sequence sequence, std::string_view bytes) {
      if (bounds.holds(sequence) && filter.pass(bytes)) shown.push_back(sequence.value());
      return true;
    });
    if (towards == Towards::earlier) std::reverse(shown.begin(), shown.end());
    return shown;
  }
  EventFilter about(registry::ModelId model) const {
    EventFilter filter;
    filter.model = model;
    filter.below = subject_of(model);
    return filter;
  }
  std::string subject_of(registry::ModelId model) const {
    const auto record = registry::find_model(story_.state(), model);
    return "registries/" + record->registry_id.str() + "/models/" + model.str();
  }

  herald::testing::TempFolder folder_;
  std::unique_ptr<eventstore::Log> log_;
  std::unique_ptr<projections::Views> views_;
  RegistryStory story_;
  std::vector<registry::Event> events_;  // as recorded
  registry::ModelId churn_, fraud_;
  int tags_ = 0;
};

// Of 3,000 events, three aliases were moved by Ada.
class FewOfManyEvents : public WalkedEvents {
 protected:
  void SetUp() override {
    WalkedEvents::SetUp();
    for (std::uint64_t version = 1; version <= 3; ++version) {
      tag_churn(herald::testing::kSanitized ? 300 : 1'000);
      story_.move("fraud", "production", 1 + version % 2);
      record(kAda);
      moved_.push_back(last().value());
    }
    project();
  }
  std::vector<std::uint64_t> moved_;
};

TEST_F(FewOfManyEvents, AreLookedUpAndNotReadAlong) {
  EventFilter by_type, by_wildcard, by_actor, by_subject, by_correlation;
  by_type.types = {"alias.assigned"};
  by_wildcard.types = {"alias.*", "artifact.*"};
  by_actor.actor = kAda.id;
  by_subject.subject = subject_of(fraud_);
  by_subject.actor = kAda.id;
  by_correlation.correlation = events_[moved_[1] - 1].causation.correlation.str();
  EventFilter of_model = about(fraud_);
  of_model.types = {"alias.*"};
  for (const EventFilter& filter : {by_type, by_wildcard, by_actor, by_subject, of_model}) {
    for (const Towards towards : {Towards::later, Towards::earlier}) {
      const Walk found = walk(filter, whole_log(), towards);
      EXPECT_EQ(found.shown, read_along(filter, whole_log(), towards));
      EXPECT_EQ(found.shown.size(), 3U);
      EXPECT_LE(found.looked_at, 6U);
    }
  }
  EXPECT_THAT(walk(by_correlation, whole_log()).shown, ElementsAre(moved_[1]));
  EXPECT_EQ(walk(by_correlation, whole_log()).looked_at, 1U);
}

TEST_F(FewOfManyEvents, AreNoneWhereNothingFitsAndNothingIsRead) {
  EventFilter nobodys, of_no_type, about_nothing, of_no_request;
  nobodys.actor = "nobody";
  of_no_type.types = {"comment.*"};
  about_nothing.subject = "models/none";
  of_no_request.correlation = kAda.id;
  for (const EventFilter& filter : {nobodys, of_no_type, about_nothing, of_no_request}) {
    for (const Towards towards : {Towards::later, Towards::earlier}) {
      const Walk found = walk(filter, whole_log(), towards);
      EXPECT_THAT(found.shown, IsEmpty());
      EXPECT_EQ(found.looked_at, 0U);
    }
  }
}

// The rarer of two parts bounds what is looked at, whichever it is.
TEST_F(FewOfManyEvents, AreFoundByWhatIsRarestOfThem) {
  EventFilter tags_of_adas, moved_by_anybody = about(churn_);
  tags_of_adas.types = {"tag.set"};
  tags_of_adas.actor = kAda.id;
  moved_by_anybody.types = {"alias.*"};
  for (const EventFilter& filter : {tags_of_adas, moved_by_anybody}) {
    const Walk found = walk(filter, whole_log());
    EXPECT_THAT(found.shown, IsEmpty());
    EXPECT_LE(found.looked_at, 8U);
  }
}

TEST_F(FewOfManyEvents, AreReadFromTheLogWhereTheViewsDoNotHaveThemYet) {
  EventFilter by_type;
  by_type.types = {"alias.*"};
  tag_churn(10);
  story_.move("churn", "production", 1);
  record();
  std::vector<std::uint64_t> expected = moved_;
  expected.push_back(last().value());
  const Walk up = walk(by_type, whole_log());
  EXPECT_EQ(up.shown, expected);
  EXPECT_EQ(up.looked_at, 3U + 11U);
  std::reverse(expected.begin(), expected.end());
  EXPECT_EQ(walk(by_type, whole_log(), Towards::earlier).shown, expected);
  project();
  EXPECT_EQ(walk(by_type, whole_log()).looked_at, 4U);
}

// The text of a reason is in no index; neither is what fits everything.
TEST_F(FewOfManyEvents, AreReadAlongWhenAnyMayPass) {
  EventFilter reason, all;
  reason.reason = "recall";
  all.types = {"*"};
  EXPECT_EQ(walk(reason, whole_log()).looked_at, last().value());
  EXPECT_EQ(walk(all, whole_log()).looked_at, last().value());
}

TEST_F(FewOfManyEvents, EndWhereTheyAreToldTo) {
  EventFilter by_type;
  by_type.types = {"alias.*"};
  const Timelines from(*views_, *log_);
  for (const Towards towards : {Towards::later, Towards::earlier}) {
    std::size_t seen = 0;
    const auto ended = walk_events(from, lists_for(by_type, from), whole_log(), towards,
                                   [&](Sequence, std::string_view) { return ++seen < 2; });
    EXPECT_FALSE(ended.value());
    EXPECT_EQ(seen, 2U);
  }
}

TEST_F(WalkedEvents, AboutASubjectThatCannotBeAreNone) {
  project();
  for (const std::string& subject : {std::string(600, 's'), std::string("models\0churn", 12)}) {
    EventFilter filter;
    filter.subject = subject;
    EXPECT_THAT(walk(filter, whole_log()).shown, IsEmpty());
    EXPECT_THAT(walk(filter, whole_log(), Towards::earlier).shown, IsEmpty());
  }
}

TEST_F(WalkedEvents, ThatTheViewsNameAndTheLogLacksAreADefect) {
  story_.move("churn", "production", 1);
  const Sequence beyond = last().next();
  views_->apply(story_.events(), log_->origin(), {}).value();
  EventFilter by_type;
  by_type.types = {"alias.*"};
  const Timelines from(*views_, *log_);
  const auto ended = walk_events(from, lists_for(by_type, from), {Sequence(0), beyond.next()}, Towards::later,
                                 [](Sequence, std::string_view) { return true; });
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().cause, Cause::internal);
  EXPECT_THAT(ended.error().message, HasSubstr("event " + std::to_string(beyond.value())));
}

// Whatever is asked, and however far the views are.
TEST_F(WalkedEvents, AreThoseThatReadingTheWholeLogFinds) {
  std::mt19937_64 random(11);
  const auto one_of = [&](const std::vector<std::string>& all) { return all[random() % all.size()]; };
  const auto one_in = [&](std::uint64_t times) { return random() % times == 0; };
  const auto artifact = story_.artifact("weights");
  story_.link("churn", registry::VersionNumber(1), artifact);
  const auto tell = [&] {
    const char* const model = one_in(2) ? "churn" : "fraud";
    if (one_in(5)) {
      story_.move(model, one_in(2) ? "production" : "canary", 1 + random() % 2);
    } else if (one_in(6)) {
      story_.comment(model, one_in(2) ? std::optional(registry::VersionNumber(1)) : std::nullopt);
    } else if (one_in(20)) {
      story_.version(model);
    } else {
      story_.tag(model, "n", std::to_string(++tags_));
    }
  };
  for (int round = 0; round < 8; ++round) {
    for (std::uint64_t i = random() % 60; i > 0; --i) {
      tell();
      record(one_in(7) ? kAda : one_in(9) ? registry::Actor::system() : registry::Actor::anonymous("http"));
    }
    if (!one_in(3)) project();
    for (int asked = 0; asked < 80; ++asked) {
      EventFilter filter = one_in(4) ? about(one_in(2) ? churn_ : fraud_) : EventFilter();
      if (one_in(2))
        filter.types = {one_of({"alias.*", "tag.set", "*.registered", "*", "comment.added", "artifact.*"})};
      if (one_in(4)) filter.types.push_back(one_of({"model.*", "alias.assigned", "version.*"}));
      if (one_in(3)) filter.actor = one_of({kAda.id, "system", "anonymous", "nobody"});
      if (one_in(5)) filter.subject = events_[random() % events_.size()].subject();
      if (one_in(9)) filter.correlation = events_[random() % events_.size()].causation.correlation.str();
      const EventBounds bounds{Sequence(one_in(2) ? 0 : random() % (last().value() + 2)),
                               Sequence(one_in(2) ? last().value() + 1 : random() % (last().value() + 2))};
      const Towards towards = one_in(2) ? Towards::later : Towards::earlier;
      ASSERT_EQ(walk(filter, bounds, towards).shown, read_along(filter, bounds, towards))
          << round << ", " << asked;
    }
  }
}

}  // namespace
}  // namespace herald::api
