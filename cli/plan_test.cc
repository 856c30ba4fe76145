#include "cli/plan.h"

#include <gmock/gmock.h>

#include "base/limits.h"

namespace herald::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The plan for a document, against a resource as JSON; "" for none. As lines.
Plan plan(const std::string& yaml, const std::string& now, Prune prune = Prune::no) {
  const auto manifests = read_manifests("m.yaml", yaml).value();
  if (now.empty()) return plan_for(manifests.front(), {}, "because", prune).value();
  const auto document = json::Document::parse(now).value();
  return plan_for(manifests.front(), {document.root(), "old card"}, "because", prune).value();
}

std::vector<std::string> lines(const Plan& plan) {
  std::vector<std::string> out;
  for (const DifferenceLine& line : plan.lines) out.push_back(std::string(1, line.sign) + " " + line.text);
  return out;
}

std::vector<std::string> requests(const Plan& plan) {
  std::vector<std::string> out;
  for (const Request& request : plan.requests)
    out.push_back(request.method + " " + request.target + " " + request.body.value_or(""));
  return out;
}

constexpr const char* kChurn =
    R"({"name":"churn","description":"old","tags":{"tier":"2","team":"risk","extra":"x"},
                                   "aliases":{"production":1,"candidate":2}})";

TEST(PlanOfAModel, IsNothingWhereAllIsSo) {
  const Plan same = plan(
      "model: churn\ndescription: old\ntags: {tier: 2, gone: null}\naliases: {production: v1}\n", kChurn);
  EXPECT_EQ(same.difference, Difference::none);
  EXPECT_THAT(same.requests, IsEmpty());
}

TEST(PlanOfAModel, TellsOfWhatIsThereAndIsNotNamedAndLeavesIt) {
  const Plan same = plan("model: churn\ntags: {tier: 2, team: risk}\naliases: {production: v1}\n", kChurn);
  EXPECT_EQ(same.difference, Difference::none);
  EXPECT_THAT(same.requests, IsEmpty());
  EXPECT_THAT(same.unnamed, ElementsAre("tag extra: x", "alias candidate: v2"));
  EXPECT_EQ(
      render_plan(same, {}),
      "= model churn\n    ! tag extra: x (not named; stays)\n    ! alias candidate: v2 (not named; stays)\n");
}

TEST(PlanOfAModel, SaysNothingOfListsThatTheDocumentDoesNotHave) {
  for (const Prune prune : {Prune::no, Prune::yes}) {
    const Plan same = plan("model: churn\ndescription: old\n", kChurn, prune);
    EXPECT_THAT(same.unnamed, IsEmpty());
    EXPECT_THAT(same.requests, IsEmpty());
    EXPECT_EQ(render_plan(same, {}), "");
  }
}

TEST(PlanOfAModel, TakesAwayWhatIsNotNamedWhenAskedTo) {
  const Plan made =
      plan("model: churn\ntags: {tier: 2, team: risk}\naliases: {production: v1}\n", kChurn, Prune::yes);
  EXPECT_EQ(made.difference, Difference::changed);
  EXPECT_THAT(lines(made), ElementsAre("- tag extra: x", "- alias candidate: v2"));
  EXPECT_THAT(made.unnamed, IsEmpty());
  EXPECT_THAT(requests(made),
              ElementsAre(R"(PATCH /v1/models/churn/tags?reason=because {"extra":null})",
                          "DELETE /v1/models/churn/aliases/candidate?expected=2&reason=because "));
  EXPECT_THAT(lines(plan("model: churn\ntags: {}\naliases: {}\n", kChurn, Prune::yes)),
              ElementsAre("- tag extra: x", "- tag team: risk", "- tag tier: 2", "- alias candidate: v2",
                          "- alias production: v1"));
}

TEST(PlanOfAModel, ChangesWhatDiffersAndLeavesTheRestAlone) {
  const Plan made = plan(
      "model: churn\ndescription: new\ntags: {tier: 1, team: null}\naliases: {production: 2, candidate: "
      "null}\n",
      kChurn);
  EXPECT_EQ(made.difference, Difference::changed);
  EXPECT_THAT(lines(made), ElementsAre("~ description: old → new", "- tag team: risk", "~ tag tier: 2 → 1",
                                       "- alias candidate: v2", "~ alias production: v1 → v2"));
  EXPECT_THAT(
      requests(made),
      ElementsAre(
          R"(PATCH /v1/models/churn {"description":"new","reason":"because"})",
          R"(PATCH /v1/models/churn/tags?reason=because {"team":null,"tier":"1"})",
          "DELETE /v1/models/churn/aliases/candidate?expected=2&reason=because ",
          R"(PUT /v1/models/churn/aliases/production {"version":2,"expected":1,"reason":"because"})"));
}

