// Registries over HTTP: what they ask for, the archive, protected aliases, stages.
#include <gmock/gmock.h>

#include "api/testing/server_fixture.h"

namespace herald::api {
namespace {

using ::testing::HasSubstr;
using testing::Reply;

class Registries : public testing::ServerTest {
 protected:
  void lay_out_stages() {
    ASSERT_EQ(
        ask("PATCH", "/v1/registries/models",
            R"({"stages":{"stages":["dev","staging","live"],"transitions":[{"to":"dev"},{"from":"dev","to":"staging"},
                      {"from":"staging","to":"live"},{"from":"staging"}]}})")
            .status,
        200u);
  }
  Reply into(const std::string& version, const std::string& body) {
    return ask("POST", "/v1/models/churn/versions/" + version + "/transition", body);
  }
};

TEST_F(Registries, AreCreatedWithAllThatTheyAskFor) {
  const Reply made =
      ask("POST", "/v1/registries",
          R"({"name":"fraud","kind":"model","visibility":"restricted","description":"of the fraud team",
                             "stages":{"stages":["dev","live"]},
                             "card_policy":{"sections":["Intended use"],"aliases":["production"]}})");
  EXPECT_EQ(made.status, 201u);
  EXPECT_EQ(made.at("description"), "of the fraud team");
  EXPECT_EQ(made.at("visibility"), "restricted");
  EXPECT_EQ(made.at("stages"), R"({"stages":["dev","live"],"transitions":[]})");
  EXPECT_EQ(made.at("card_policy.sections"), R"(["Intended use"])");
  EXPECT_EQ(get("/v1/registries/fraud").body, made.body);
  EXPECT_EQ(get("/v1/registries").at("items.1.name"), "fraud");
}

TEST_F(Registries, AreChangedInTheirParts) {
  const std::string models = "/v1/registries/models";
  EXPECT_EQ(
      ask("PATCH", models, R"({"description":"all of them","visibility":"restricted"})").at("description"),
      "all of them");
  const Reply staged = ask("PATCH", models, R"({"stages":{"stages":["dev","live"]}})");
  EXPECT_EQ(staged.at("description"), "all of them") << "what is left out stays";
  EXPECT_EQ(staged.at("stages.stages"), R"(["dev","live"])");
  const auto before = last();
  EXPECT_EQ(ask("PATCH", models, R"({"description":"all of them"})").status, 200u);
  EXPECT_EQ(last(), before) << "the same again changes nothing";
  const Reply cleared = ask("PATCH", models, R"({"description":null,"stages":null,"card_policy":null})");
  EXPECT_EQ(cleared.at("description") + cleared.at("stages"), "");
}

TEST_F(Registries, AreRefusedWhatBreaksARule) {
  const auto before = last();
  const auto field = [&](std::string_view body) {
    const Reply reply = ask("PATCH", "/v1/registries/models", body);
    EXPECT_THAT(reply.status, ::testing::AnyOf(409u, 422u)) << body;
    return reply.at("code") + " " + reply.at("field");
  };
  EXPECT_EQ(field("{}"), "missing-field body");
  EXPECT_EQ(field(R"({"visibility":"secret"})"), "invalid-value visibility");
  EXPECT_EQ(field(R"({"stages":{}})"), "missing-field stages.stages");
  EXPECT_EQ(field(R"({"stages":{"stages":["dev","dev"]}})"), "invalid-value stages.stages[1]");
  EXPECT_EQ(field(R"({"stages":{"stages":["two words"]}})"), "invalid-value stages.stages[0]");
  EXPECT_EQ(field(R"({"stages":{"stages":["dev"],"transitions":[{"from":"dev","to":"live"}]}})"),
            "invalid-value stages.transitions[0].to");
  EXPECT_EQ(field(R"({"card_policy":{"sections":["Use"]}})"), "invalid-value card_policy");
  EXPECT_EQ(field(R"({"card_policy":{"sections":[],"aliases":["x"]}})"),
            "invalid-value card_policy.sections");
  EXPECT_EQ(field(R"({"card_policy":{"sections":["Use"],"stages":["nope"]}})"),
            "invalid-value card_policy.stages[0]");
  EXPECT_EQ(field(R"({"name":"other"})"), "unknown-field name");
  EXPECT_EQ(ask("PATCH", "/v1/registries/nope", R"({"description":"x"})").status, 404u);
  EXPECT_EQ(ask("POST", "/v1/registries", R"({"name":"Fraud"})").at("field"), "name");
  EXPECT_EQ(last(), before);
}

