#include "cli/manifest.h"

#include <gmock/gmock.h>

namespace herald::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string refusal(const std::string& text) {
  const auto result = read_manifests("m.yaml", text);
  return result ? "nothing is refused" : result.error().message;
}

const ModelWanted& model(const Manifest& manifest) {
  return std::get<ModelWanted>(manifest.wanted);
}

TEST(Manifests, SayWhatAModelShouldBe) {
  const auto read = read_manifests("m.yaml", R"(# what is served
model: datasets/customers
description: |
  who they are

  and where
tags: {team: risk, tier: 1, old: null, quoted: "null", yes: no}
aliases:
  production: v3
  candidate: 12
  gone: ~
)");
  ASSERT_TRUE(read) << read.error().message;
  const ModelWanted& wanted = model(read->front());
  EXPECT_EQ(wanted.model.str(), "datasets/customers");
  EXPECT_EQ(wanted.description.value, "who they are\n\nand where\n");
  EXPECT_EQ(wanted.tags,
            (std::map<std::string, std::optional<std::string>>{
                {"team", "risk"}, {"tier", "1"}, {"old", std::nullopt}, {"quoted", "null"}, {"yes", "no"}}));
  EXPECT_EQ(wanted.aliases, (std::map<std::string, std::optional<std::uint64_t>>{
                                {"production", 3}, {"candidate", 12}, {"gone", std::nullopt}}));
  EXPECT_EQ(read->front().where, "m.yaml:2:1");
}

TEST(Manifests, TellWhatIsNotSaidFromWhatIsTakenAway) {
  EXPECT_FALSE(model(read_manifests("m", "model: a").value().front()).description.given);
  const ModelWanted away = model(read_manifests("m", "model: a\ndescription: null").value().front());
  EXPECT_TRUE(away.description.given);
  EXPECT_FALSE(away.description.value);
}

TEST(Manifests, SayWhatAnAutomationShouldBe) {
  const auto read = read_manifests("m.yaml", R"(
automation: tell
on: [alias.assigned]
enabled: false
conditions:
- {field: data.alias, op: any_of, value: [production, 1, 1.50, .5, true, "2", 0o7, 0xff, +3, null]}
max_per_minute: 60
actions:
- kind: webhook
  url: https://deploy.example.com/hook
  payload: {model: "${model.name}"}
)");
  ASSERT_TRUE(read) << read.error().message;
  const auto& wanted = std::get<AutomationWanted>(read->front().wanted);
  EXPECT_EQ(wanted.definition.name.str(), "tell");
  EXPECT_TRUE(wanted.says_enabled);
  EXPECT_FALSE(wanted.definition.enabled);
  EXPECT_EQ(wanted.definition.max_per_minute, 60u);
  EXPECT_EQ(wanted.definition.conditions.front().value->text(),
            R"(["production",1,1.5,0.5,true,"2",7,255,3,null])");
  EXPECT_EQ(wanted.definition.actions.front().payload->text(), R"({"model":"${model.name}"})");
}

TEST(Manifests, SayWhatARegistryShouldBe) {
  const auto read = read_manifests("m.yaml", R"(registry: models
visibility: restricted
stages: {stages: [dev, live], transitions: [{to: dev}, {from: dev, to: live}]}
card_policy: {sections: [Intended use], stages: [live]}
protected_aliases: [production]
)");
  ASSERT_TRUE(read) << read.error().message;
  const auto& wanted = std::get<RegistryWanted>(read->front().wanted);
  EXPECT_EQ(wanted.stages.value->transitions.at(1).to->str(), "live");
  EXPECT_EQ(wanted.card_policy.value->sections.front().str(), "Intended use");
  EXPECT_TRUE(wanted.card_policy.value->aliases.empty());
  EXPECT_FALSE(wanted.description.given);
}

TEST(Manifests, ComeManyInOneFile) {
  const auto read = read_manifests("m.yaml", "---\nmodel: a\n---\n# nothing\n---\nmodel: b\n...\n");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ(name_of(read->at(1)), "model b");
  EXPECT_EQ(read->at(1).where, "m.yaml:6:1");
  EXPECT_TRUE(read_manifests("m.yaml", "").value().empty());
}

TEST(RefusedManifests, SayLineAndColumn) {
  EXPECT_THAT(refusal("model: a\nlabels: {}\n"), StartsWith("m.yaml:2:1: \"labels\" is not a field here"));
  EXPECT_THAT(refusal("model: a\n---\nmodel: b\ntags:\n  x: 1\n  x: 2\n"), StartsWith("m.yaml:6:3: "));
  EXPECT_THAT(refusal("model: a\ntags: [x]\n"), StartsWith("m.yaml:2:1: "));
  EXPECT_THAT(refusal("model: a\ntags: {x: {y: 1}}\n"), StartsWith("m.yaml:2:8: "));
  EXPECT_THAT(refusal("model: a\naliases: {production: third}\n"), StartsWith("m.yaml:2:11: "));
  EXPECT_THAT(refusal("model: a\naliases: {latest: 3}\n"), StartsWith("m.yaml:2:11: "));
  EXPECT_THAT(refusal("model: 'a:b'\n"), StartsWith("m.yaml:1:1: "));
  EXPECT_THAT(refusal("automation: tell\non: [alias.*]\nactions:\n- kind: webhook\n  ulr: x\n"),
              StartsWith("m.yaml:5:3: \"actions[0].ulr\""));
  EXPECT_THAT(refusal("automation: tell\non: [alias.*]\n"), StartsWith("m.yaml:1:1: "));
  EXPECT_THAT(refusal("automation: tell\non: 3\nactions: []\n"), StartsWith("m.yaml:2:1: "));
}

TEST(RefusedManifests, AreNoYaml) {
  EXPECT_THAT(refusal("model: a\n  tags: x\n"), StartsWith("m.yaml:2:"));
  EXPECT_THAT(refusal("model: [a\n"), HasSubstr("no YAML"));
  EXPECT_THAT(refusal("- a\n- b\n"), StartsWith("m.yaml:1:1: a document is a map"));
  EXPECT_THAT(refusal("just text"), StartsWith("m.yaml:1:1: a document is a map"));
  EXPECT_THAT(refusal("model: a\ntags: *nobody\n"), StartsWith("m.yaml:2:"));
  EXPECT_THAT(refusal("? [a]\n: b\n"), HasSubstr("a key is a text"));
}

TEST(RefusedManifests, NameNothing) {
  EXPECT_THAT(refusal("description: x\nmodel: a\n"),
              StartsWith("m.yaml:1:1: \"description\" names nothing that can be applied"));
}

TEST(RefusedManifests, AreTooDeepOrTooLarge) {
  EXPECT_THAT(refusal("model: a\ntags: " + std::string(200, '[') + std::string(200, ']')),
              HasSubstr("too deep"));
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += (j > 0 ? ", *a" : "*a") + std::to_string(i - 1);
    bomb += "]\n";
  }
  EXPECT_THAT(refusal(bomb), HasSubstr("too large"));
}

}  // namespace
}  // namespace herald::cli