TEST(PlanOfAModel, RegistersOneThatIsNotThere) {
  const Plan made = plan("model: other/churn\ndescription: new\naliases: {production: 1}\n", "");
  EXPECT_EQ(made.difference, Difference::created);
  EXPECT_THAT(
      requests(made),
      ElementsAre(
          R"(POST /v1/registries/other/models {"name":"churn"})",
          R"(PATCH /v1/registries/other/models/churn {"description":"new","reason":"because"})",
          R"(PUT /v1/registries/other/models/churn/aliases/production {"version":1,"expected":null,"reason":"because"})"));
  EXPECT_EQ(render_plan(made, {}),
            "+ model other/churn\n    + description: new\n    + alias production: v1\n");
}

TEST(PlanOfAModel, WritesItsCardAndSaysItsOwner) {
  const std::string owner = "01920000-0000-7000-8000-000000000009";
  const Plan made = plan("model: churn\nowner: " + owner + "\ncard: |\n  # Use\n  Ask.\n", kChurn);
  EXPECT_THAT(lines(made),
              ElementsAre("+ owner: " + owner, "~ card:", "-   old card", "+   # Use", "+   Ask."));
  EXPECT_THAT(requests(made),
              ElementsAre("PUT /v1/models/churn/owner {\"owner\":\"" + owner + R"(","reason":"because"})",
                          R"(PUT /v1/models/churn/card {"text":"# Use\nAsk.\n","reason":"because"})"));
  EXPECT_THAT(requests(plan("model: churn\ncard: null\n", kChurn)),
              ElementsAre("DELETE /v1/models/churn/card?reason=because "));
  EXPECT_THAT(requests(plan("model: churn\ncard: old card\n", kChurn)), IsEmpty());
}

constexpr const char* kModels =
    R"({"name":"models","kind":"model","visibility":"organization","description":"old",
  "stages":{"stages":["dev","live"],"transitions":[{"to":"dev"}]},"protected_aliases":["champion"]})";

TEST(PlanOfARegistry, IsNothingWhereAllIsSo) {
  EXPECT_EQ(plan("registry: models\nkind: model\nvisibility: organization\ndescription: old\n"
                 "stages: {stages: [dev, live], transitions: [{to: dev}]}\ncard_policy: "
                 "null\nprotected_aliases: [champion]\n",
                 kModels)
                .difference,
            Difference::none);
}

TEST(PlanOfARegistry, ChangesPoliciesAtOnceAndAliasesOneByOne) {
  const Plan made = plan(
      "registry: models\nvisibility: restricted\nstages: null\ncard_policy: {sections: [Intended use], "
      "aliases: [production]}\n"
      "protected_aliases: [production]\n",
      kModels);
  EXPECT_THAT(
      requests(made),
      ElementsAre(R"(PATCH /v1/registries/models {"visibility":"restricted","stages":null,"card_policy":)"
                  R"({"sections":["Intended use"],"aliases":["production"],"stages":[]},"reason":"because"})",
                  "DELETE /v1/registries/models/protected-aliases/champion?reason=because ",
                  R"(PUT /v1/registries/models/protected-aliases/production {"reason":"because"})"));
  EXPECT_THAT(lines(made), ElementsAre("~ visibility: organization → restricted", "- stage: dev",
                                       "- stage: live", "- transition: none → dev",
                                       "+ card section: Intended use", "+ card alias: production",
                                       "- protected alias: champion", "+ protected alias: production"));
}

TEST(PlanOfARegistry, ShowsStagesInAnotherOrderAsAWhole) {
  EXPECT_THAT(
      lines(plan("registry: models\nstages: {stages: [live, dev], transitions: [{to: dev}]}\n", kModels)),
      ElementsAre(testing::StartsWith(R"(~ stages: {"stages":["dev","live"])")));
}

TEST(PlanOfARegistry, CreatesOneThatIsNotThere) {
  const Plan made = plan("registry: datasets\nkind: dataset\ndescription: new\n", "");
  EXPECT_THAT(requests(made),
              ElementsAre(R"(POST /v1/registries {"name":"datasets","kind":"dataset"})",
                          R"(PATCH /v1/registries/datasets {"description":"new","reason":"because"})"));
}

TEST(PlanOfARegistry, RefusesAnotherKind) {
  const auto manifests = read_manifests("m.yaml", "registry: models\nkind: dataset\n").value();
  const auto document = json::Document::parse(kModels).value();
  EXPECT_EQ(plan_for(manifests.front(), {document.root(), {}}, {}, Prune::yes).error().cause,
            Cause::not_allowed_now);
}

constexpr const char* kTell = R"({"name":"tell","enabled":false,"scope":{"registry":"models","model":"churn",
  "model_id":"01920000-0000-7000-8000-000000000001"},"on":["alias.assigned"],"conditions":[],
  "actions":[{"kind":"webhook","url":"https://a.example/"}],"id":"01920000-0000-7000-8000-000000000002"})";

