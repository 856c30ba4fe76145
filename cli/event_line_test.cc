#include "cli/event_line.h"

#include <gmock/gmock.h>

#include "registry/vocabulary.h"

namespace herald::cli {
namespace {

std::string line(const std::string& type, const std::string& data) {
  const auto event =
      json::Document::parse(R"({"type":"herald.)" + type + R"(.v1","data":)" + data + "}").value();
  return event_line(event.root());
}

TEST(EventLines, AreThereForEveryTypeOfEvent) {
  for (const registry::EventType& type : registry::vocabulary())
    EXPECT_TRUE(has_event_line(type.type)) << type.type;
}

TEST(EventLines, SayWhoMayDoWhatWhere) {
  EXPECT_EQ(line("role.granted",
                 R"({"principal_id":"ada","scope":{"registry":"models","model":"churn"},"to":"admin"})"),
            "ada: none -> admin on models/churn");
  EXPECT_EQ(line("role.revoked", R"({"principal_id":"ada","scope":{},"from":"member"})"),
            "ada: member -> none on the server");
  EXPECT_EQ(line("team.joined", R"({"principal_id":"ada","team_id":"ml"})"), "ada into ml");
  EXPECT_EQ(line("access.denied",
                 R"({"actor":"ada","permission":"write","scope":{"registry":"models"},"count":3})"),
            "write to ada, 3 times on models");
  EXPECT_EQ(line("erasure.performed", R"({"principal_id":"ada","texts":["a","b"],"reason":"asked"})"),
            "ada: entry and 2 texts (asked)");
}

TEST(EventLines, SayWhyWhateverHappened) {
  for (const registry::EventType& type : registry::vocabulary()) {
    EXPECT_THAT(line(std::string(type.type), R"({"reason":"moved on"})"), ::testing::EndsWith(" (moved on)"))
        << type.type;
  }
}

TEST(EventLines, SayWhichMovesWereRollbacks) {
  const std::string moved = R"({"registry":"models","model":"churn","alias":"production","from":3,"to":2)";
  EXPECT_EQ(line("alias.assigned", moved + "}"), "production of churn: v3 -> v2");
  EXPECT_EQ(line("alias.assigned", moved + R"(,"rollback":{"passed_over":[1]},"reason":"errors"})"),
            "production of churn: v3 -> v2, taken back (errors)");
}

TEST(EventLines, SayHowVersionsDidAndWhoUsesThem) {
  EXPECT_EQ(
      line(
          "evaluation.recorded",
          R"({"registry":"models","model":"churn","version":3,"dataset":{"name":"hold-out"},"metrics":{"auc":0.9}})"),
      "churn:v3 on hold-out (auc=0.9)");
  EXPECT_EQ(line("usage.recorded",
                 R"({"registry":"models","model":"churn","version":3,"consumer":"mail","count":7})"),
            "churn:v3 by mail, 7 times");
}

TEST(EventLines, OfATypeThatIsNotKnownAreItsData) {
  EXPECT_EQ(line("nothing.happened", R"({"a":1})"), R"({"a":1})");
}

}  // namespace
}  // namespace herald::cli
