#include "automations/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "automations/messages.h"
#include "automations/testing/world.h"
#include "base/limits.h"

namespace herald::automations {
namespace {

using namespace registry;
using Headers = std::map<std::string, std::string>;
using testing::automation;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::id;
using ::testing::Pair;
using testing::Recorded;
using testing::World;

class Rendering : public ::testing::Test {
 protected:
  Rendering() {
    world.record(TagSet{World::churn(), {}, TagKey::trusted("tier"), {}, TagValue::trusted("gold")});
    world.register_version(3, {{"auc", 0.90}}, R"({"framework":"sklearn","layers":[1,2]})");
    world.register_version(4, {{"auc", 0.91}, {"val.auc", 0.89}}, R"({"framework":"torch"})");
    world.move_alias("production", {}, 3);
    moved = world.move_alias("production", 3, 4, "better recall");
  }

  Result<Outgoing> render(const Action& action, const Recorded& recorded) {
    return automations::render(action, recorded.event, recorded.bytes, context());
  }
  RenderContext context() {
    return {.state_as_of = world.state,
            .public_url = public_url,
            .reveal = [this](const SecretName& name) -> Result<std::string> {
              const auto found = secrets.find(name.str());
              if (found == secrets.end()) return error(Cause::not_found, "it was removed");
              return found->second;
            },
            .now = Timestamp(1'000),
            .delivery = id<DeliveryId>(7),
            .automation = rule};
  }
  std::string body(std::string payload, const Recorded& recorded) {
    const auto out = render(webhook(std::move(payload)), recorded);
    return out ? out->body : "error: " + out.error().message;
  }
  static Action webhook(std::string payload) {
    Action action;
    action.url = "https://example.org/hook";
    action.payload = json::Raw(std::move(payload));
    return action;
  }

  World world;
  Recorded moved;
  AutomationDefinition rule = automation("deploy", {"alias.*"});
  std::map<std::string, std::string> secrets;
  std::string public_url = "https://herald.example/";
};

TEST_F(Rendering, WithoutAPayloadTheBodyIsTheEventItself) {
  Action action;
  action.url = "https://example.org/hook";
  const Outgoing out = render(action, moved).value();
  EXPECT_EQ(out.body, moved.bytes);
  EXPECT_EQ(out.url, "https://example.org/hook");
  EXPECT_EQ(out.delivery_id, id<DeliveryId>(7));
  EXPECT_EQ(out.now, Timestamp(1'000));
  EXPECT_EQ(out.signing_secret, std::nullopt);
}

TEST_F(Rendering, FillsInEventModelVersionAndLinks) {
  EXPECT_EQ(
      body(
          R"({"type":"${event.type}","alias":"${event.data.alias}","by":"${event.actorid}","why":"${event.data.reason}"})",
          moved),
      R"({"type":"herald.alias.assigned.v1","alias":"production","by":"anonymous","why":"better recall"})");
  EXPECT_EQ(
      body(
          R"({"model":"${model.name}","ref":"${model.reference}","tier":"${model.tags.tier}","aliases":"${model.aliases}","latest":"${model.latest}"})",
          moved),
      R"({"model":"churn","ref":"churn","tier":"gold","aliases":{"production":4},"latest":4})");
  EXPECT_EQ(
      body(
          R"(["${version.number}","${version.reference}","${version.source}","${version.metadata.framework}","${version.metrics.auc}","${version.metrics[\"val.auc\"]}"])",
          moved),
      R"([4,"churn:v4","s3://models/churn/4","torch",0.91,0.89])");
  EXPECT_EQ(body(R"(["${previous.number}","${previous.metadata}","${version.status}"])", moved),
            R"([3,{"framework":"sklearn","layers":[1,2]},"ready"])");
  EXPECT_EQ(
      body(R"(["${automation.name}","${delivery.id}","${links.version}","${links.model}"])", moved),
      R"(["deploy",")" + id<DeliveryId>(7).str() +
          R"(","https://herald.example/v1/models/churn/versions/4","https://herald.example/v1/models/churn"])");
}

TEST_F(Rendering, TheEventAsAWholeIsTheBytesOfTheLog) {
  EXPECT_EQ(body(R"({"event":"${event}"})", moved), R"({"event":)" + moved.bytes + "}");
}

TEST_F(Rendering, EachEventHasTheVersionThatItIsAbout) {
  const auto version_of = [&](Payload payload) {
    return body(R"("${version.number|null}")", world.event(std::move(payload)));
  };
  EXPECT_EQ(version_of(AliasRemoved{World::churn(), AliasName::trusted("production"), VersionNumber(4), {}}),
            "4");
  EXPECT_EQ(
      version_of(TagSet{World::churn(), VersionNumber(3), TagKey::trusted("k"), {}, TagValue::trusted("v")}),
      "3");
  EXPECT_EQ(version_of(TagSet{World::churn(), {}, TagKey::trusted("k"), {}, TagValue::trusted("v")}), "null");
  EXPECT_EQ(version_of(LineageRecorded{{NodeKind::dataset, "d", "d"},
                                       Relation::trained_on,
                                       {NodeKind::version, id<ModelId>(10).str() + "/3", "churn:v3"}}),
            "3");
  EXPECT_EQ(version_of(SecretSet{SecretName::trusted("s"), 1}), "null");
}

TEST_F(Rendering, ReferencesNameAnotherRegistry) {
  world.record(RegistryCreated{id<RegistryId>(2), RegistryName::trusted("team-a"), RegistryKind::model});
  world.record(ModelRegistered{World::model(20, "a model", 2, "team-a")});
  const Recorded other = world.event(AliasRemoved{
      World::model(20, "a model", 2, "team-a"), AliasName::trusted("production"), VersionNumber(1), {}});
  EXPECT_EQ(
      body(R"(["${version.reference}","${links.version}"])", other),
      R"(["team-a/a model:v1","https://herald.example/v1/registries/team-a/models/a%20model/versions/1"])");
}

TEST_F(Rendering, SaysWhichPlaceholderHasNoValue) {
  const auto out = render(webhook(R"({"a":{"b":"${version.metrics.f1}"}})"), moved);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().cause, Cause::not_found);
  EXPECT_EQ(out.error().field, "payload.a.b");
  EXPECT_THAT(out.error().message, HasSubstr("${version.metrics.f1}"));
  public_url.clear();
  EXPECT_THAT(body(R"("${links.version}")", moved), HasSubstr("${links.version}"));
}

TEST_F(Rendering, RefusesBodiesThatAreTooLarge) {
  Action action = webhook("\"" + std::string(limits::kMaxPayloadBytes, 'x') + "\"");
  const auto out = render(action, moved);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().cause, Cause::too_large);
}

TEST_F(Rendering, RevealsSecretsWhereTheyBelong) {
  secrets = {{"url", "https://hooks.example/T/B"}, {"token", "Bearer abc"}, {"key", "whsec_x"}};
  Action action;
  action.url_secret = SecretName::trusted("url");
  action.headers = Headers{{"x-team", "ml"}};
  action.secret_headers = Headers{{"authorization", "token"}};
  action.signing_secret = SecretName::trusted("key");
  const Outgoing out = render(action, moved).value();
  EXPECT_EQ(out.url, "https://hooks.example/T/B");
  EXPECT_THAT(out.headers, ElementsAre(Pair("authorization", "Bearer abc"), Pair("x-team", "ml")));
  EXPECT_EQ(out.signing_secret, "whsec_x");
}

TEST_F(Rendering, NamesASecretThatIsGone) {
  Action action;
  action.url_secret = SecretName::trusted("slack-url");
  const auto out = render(action, moved);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().cause, Cause::not_found);
  EXPECT_THAT(out.error().message, HasSubstr("\"slack-url\""));
}

TEST_F(Rendering, RefusesASecretThatWouldAddHeaders) {
  secrets = {{"token", "hunter2\r\nx-evil: 1"}};
  Action action;
  action.url = "https://example.org/";
  action.secret_headers = Headers{{"authorization", "token"}};
  const auto out = render(action, moved);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().cause, Cause::invalid_value);
  EXPECT_EQ(out.error().message.find("hunter2"), std::string::npos);
}

TEST_F(Rendering, MessagesHaveTheDefaultWords) {
  Action action;
  action.kind = ActionKind::slack;
  action.url = "https://hooks.slack.com/services/x";
  const Outgoing out = render(action, moved).value();
  EXPECT_EQ(out.message.title, "production of churn moved from v3 to v4");
  EXPECT_EQ(out.body, "");
  EXPECT_FALSE(out.kept_message) << "there is no name in it";
}

TEST_F(Rendering, MessagesAreKeptWithoutTheNamesThatTheyAreSentWith) {
  Action action;
  action.kind = ActionKind::slack;
  action.url = "https://hooks.slack.com/services/x";
  RenderContext with_name = context();
  with_name.actor_name = "Ada Lovelace";
  const Outgoing out = automations::render(action, moved.event, moved.bytes, with_name).value();
  EXPECT_THAT(out.message.facts, Contains(Pair("Actor", "Ada Lovelace")));
  ASSERT_TRUE(out.kept_message);
  EXPECT_EQ(out.kept_message->title, out.message.title);
  EXPECT_EQ(out.kept_message->link, out.message.link);
  EXPECT_THAT(out.kept_message->facts, Contains(Pair("Actor", name_of(moved.event.actor))));
  EXPECT_EQ(out.kept_message->text.find("Ada"), std::string::npos);
  action.text = "words of its own";
  EXPECT_FALSE(automations::render(action, moved.event, moved.bytes, with_name).value().kept_message);
}

TEST_F(Rendering, OrTheAutomationsOwn) {
  Action action;
  action.kind = ActionKind::teams;
  action.url = "https://example.org/";
  action.text = "${model.name} v${version.number}: ${event.data.reason|\"no reason\"}";
  const Outgoing out = render(action, moved).value();
  EXPECT_EQ(out.message.title, "");
  EXPECT_EQ(out.message.text, "churn v4: better recall");
  EXPECT_TRUE(out.message.facts.empty());
  EXPECT_EQ(out.message.link, "https://herald.example/v1/models/churn/versions/4");
}

}  // namespace
}  // namespace herald::automations