TEST(PlanOfAnAutomation, IsNothingWhereAllIsSo) {
  const std::string document =
      "automation: tell\non: [alias.assigned]\nscope: {model: churn}\nactions: [{kind: webhook, url: "
      "\"https://a.example/\"}]\n";
  EXPECT_EQ(plan(document, kTell).difference, Difference::none) << "not said, and so left as it is: enabled";
  EXPECT_THAT(lines(plan(document + "enabled: true\n", kTell)), ElementsAre("~ enabled: false → true"));
}

TEST(PlanOfAnAutomation, ReplacesTheWholeOfIt) {
  const Plan made = plan(
      "automation: tell\non: [alias.*]\nactions: [{kind: webhook, url: \"https://a.example/\"}]\n", kTell);
  EXPECT_EQ(made.requests.front().method, "PUT");
  EXPECT_EQ(made.requests.front().target, "/v1/automations/tell");
  EXPECT_THAT(*made.requests.front().body, testing::EndsWith(R"(,"reason":"because"})"));
  EXPECT_EQ(lines(made).back(), "~ on: [\"alias.assigned\"] → [\"alias.*\"]");
  EXPECT_EQ(
      plan("automation: tell\non: [alias.*]\nactions: [{kind: webhook, url: \"https://a.example/\"}]\n", "")
          .requests.front()
          .method,
      "POST");
}

// The names of the automations of a list that no document names, with what would be sent.
std::vector<std::string> unnamed(const std::string& yaml, Prune prune) {
  const auto list = json::Document::parse(R"([
    {"name":"tell","scope":{"registry":"models","model":"churn","model_id":"01920000-0000-7000-8000-000000000001"}},
    {"name":"of-all","scope":{}},
    {"name":"of-fraud","scope":{"registry":"models","model":"fraud"}},
    {"name":"of-data","scope":{"registry":"data"}},
    {"name":"of-some","scope":{"name_pattern":"churn-*"}}])")
                        .value();
  std::vector<json::Value> automations;
  for (const json::Value automation : list.root().elements()) automations.push_back(automation);
  std::vector<std::string> out;
  for (const Plan& plan :
       plans_for_unnamed(read_manifests("m.yaml", yaml).value(), automations, prune, "because")) {
    out.push_back(plan.name + (plan.difference == Difference::removed ? " goes" : ""));
    for (const std::string& request : requests(plan)) out.push_back(request);
    EXPECT_NE(render_plan(plan, {}), "");
  }
  return out;
}

TEST(AutomationsThatNoFileNames, AreThoseOfTheScopesThatTheFilesSpeakOf) {
  const std::string end = "\non: [alias.*]\nactions: [{kind: slack, url: \"https://a.example/\"}]\n";
  EXPECT_THAT(unnamed("model: churn\n", Prune::no), ElementsAre("automation tell"));
  EXPECT_THAT(unnamed("registry: data\n", Prune::no), ElementsAre("automation of-data"));
  EXPECT_THAT(unnamed("automation: other\nscope: {model: fraud}" + end, Prune::no),
              ElementsAre("automation of-fraud"));
  EXPECT_THAT(unnamed("automation: other" + end, Prune::no), ElementsAre("automation of-all"));
  EXPECT_THAT(unnamed("automation: other\nscope: {name_pattern: \"churn-*\"}" + end, Prune::no),
              ElementsAre("automation of-some"));
  EXPECT_THAT(unnamed("automation: tell\nscope: {model: churn}" + end, Prune::yes), IsEmpty());
  EXPECT_THAT(unnamed("model: churn\n", Prune::yes),
              ElementsAre("automation tell goes", "DELETE /v1/automations/tell?reason=because "));
}

TEST(DifferenceOfTexts, IsTheLinesThatDiffer) {
  const auto difference = difference_of_texts("a\nb\nc\nd", "a\nc\nx\nd\ne");
  std::vector<std::string> shown;
  for (const DifferenceLine& line : difference) shown.push_back(line.sign + line.text);
  EXPECT_THAT(shown, ElementsAre("-b", "+x", "+e"));
  EXPECT_THAT(difference_of_texts("same\n", "same\n"), IsEmpty());
}

TEST(DifferenceOfTexts, IsNotDrawnWhereTheyAreLong) {
  const std::string longest(limits::kMaxLinesCompared, '\n');
  EXPECT_EQ(difference_of_texts(longest, "\n").size(), limits::kMaxLinesCompared - 1) << "line by line";
  EXPECT_EQ(difference_of_texts(longest + "\n", "a").front().text, "2001 lines → 1 lines");
}

TEST(DifferenceOfTexts, IsHarmless) {
  EXPECT_EQ(difference_of_texts("", "\x1b[2J").front().text, "\\x1b[2J");
}

}  // namespace
}  // namespace herald::cli
