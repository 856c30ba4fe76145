#include "registry/event.h"

#include <gmock/gmock.h>

namespace herald::registry {
namespace {

using testing::HasSubstr;

const RegistryId kRegistry = RegistryId::trusted("01939f5e-0c3b-7a52-8c1e-2f6d3b9a4c10");
const ModelId kModel = ModelId::trusted("01939f5e-0c3c-7b11-9d2f-3a7e4cab5d21");

OfModel churn() {
  return {kRegistry, RegistryName::trusted("models"), kModel, ModelName::trusted("churn")};
}

Event moved() {
  Event event;
  event.id = Uuid::trusted("01939f5e-1000-7000-8000-000000000001");
  event.source = "herald.example.org/log";
  event.sequence = 7;
  event.time = Timestamp::trusted("2026-11-24T05:02:00.123Z");
  event.actor = Actor::anonymous("http");
  event.causation.correlation = Uuid::trusted("01939f5e-2000-7000-8000-000000000001");
  event.payload = AliasAssigned{churn(), AliasName::trusted("production"), VersionNumber(3), VersionNumber(4),
                                Reason::trusted("better")};
  return event;
}

// The event's bytes with one piece put in place of another.
std::string altered(const std::string& what, const std::string& by) {
  std::string bytes = encode(moved());
  const auto at = bytes.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return bytes.replace(at, what.size(), by);
}

Error refusal(const std::string& bytes) {
  const auto event = decode(bytes);
  EXPECT_FALSE(event);
  return event ? Error{} : event.error();
}

TEST(Events, AreCloudEventsInOneCompactObject) {
  EXPECT_EQ(
      encode(moved()),
      R"({"specversion":"1.0","id":"01939f5e-1000-7000-8000-000000000001","source":"herald.example.org/log",)"
      R"("type":"herald.alias.assigned.v1",)"
      R"("subject":"registries/01939f5e-0c3b-7a52-8c1e-2f6d3b9a4c10/models/01939f5e-0c3c-7b11-9d2f-3a7e4cab5d21",)"
      R"("time":"2026-11-24T05:02:00.123Z","sequence":"00000000000000000007","datacontenttype":"application/json",)"
      R"("dataschema":"urn:herald:event:alias.assigned:v1","actorid":"anonymous","actorkind":"anonymous",)"
      R"("actorvia":"http","correlationid":"01939f5e-2000-7000-8000-000000000001","causationdepth":0,)"
      R"("data":{"registry_id":"01939f5e-0c3b-7a52-8c1e-2f6d3b9a4c10","registry":"models",)"
      R"("model_id":"01939f5e-0c3c-7b11-9d2f-3a7e4cab5d21","model":"churn","alias":"production","from":3,"to":4,)"
      R"("reason":"better"}})");
}

TEST(Events, CarryWhatCausedThem) {
  Event event = moved();
  event.causation.causation = Uuid::trusted("01939f5e-1000-7000-8000-000000000009");
  event.causation.depth = 2;
  event.causation.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const Event read = decode(encode(event)).value();
  EXPECT_EQ(read.causation.causation, event.causation.causation);
  EXPECT_EQ(read.causation.depth, 2U);
  EXPECT_EQ(read.causation.traceparent, event.causation.traceparent);
}

TEST(Events, KeepNumbersAndTextsExactly) {
  Event event = moved();
  VersionRegistered fact{{churn(), VersionNumber(UINT64_MAX)},    {}, {}, {},
                         json::Raw(R"({"a":[1,2.50,"\u00e4"]})"), {}, {}, {}};
  fact.metrics = {{"tiny", 5e-324}, {"third", 1.0 / 3}, {"big", 1.7976931348623157e308}};
  event.payload = fact;
  const Event read = decode(encode(event)).value();
  const auto& same = std::get<VersionRegistered>(read.payload);
  EXPECT_EQ(same.version, fact.version);
  EXPECT_EQ(same.metrics, fact.metrics);
}

TEST(Events, AreReadThoughANewerVersionAddedFields) {
  const auto event = decode(altered(R"("data":{)", R"("newattribute":{"x":1},"data":{"newfield":[1],)"));
  ASSERT_TRUE(event);
  EXPECT_EQ(std::get<AliasAssigned>(event->payload).to, VersionNumber(4));
}

TEST(Events, AreReadThoughTheirNamesBreakRulesMadeSince) {
  const auto event = decode(altered(R"("alias":"production")", R"("alias":"latest")"));
  ASSERT_TRUE(event);
  EXPECT_EQ(std::get<AliasAssigned>(event->payload).alias.str(), "latest");
}

TEST(Events, OfAnUnknownTypeAreNotFoundButTheirEnvelopeIsRead) {
  const std::string bytes = altered("herald.alias.assigned.v1", "herald.alias.imagined.v1");
  EXPECT_EQ(refusal(bytes).cause, Cause::not_found);
  EXPECT_EQ(decode_envelope(bytes).value().type, "alias.imagined");
}

TEST(Events, ThatAreDamagedAreMalformed) {
  const std::string whole = encode(moved());
  const std::vector<std::string> damaged = {
      "",
      "[]",
      "7",
      whole.substr(0, whole.size() - 1),
      altered("herald.alias.assigned.v1", "other.alias.assigned.v1"),
      altered("herald.alias.assigned.v1", "herald.v1"),
      altered("00000000000000000007", "7"),
      altered("00000000000000000007", "0000000000000000000x"),
      altered(R"("sequence":"00000000000000000007",)", ""),
      altered(R"("id":"01939f5e-1000-7000-8000-000000000001",)", ""),
      altered(R"("id":"01939f5e)", R"("id":"x1939f5e)"),
      altered("2026-11-24T05:02:00.123Z", "yesterday"),
      altered(R"("actorkind":"anonymous")", R"("actorkind":"robot")"),
      altered(R"("actorvia":"http")", R"("actorvia":7)"),
      altered(R"("causationdepth":0)", R"("causationdepth":-1)"),
      altered(R"("correlationid":"01939f5e)", R"("correlationid":"x1939f5e)"),
      altered(R"("to":4)", R"("to":"4")"),
      altered(R"("to":4,)", ""),
      altered(R"("data":{)", R"("meta":{)"),
  };
  for (const std::string& bytes : damaged) {
    EXPECT_EQ(refusal(bytes).cause, Cause::malformed) << bytes;
  }
  EXPECT_THAT(refusal(altered(R"("to":4,)", "")).message,
              HasSubstr("in the data of alias.assigned, \"to\" is required"));
}

TEST(Subjects, AreImmutablePaths) {
  const std::string registry = "registries/" + kRegistry.str();
  const std::string model = registry + "/models/" + kModel.str();
  const auto id = Uuid::trusted("01939f5e-0c3d-7c22-ae30-4b8f5dbc6e32");
  const std::string tail = "/" + id.str();
  const Label name = Label::trusted("n");
  const OfAutomation automation{AutomationId(id), name};
  const TagKey key = TagKey::trusted("k");
  EXPECT_EQ(subject_of(RegistryCreated{kRegistry, RegistryName::trusted("models"), RegistryKind::model}),
            registry);
  EXPECT_EQ(subject_of(ModelRegistered{churn()}), model);
  EXPECT_EQ(subject_of(VersionUnlinked{{churn(), VersionNumber(3)}, {}, name, {}}), model + "/versions/3");
  EXPECT_EQ(subject_of(TagRemoved{churn(), VersionNumber(3), key, {}}), model + "/versions/3");
  EXPECT_EQ(subject_of(TagRemoved{churn(), std::nullopt, key, {}}), model);
  EXPECT_EQ(subject_of(CommentAdded{churn(), VersionNumber(3), {}, {}}), model + "/versions/3");
  EXPECT_EQ(subject_of(ArtifactCommitted{ArtifactId(id), name, name, {}, 1, 1}), "artifacts" + tail);
  EXPECT_EQ(subject_of(LineageRecorded{
                {NodeKind::run, "r", "r"}, Relation::produced, {NodeKind::artifact, "x", "y"}}),
            "lineage/artifact/x");
  EXPECT_EQ(subject_of(AutomationDisabled{automation}), "automations" + tail);
  EXPECT_EQ(subject_of(DeliverySkipped{automation, 1, SkipCause::depth_limit}), "automations" + tail);
  EXPECT_EQ(subject_of(DeliveryReplayed{{automation, DeliveryId(id), ActionKind::slack, 1, 1}}),
            "deliveries" + tail);
  EXPECT_EQ(subject_of(SecretSet{SecretName::trusted("s"), 1}), "secrets/s");
}

}  // namespace
}  // namespace herald::registry
