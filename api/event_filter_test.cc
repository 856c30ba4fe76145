#include "api/event_filter.h"

#include <gtest/gtest.h>

namespace herald::api {
namespace {

registry::Envelope envelope() {
  registry::Envelope event;
  event.type = "alias.assigned";
  event.subject = "registries/r/models/m";
  event.actor_id = "anonymous";
  event.correlation = "0199a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b";
  return event;
}

TEST(AFilter, ThatIsEmptyPassesEverything) {
  EXPECT_TRUE(EventFilter{}.everything());
  EXPECT_TRUE(EventFilter{}.passes(envelope()));
}

TEST(AFilter, PassesWhatFitsInAllItsParts) {
  EventFilter filter;
  filter.types = {"tag.*", "alias.*"};
  filter.actor = "anonymous";
  filter.subject = "registries/r/models/m";
  filter.below = "registries/r/models/m";
  filter.correlation = envelope().correlation;
  EXPECT_FALSE(filter.everything());
  EXPECT_TRUE(filter.passes(envelope()));
  for (const auto& spoil : std::vector<std::function<void(EventFilter&)>>{
           [](auto& f) { f.types = {"tag.*"}; }, [](auto& f) { f.actor = "somebody"; },
           [](auto& f) { f.subject = "registries/r"; },
           [](auto& f) { f.below = "registries/r/models/other"; }, [](auto& f) { f.correlation = "0"; }}) {
    EventFilter other = filter;
    spoil(other);
    EXPECT_FALSE(other.passes(envelope()));
  }
}

TEST(AFilter, BelowASubjectTakesWholeSteps) {
  EventFilter filter;
  filter.below = "registries/r/models/m";
  registry::Envelope event = envelope();
  event.subject = "registries/r/models/m/versions/3";
  EXPECT_TRUE(filter.passes(event));
  event.subject = "registries/r/models/mm";
  EXPECT_FALSE(filter.passes(event));
  event.subject = "registries/r/models";
  EXPECT_FALSE(filter.passes(event));
}

}  // namespace
}  // namespace herald::api