TEST_F(Registries, InTheArchiveTakeNothingNew) {
  given_model("churn", 1);
  const Reply archived = ask("POST", "/v1/registries/models/archive", R"({"reason":"moved"})");
  EXPECT_EQ(archived.status, 200u);
  EXPECT_EQ(archived.at("archived.sequence"), std::to_string(last()));
  const Reply refused = ask("POST", "/v1/models", R"({"name":"fraud"})");
  EXPECT_EQ(refused.status, 409u);
  EXPECT_THAT(refused.at("detail"), HasSubstr("is archived since event"));
  EXPECT_EQ(get("/v1/models/churn").status, 200u);
  const auto before = last();
  EXPECT_EQ(ask("DELETE", "/v1/models/churn").status, 409u);
  EXPECT_EQ(ask("POST", "/v1/models/churn/archive").status, 409u);
  EXPECT_EQ(ask("PATCH", "/v1/registries/models", R"({"description":"x"})").status, 409u);
  EXPECT_EQ(ask("PUT", "/v1/registries/models/protected-aliases/production").status, 409u);
  EXPECT_EQ(ask("POST", "/v1/lineage",
                R"({"upstream":{"dataset":"c"},"relation":"trained_on","downstream":{"version":"churn:v1"}})")
                .at("field"),
            "downstream.version");
  EXPECT_EQ(last(), before);
  EXPECT_EQ(ask("POST", "/v1/registries/models/restore").at("archived"), "");
  EXPECT_EQ(ask("POST", "/v1/models", R"({"name":"fraud"})").status, 201u);
  EXPECT_EQ(ask("POST", "/v1/registries/models/archive", R"({"why":"x"})").at("code"), "unknown-field");
  EXPECT_EQ(ask("POST", "/v1/registries/nope/archive").status, 404u);
}

TEST_F(Registries, TellTheirHistory) {
  ask("POST", "/v1/registries/models/archive", R"({"reason":"moved"})");
  ask("POST", "/v1/registries/models/restore");
  given_model("churn");
  ASSERT_EQ(ask("DELETE", "/v1/models/churn").status, 200u);
  const Reply history = get("/v1/registries/models/history?min_sequence=" + std::to_string(last()));
  EXPECT_EQ(history.items(), 5u);
  EXPECT_EQ(history.at("items.0.type"), "herald.model.deleted.v1");
  EXPECT_EQ(history.at("items.3.data.reason"), "moved");
}

TEST_F(Registries, ProtectAliasesInAllTheirModels) {
  given_model("churn", 1);
  EXPECT_EQ(ask("PUT", "/v1/registries/models/protected-aliases/production").at("protected_aliases"),
            R"(["production"])");
  // Nobody has a role while the door stands open: everybody is an admin.
  EXPECT_EQ(ask("PUT", "/v1/models/churn/aliases/production", R"({"version":1})").status, 201u);
  EXPECT_EQ(ask("POST", "/v1/models/churn/versions", R"({"aliases":["production"]})").status, 201u);
  EXPECT_EQ(ask("DELETE", "/v1/models/churn").status, 200u);
  EXPECT_EQ(ask("DELETE", "/v1/registries/models/protected-aliases/production").at("protected_aliases"),
            "[]");
  EXPECT_EQ(ask("PUT", "/v1/registries/models/protected-aliases/latest").at("field"), "alias");
  EXPECT_EQ(ask("PUT", "/v1/registries/nope/protected-aliases/production").status, 404u);
}

// ---- stages ----

TEST_F(Registries, TakeVersionsAlongTheTransitionsThatTheyLayOut) {
  lay_out_stages();
  given_model("churn", 2);
  const Reply dev = into("1", R"({"stage":"dev","reason":"new"})");
  EXPECT_EQ(dev.status, 200u);
  EXPECT_EQ(dev.at("stage"), "dev");
  EXPECT_EQ(dev.at("staged.sequence"), std::to_string(last()));
  const Reply leap = into("1", R"({"stage":"live"})");
  EXPECT_EQ(leap.status, 409u);
  EXPECT_EQ(leap.at("detail"),
            R"(from stage "dev" no transition leads to stage "live": it leads to "staging")");
  EXPECT_EQ(into("1", R"({"stage":"staging","expected":"dev"})").at("stage"), "staging");
  EXPECT_EQ(into("1", R"({"stage":null,"expected":"staging"})").at("stage"), "");
}

