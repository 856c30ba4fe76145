#include "automations/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "automations/testing/world.h"
#include "base/limits.h"
#include "herald/source_dir.h"

namespace herald::automations {
namespace {

using namespace registry;
using Headers = std::map<std::string, std::string>;
using testing::automation;
using testing::condition;
using ::testing::HasSubstr;
using testing::id;
using testing::NoSender;
using testing::World;

class Validating : public ::testing::Test {
 protected:
  Validating() { world.record(SecretSet{SecretName::trusted("token"), 1}); }

  Result<AutomationDefinition> validated() { return validate(rule, world.state, sender); }
  void expect_fine() {
    const auto result = validated();
    EXPECT_TRUE(result) << result.error().field << ": " << result.error().message;
  }
  void expect_refused(Cause cause, const std::string& field, const std::string& words) {
    const auto result = validated();
    ASSERT_FALSE(result) << field;
    EXPECT_EQ(result.error().cause, cause) << result.error().message;
    EXPECT_EQ(result.error().field, field) << result.error().message;
    EXPECT_THAT(result.error().message, HasSubstr(words));
  }
  Action& action() { return rule.actions[0]; }

  World world;
  NoSender sender;
  AutomationDefinition rule = automation("deploy", {"alias.*"});
};

TEST_F(Validating, AcceptsWhatCanWork) {
  rule.on = {"alias.*", "version.registered", "delivery.exhausted"};
  rule.conditions = {condition("data.alias", Operator::any_of, R"(["production"])"),
                     condition("actorkind", Operator::exists)};
  rule.retry_seconds = {1, 60, 172'800};
  rule.max_per_minute = 1;
  action().headers = Headers{{"X-Team", "ml"}};
  action().secret_headers = Headers{{"Authorization", "token"}};
  action().signing_secret = SecretName::trusted("token");
  action().payload = json::Raw(R"({"a":"${event.data.alias}","v":"${version.metrics.auc|null}"})");
  expect_fine();
}

TEST_F(Validating, AcceptsTheExampleOfTheDocumentation) {
  std::ifstream page(HERALD_SOURCE_DIR "/docs/automations.md");
  std::string example, line;
  while (std::getline(page, line)) {
    if (line.starts_with("    ")) example += line + "\n";
  }
  for (const char* secret : {"deploy-key", "deploy-token", "slack-url", "teams-url"}) {
    world.record(SecretSet{SecretName::trusted(secret), 1});
  }
  const auto read = json::from_json<AutomationDefinition>(example, json::Mode::request);
  ASSERT_TRUE(read) << read.error().field << ": " << read.error().message;
  rule = *read;
  expect_fine();
}

// ---- event types ----

TEST_F(Validating, RefusesEventTypesThatThereAreNot) {
  rule.on = {};
  expect_refused(Cause::missing_field, "on", "at least one");
  rule.on = {"alias.*", "alias.asigned"};
  expect_refused(Cause::invalid_value, "on[1]", "did you mean \"alias.assigned\"?");
  rule.on = {"herald.alias.assigned.v1"};
  expect_refused(Cause::invalid_value, "on[0]", "no event type");
  rule.on = {"alia.*"};
  expect_refused(Cause::invalid_value, "on[0]", "matches no event type");
  rule.on = {""};
  expect_refused(Cause::invalid_value, "on[0]", "no event type");
  rule.on = std::vector<std::string>(200, "alias.*");
  expect_refused(Cause::too_many, "on", "at most");
}

TEST_F(Validating, RefusesWhatWouldSetItselfOff) {
  rule.on = {"automation.triggered"};
  expect_refused(Cause::invalid_value, "on[0]", "itself off");
  rule.on = {"delivery.*"};
  expect_refused(Cause::invalid_value, "on[0]", "delivery.exhausted");
}

// ---- scope ----

TEST_F(Validating, FillsInTheIdsOfTheScope) {
  rule.scope.model = ModelName::trusted("churn");
  const AutomationDefinition filled = validated().value();
  EXPECT_EQ(filled.scope.registry, RegistryName::trusted("models"));
  EXPECT_EQ(filled.scope.registry_id, id<RegistryId>(1));
  EXPECT_EQ(filled.scope.model_id, id<ModelId>(10));
  rule = filled;  // as it is read back and saved again
  expect_fine();
}

TEST_F(Validating, RefusesScopesThatNameNothing) {
  rule.scope.registry = RegistryName::trusted("nowhere");
  expect_refused(Cause::not_found, "scope.registry", "nowhere");
  rule.scope = {};
  rule.scope.model = ModelName::trusted("churm");
  expect_refused(Cause::not_found, "scope.model", "name_pattern");
  rule.scope = {};
  rule.scope.model_id = id<ModelId>(10);
  expect_refused(Cause::invalid_value, "scope.model_id", "name the model");
  rule.scope.model = ModelName::trusted("churn");
  rule.scope.model_id = id<ModelId>(11);
  expect_refused(Cause::invalid_value, "scope.model_id", "another id");
  rule.scope = {};
  rule.scope.model = ModelName::trusted("churn");
  rule.scope.name_pattern = "c*";
  expect_refused(Cause::invalid_value, "scope.name_pattern", "not both");
  rule.scope = {};
  rule.scope.name_pattern = "";
  expect_refused(Cause::invalid_value, "scope.name_pattern", "1 to");
}

// ---- conditions ----

TEST_F(Validating, RefusesConditionsThatCannotHold) {
  rule.conditions = {condition("data.alias", Operator::exists), condition("data.alais", Operator::exists)};
  expect_refused(Cause::invalid_value, "conditions[1].field", "did you mean \"alias\"?");
  rule.conditions = {condition("dat.alias", Operator::exists)};
  expect_refused(Cause::invalid_value, "conditions[0].field", "did you mean \"data\"?");
  rule.conditions = {condition("data..alias", Operator::exists)};
  expect_refused(Cause::invalid_value, "conditions[0].field", "position 6");
  rule.conditions = {condition("data.alias", Operator::less, "\"x\"")};
  expect_refused(Cause::invalid_value, "conditions[0].value", "a number");
  rule.conditions = std::vector<Condition>(33, condition("data.alias", Operator::exists));
  expect_refused(Cause::too_many, "conditions", "at most 32");
}

TEST_F(Validating, RefusesConditionsOnTextsThatCanBeErased) {
  rule.on = {"comment.added", "version.registered", "version.updated"};
  for (const char* field : {"data.text", "data.description", "data.to.description"}) {
    rule.conditions = {condition(field, Operator::exists)};
    expect_refused(Cause::invalid_value, "conditions[0].field", "can be erased");
  }
  rule.conditions = {condition("data.metadata.description", Operator::exists)};
  expect_fine();
}

// ---- actions ----

TEST_F(Validating, RefusesTheWrongNumberOfActions) {
  rule.actions.clear();
  expect_refused(Cause::missing_field, "actions", "at least one");
  rule.actions.assign(9, automation("x", {}).actions[0]);
  expect_refused(Cause::too_many, "actions", "at most 8");
}

TEST_F(Validating, NeedsExactlyOneUrl) {
  action().url.reset();
  expect_refused(Cause::missing_field, "actions[0].url", "url_secret");
  action().url_secret = SecretName::trusted("token");
  expect_fine();
  action().url = "https://example.org";
  expect_refused(Cause::invalid_value, "actions[0].url_secret", "not both");
  action().url_secret.reset();
  action().url = "https://refused.example";
  expect_refused(Cause::invalid_value, "actions[0].url", "cannot be sent to");
}

TEST_F(Validating, NeedsSecretsThatAreThere) {
  action().signing_secret = SecretName::trusted("gone");
  expect_refused(Cause::not_found, "actions[0].signing_secret", "\"gone\"");
  action().signing_secret.reset();
  action().secret_headers = Headers{{"authorization", "gone"}};
  expect_refused(Cause::not_found, "actions[0].secret_headers.authorization", "\"gone\"");
  action().secret_headers = Headers{{"authorization", "not a name"}};
  expect_refused(Cause::invalid_value, "actions[0].secret_headers.authorization", "");
  action().secret_headers = Headers{{"authorization", "token"}};
  world.record(SecretRemoved{SecretName::trusted("token")});
  expect_refused(Cause::not_found, "actions[0].secret_headers.authorization", "\"token\"");
}

TEST_F(Validating, RefusesHeadersThatAreNotTheCallersToSet) {
  for (const char* name : {"Host", "Content-Length", "webhook-id", "Webhook-Signature", "connection",
                           "Transfer-Encoding", "Expect", "User-Agent", "", "a b", "a:b", "ä", "a\r\nb"}) {
    action().headers = Headers{{name, "x"}};
    expect_refused(Cause::invalid_value, std::string("actions[0].headers.") + name, "header");
    action().headers.reset();
    action().secret_headers = Headers{{name, "token"}};
    expect_refused(Cause::invalid_value, std::string("actions[0].secret_headers.") + name, "header");
    action().secret_headers.reset();
  }
}

TEST_F(Validating, RefusesHeaderValuesThatWouldBreakTheRequest) {
  for (const std::string& value :
       {std::string("a\r\nb: c"), std::string("a\nb"), std::string("a\rb"), std::string("a\0b", 3)}) {
    action().headers = Headers{{"x-a", value}};
    expect_refused(Cause::invalid_value, "actions[0].headers.x-a", "line breaks");
  }
  action().headers = Headers{{"x-a", std::string(limits::kMaxHeaderValueBytes + 1, 'x')}};
  expect_refused(Cause::too_large, "actions[0].headers.x-a", "at most");
  action().headers = Headers{{"X-A", "1"}};
  action().secret_headers = Headers{{"x-a", "token"}};
  expect_refused(Cause::invalid_value, "actions[0].secret_headers.x-a", "too");
  action().secret_headers.reset();
  action().headers.emplace();
  for (int i = 0; i < 33; ++i) action().headers->emplace("x-" + std::to_string(i), "1");
  expect_refused(Cause::too_many, "actions[0].headers", "at most 32");
}

TEST_F(Validating, GivesEachKindItsOwnFieldsAndNoOthers) {
  action().text = "hello";
  expect_refused(Cause::invalid_value, "actions[0].text", "payload");
  for (const ActionKind kind : {ActionKind::slack, ActionKind::teams}) {
    Action message;
    message.kind = kind;
    message.url = "https://example.org";
    message.text = "hello ${model.name}";
    action() = message;
    expect_fine();
    action().payload = json::Raw("{}");
    expect_refused(Cause::invalid_value, "actions[0].payload", "text");
    action() = message;
    action().headers = Headers{{"x", "y"}};
    expect_refused(Cause::invalid_value, "actions[0].headers", "webhooks");
    action() = message;
    action().secret_headers = Headers{{"x", "token"}};
    expect_refused(Cause::invalid_value, "actions[0].secret_headers", "webhooks");
    action() = message;
    action().signing_secret = SecretName::trusted("token");
    expect_refused(Cause::invalid_value, "actions[0].signing_secret", "webhooks");
  }
}

// ---- templates ----

TEST_F(Validating, RefusesTemplatesThatCannotBeFilled) {
  const auto payload = [&](const char* text) { action().payload = json::Raw(text); };
  payload(R"({"a":["${modle.name}"]})");
  expect_refused(Cause::invalid_value, "actions[0].payload.a[0]", "did you mean \"model\"?");
  payload(R"({"a":"xy ${model.nmae}"})");
  expect_refused(Cause::invalid_value, "actions[0].payload.a", "line 1, column 4");
  payload(R"({"a":"${version.metric.auc}"})");
  expect_refused(Cause::invalid_value, "actions[0].payload.a", "did you mean \"metrics\"?");
  payload(R"({"a":"${event.data.alas}"})");
  expect_refused(Cause::invalid_value, "actions[0].payload.a", "did you mean \"alias\"?");
  payload(R"({"a":"${event.tipe}"})");
  expect_refused(Cause::invalid_value, "actions[0].payload.a", "did you mean \"type\"?");
  payload(R"({"a":"${"})");
  expect_refused(Cause::invalid_value, "actions[0].payload.a", "never closed");
  payload(R"({"a":"${version.number|x}"})");
  expect_refused(Cause::invalid_value, "actions[0].payload.a", "default");
  payload(R"({"${model.name}":1})");
  expect_refused(Cause::invalid_value, "actions[0].payload.${model.name}", "names");
  action().payload = json::Raw("\"" + std::string(limits::kMaxTemplateBytes, 'x') + "\"");
  expect_refused(Cause::too_large, "actions[0].payload", "at most");
}

TEST_F(Validating, RefusesPlaceholdersThatNoEventOfTheRuleHas) {
  rule.on = {"secret.set"};
  action().payload = json::Raw(R"({"a":"${model.name}"})");
  expect_refused(Cause::invalid_value, "actions[0].payload.a", "about a model");
  rule.on = {"model.registered"};
  action().payload = json::Raw(R"({"a":"${version.number}"})");
  expect_refused(Cause::invalid_value, "actions[0].payload.a", "about a version");
  action().payload = json::Raw(R"({"a":"${version.number|null}","b":"${model.name}","c":"${links.model}"})");
  expect_fine();
}

TEST_F(Validating, RefusesTextsThatCannotBeFilled) {
  action().kind = ActionKind::slack;
  action().text = "hello\n${model.nme}";
  expect_refused(Cause::invalid_value, "actions[0].text", "line 2, column 1");
  action().text = "";
  expect_refused(Cause::invalid_value, "actions[0].text", "empty");
  action().text = std::string(limits::kMaxTemplateBytes + 1, 'x');
  expect_refused(Cause::too_large, "actions[0].text", "at most");
}

// ---- schedule ----

TEST_F(Validating, RefusesSchedulesOutOfBounds) {
  rule.retry_seconds.emplace();
  expect_refused(Cause::too_many, "retry_seconds", "1 to 20");
  rule.retry_seconds->assign(21, 5);
  expect_refused(Cause::too_many, "retry_seconds", "1 to 20");
  rule.retry_seconds = {5, 0};
  expect_refused(Cause::invalid_value, "retry_seconds[1]", "1 to 172800");
  rule.retry_seconds = {172'801};
  expect_refused(Cause::invalid_value, "retry_seconds[0]", "1 to 172800");
  rule.retry_seconds.reset();
  rule.max_per_minute = 0;
  expect_refused(Cause::invalid_value, "max_per_minute", "at least 1");
  rule.max_per_minute = limits::kMaxTriggersPerMinute + 1;
  expect_refused(Cause::invalid_value, "max_per_minute", "at most 60000, not 60001");
}

}  // namespace
}  // namespace herald::automations
