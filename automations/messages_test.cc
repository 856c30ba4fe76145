#include "automations/messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/mp11.hpp>

#include "automations/event_types.h"
#include "automations/testing/world.h"

namespace herald::automations {
namespace {

using namespace registry;
using ::testing::Contains;
using ::testing::HasSubstr;
using testing::id;
using ::testing::Not;
using ::testing::Pair;
using testing::World;

class Messages : public ::testing::Test {
 protected:
  Message of(Payload payload, const std::string& public_url = "https://herald.example") {
    return message_for(world.event(std::move(payload)).event, world.state, public_url);
  }
  void expect(Payload payload, const std::string& title, const std::string& text) {
    const Message message = of(std::move(payload));
    EXPECT_EQ(message.title, title);
    EXPECT_EQ(message.text, text) << title;
  }
  World world;
};

TextRef some_text() {
  return {sha256("x"), 1};
}
OfVersion churn_v3() {
  return {World::churn(), VersionNumber(3)};
}

TEST_F(Messages, SayWhoMovedWhichAliasFromWhereToWhere) {
  world.register_version(3, {{"auc", 0.9}, {"f1", 0.7}});
  world.register_version(4, {{"auc", 0.91}, {"recall", 0.8}});
  AliasAssigned fact{World::churn(), AliasName::trusted("production"), VersionNumber(3), VersionNumber(4),
                     Reason::trusted("better recall")};
  const Message message = of(fact);
  EXPECT_EQ(message.title, "production of churn moved from v3 to v4");
  EXPECT_EQ(message.text, "Moved by anonymous: better recall");
  EXPECT_EQ(message.link, "https://herald.example/v1/models/churn/versions/4");
  EXPECT_THAT(message.facts, Contains(Pair("auc", "0.91 (was 0.9)")));
  EXPECT_THAT(message.facts, Contains(Pair("recall", "0.8")));
  EXPECT_THAT(message.facts, Contains(Pair("Actor", "anonymous")));
  EXPECT_THAT(message.facts, Contains(Pair("Time", "2026-11-24T05:00:05.000Z")));
  EXPECT_THAT(message.facts, Contains(Pair("Event", "alias.assigned #5")));
}

TEST_F(Messages, SayWhyWhereverAReasonWasGiven) {
  const auto why = Reason::trusted("moved on");
  EXPECT_THAT(of(ModelOwned{World::churn(), {}, id<PrincipalId>(1), why}).facts,
              Contains(Pair("Reason", "moved on")));
  EXPECT_THAT(of(PrincipalDisabled{{id<PrincipalId>(1)}, why}).facts, Contains(Pair("Reason", "moved on")));
  const Message archived = of(ModelArchived{World::churn(), why});
  EXPECT_EQ(archived.text, "By anonymous: moved on");
  EXPECT_THAT(archived.facts, Not(Contains(Pair("Reason", "moved on"))));
}

TEST_F(Messages, HaveNoLinkWithoutAPublicUrl) {
  EXPECT_EQ(of(ModelRegistered{World::churn()}, "").link, std::nullopt);
  EXPECT_EQ(of(ModelRegistered{World::churn()}).link, "https://herald.example/v1/models/churn");
  EXPECT_EQ(of(SecretRemoved{SecretName::trusted("s")}).link, std::nullopt);
}

TEST_F(Messages, CallWhoActedAsTheDirectoryDoes) {
  const Event event = world.event(ModelRegistered{World::churn()}).event;
  const Message message = message_for(event, world.state, "", "ada");
  EXPECT_THAT(message.facts, Contains(Pair("Actor", "ada")));
  EXPECT_THAT(message.text, HasSubstr("by ada"));
}

TEST_F(Messages, NameWhoActed) {
  EXPECT_EQ(name_of(Actor::anonymous("http")), "anonymous");
  EXPECT_EQ(name_of(Actor::system()), "Herald");
  EXPECT_EQ(name_of(Actor::automation("x")), "automation x");
}

TEST_F(Messages, TellOfModelsAndVersions) {
  const OfModel other = World::model(20, "fraud", 2, "team-a");
  expect(RegistryCreated{id<RegistryId>(2), RegistryName::trusted("team-a"), RegistryKind::model},
         "registry team-a was created", "Created by anonymous.");
  expect(ModelRegistered{other}, "model team-a/fraud was registered", "Registered by anonymous.");
  expect(ModelDescribed{World::churn(), {}, some_text()}, "the description of churn was written",
         "By anonymous.");
  expect(ModelDescribed{World::churn(), some_text(), {}}, "the description of churn was removed",
         "By anonymous.");
  expect(TagSet{World::churn(), {}, TagKey::trusted("tier"), {}, TagValue::trusted("gold")},
         "tag tier of churn is now \"gold\"", "Set by anonymous.");
  expect(TagSet{World::churn(), VersionNumber(3), TagKey::trusted("tier"), TagValue::trusted("tin"),
                TagValue::trusted("gold")},
         "tag tier of churn:v3 is now \"gold\"", "Changed from \"tin\" by anonymous.");
  expect(TagRemoved{World::churn(), {}, TagKey::trusted("tier"), TagValue::trusted("gold")},
         "tag tier of churn was removed", "It was \"gold\". Removed by anonymous.");
  VersionRegistered registered{churn_v3(),     Uri::trusted("s3://x"), {}, {}, json::Raw("{}"),
                               {{"auc", 0.9}}, VersionStatus::ready,   {}};
  expect(registered, "churn:v3 was registered", "Registered by anonymous with status ready.");
  EXPECT_THAT(of(registered).facts, Contains(Pair("auc", "0.9")));
  EXPECT_THAT(of(registered).facts, Contains(Pair("Source", "s3://x")));
  VersionFacts metadata;
  metadata.metadata = json::Raw("{}");
  expect(VersionUpdated{churn_v3(), metadata, metadata}, "churn:v3 was updated",
         "Changed by anonymous: metadata.");
  expect(
      VersionStatusChanged{churn_v3(), VersionStatus::pending, VersionStatus::failed, Reason::trusted("OOM")},
      "churn:v3 is now failed", "It was pending. Changed by anonymous: OOM");
  expect(VersionLinked{churn_v3(), id<ArtifactId>(1), Label::trusted("weights"), {}},
         "artifact weights was linked to churn:v3", "Linked by anonymous.");
  expect(ArtifactCommitted{id<ArtifactId>(1), Label::trusted("weights"), Label::trusted("model"), {}, 1, 9},
         "artifact weights was uploaded", "Uploaded by anonymous: 1 file, 9 bytes.");
  expect(AliasAssigned{World::churn(), AliasName::trusted("candidate"), {}, VersionNumber(3), {}},
         "candidate of churn is now v3", "Assigned by anonymous.");
  expect(AliasRemoved{World::churn(), AliasName::trusted("candidate"), VersionNumber(3), {}},
         "candidate of churn was removed from v3", "Removed by anonymous.");
  expect(LineageRecorded{{NodeKind::dataset, "digits", "digits"},
                         Relation::trained_on,
                         {NodeKind::version, "x/3", "churn:v3"}},
         "dataset digits was used to train version churn:v3", "Lineage recorded by anonymous.");
}

TEST_F(Messages, OfCommentsDoNotHoldTheText) {
  const Message message = of(CommentAdded{World::churn(), VersionNumber(3), id<CommentId>(1), some_text()});
  EXPECT_EQ(message.title, "anonymous commented on churn:v3");
  EXPECT_EQ(message.text, "");
}

TEST_F(Messages, TellOfDeliveries) {
  DeliveryExhausted fact;
  fact.automation = Label::trusted("deploy");
  fact.kind = ActionKind::slack;
  fact.attempts = 10;
  fact.error = "Slack answered 404 Not Found: no_service";
  expect(fact, "a slack delivery of automation deploy has failed for good",
         "Given up after 10 attempts. Slack answered 404 Not Found: no_service");
}

TEST_F(Messages, CutLongValuesBetweenCharacters) {
  std::string value = "a";
  for (int i = 0; i < 200; ++i) value += "ä";
  const std::string title =
      of(TagSet{World::churn(), {}, TagKey::trusted("k"), {}, TagValue::trusted(value)}).title;
  EXPECT_LT(title.size(), 200u);
  EXPECT_TRUE(json::Document::parse(json::to_json(title)));
}

TEST_F(Messages, EveryEventTypeHasWords) {
  boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, Payload::variant>>(
      [&]<class T>(boost::mp11::mp_identity<T>) {
        Event event;
        event.actor = Actor::system();
        event.payload = T{};
        const Message message = message_for(event, world.state, "");
        EXPECT_GT(message.title.size(), 5u) << T::kType;
        EXPECT_FALSE(message.facts.empty()) << T::kType;
      });
}

}  // namespace
}  // namespace herald::automations