TEST_F(Registries, RefuseTransitionsThatBreakARule) {
  given_model("churn", 1);
  EXPECT_EQ(into("1", R"({"stage":"dev"})").at("code"), "not-allowed-now") << "there are no stages yet";
  lay_out_stages();
  const auto before = last();
  EXPECT_EQ(into("1", "{}").at("code") + into("1", "{}").at("field"), "missing-fieldstage");
  EXPECT_EQ(into("1", R"({"stage":"prod"})").at("field"), "stage");
  EXPECT_EQ(into("1", R"({"stage":"prod"})").status, 422u);
  EXPECT_EQ(into("1", R"({"stage":"dev","expected":"staging"})").at("code"), "expected-mismatch");
  EXPECT_EQ(into("1", R"({"stage":7})").at("field"), "stage");
  EXPECT_EQ(into("latest", R"({"stage":"dev"})").at("field"), "version");
  EXPECT_EQ(into("9", R"({"stage":"dev"})").status, 404u);
  EXPECT_EQ(last(), before);
  EXPECT_EQ(into("1", R"({"stage":"dev","expected":null})").status, 200u);
}

TEST_F(Registries, ListTheVersionsInAStage) {
  lay_out_stages();
  given_model("churn", 3);
  given_model("fraud", 1);
  into("1", R"({"stage":"dev"})");
  into("3", R"({"stage":"dev"})");
  ask("POST", "/v1/models/fraud/versions/1/transition", R"({"stage":"dev"})");
  const auto then = last();
  const Reply all = get("/v1/registries/models/stages/dev");
  EXPECT_EQ(all.items(), 3u);
  EXPECT_EQ(all.at("items.0.reference") + all.at("items.2.reference"), "churn:v1fraud:v1");
  EXPECT_EQ(get("/v1/registries/models/stages/dev?limit=2").items(), 2u);
  const Reply first = get("/v1/registries/models/stages/dev?limit=2");
  EXPECT_EQ(
      get("/v1/registries/models/stages/dev?limit=2&cursor=" + first.at("next")).at("items.0.reference"),
      "fraud:v1");
  const Reply of_churn = get("/v1/models/churn/versions?stage=dev");
  EXPECT_EQ(of_churn.items(), 2u);
  EXPECT_EQ(of_churn.at("items.0.version"), "3");

  ASSERT_EQ(ask("DELETE", "/v1/models/churn/versions/3").status, 200u);
  ASSERT_EQ(ask("DELETE", "/v1/models/fraud").status, 200u);
  EXPECT_EQ(get("/v1/registries/models/stages/dev").items(), 1u);
  EXPECT_EQ(get("/v1/registries/models/stages/dev?as_of=" + std::to_string(then)).items(), 3u);
  EXPECT_EQ(get("/v1/registries/models/stages/prod").status, 404u);
  EXPECT_EQ(get("/v1/registries/nope/stages/dev").status, 404u);
  EXPECT_EQ(get("/v1/models/churn/versions?stage=a%20b").at("field"), "stage");
}

TEST_F(Registries, TellWhichStagesAVersionWentThrough) {
  lay_out_stages();
  given_model("churn", 1);
  into("1", R"({"stage":"dev","reason":"new"})");
  ask("PATCH", "/v1/models/churn/versions/1/tags", R"({"a":"b"})");
  into("1", R"({"stage":"staging"})");
  into("1", R"({"stage":null})");
  const std::string path = "/v1/models/churn/versions/1/stages?min_sequence=" + std::to_string(last());
  const Reply steps = get(path);
  EXPECT_EQ(steps.items(), 3u);
  EXPECT_EQ(steps.at("items.0.from") + ">" + steps.at("items.0.to"), "staging>");
  EXPECT_EQ(steps.at("items.2.to") + steps.at("items.2.reason"), "devnew");
  EXPECT_NE(steps.at("items.1.held_seconds"), "");
  const Reply first = get(path + "&limit=1");
  const Reply rest = get("/v1/models/churn/versions/1/stages?cursor=" + first.at("next"));
  EXPECT_EQ(rest.items(), 2u);
  EXPECT_EQ(rest.at("items.0.held_seconds"), steps.at("items.1.held_seconds"));
}

}  // namespace
}  // namespace herald::api
