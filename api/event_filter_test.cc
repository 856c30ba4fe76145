#include "api/event_filter.h"

#include <gtest/gtest.h>

namespace herald::api {
namespace {

constexpr std::string_view kCorrelation = "0199a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b";

std::string event(std::string_view subject = "registries/r/models/m") {
  return R"({"specversion":"1.0","id":"0199a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5c","source":"s",)"
         R"("type":"herald.alias.assigned.v1","subject":")" +
         std::string(subject) +
         R"(","time":"2026-11-24T05:02:00.000Z","sequence":"00000000000000000007",)"
         R"("datacontenttype":"application/json","dataschema":"urn:herald:event:alias.assigned:v1",)"
         R"("actorid":"anonymous","actorkind":"anonymous","actorvia":"http","correlationid":")" +
         std::string(kCorrelation) + R"(","causationdepth":0,"data":{"reason":"Better Recall, ask Ann"}})";
}

TEST(AFilter, ThatIsEmptyPassesEverything) {
  EXPECT_TRUE(EventFilter{}.everything());
  EXPECT_TRUE(EventFilter{}.pass(event()));
}

TEST(AFilter, PassesWhatFitsInAllItsParts) {
  EventFilter filter;
  filter.types = {"tag.*", "alias.*"};
  filter.actor = "anonymous";
  filter.subject = "registries/r/models/m";
  filter.below = "registries/r/models/m";
  filter.correlation = kCorrelation;
  filter.reason = "recall, ask";
  EXPECT_FALSE(filter.everything());
  EXPECT_EQ(filter.pass(event())->sequence, 7u);
  for (const auto& spoil : std::vector<std::function<void(EventFilter&)>>{
           [](auto& f) { f.types = {"tag.*"}; }, [](auto& f) { f.actor = "somebody"; },
           [](auto& f) { f.subject = "registries/r"; },
           [](auto& f) { f.below = "registries/r/models/other"; }, [](auto& f) { f.correlation = "0"; },
           [](auto& f) { f.reason = "worse"; }}) {
    EventFilter other = filter;
    spoil(other);
    EXPECT_FALSE(other.pass(event()));
  }
}

TEST(AFilter, TellsWhichTypesItTakes) {
  EventFilter filter;
  EXPECT_TRUE(filter.takes_type("tag.set"));
  filter.types = {"*.set", "alias.assigned"};
  EXPECT_TRUE(filter.takes_type("tag.set"));
  EXPECT_TRUE(filter.takes_type("alias.assigned"));
  EXPECT_FALSE(filter.takes_type("alias.removed"));
}

TEST(AFilter, PassesNothingOfWhatWasNotRead) {
  EXPECT_FALSE(EventFilter{}.pass({}));
}

TEST(AFilter, BelowASubjectTakesWholeSteps) {
  EventFilter filter;
  filter.below = "registries/r/models/m";
  EXPECT_TRUE(filter.pass(event("registries/r/models/m/versions/3")));
  EXPECT_FALSE(filter.pass(event("registries/r/models/mm")));
  EXPECT_FALSE(filter.pass(event("registries/r/models")));
}

}  // namespace
}  // namespace herald::api
