// Who may do what to registries, protected aliases, models and many versions at once.
#include <gmock/gmock.h>

#include "api/testing/locked_server.h"

namespace herald::api {
namespace {

using testing::Reply;

class Guarded : public testing::LockedServerTest {
 protected:
  void prepare() override {
    for (const std::string models : {"/v1/models", "/v1/registries/fraud/models"}) {
      if (models != "/v1/models") {
        ASSERT_EQ(ask("POST", "/v1/registries",
                      R"({"name":"fraud","visibility":"restricted","stages":{"stages":["dev"]}})")
                      .status,
                  201u);
      }
      for (const std::string name : {"churn", "cards"}) {
        ASSERT_EQ(ask("POST", models, R"({"name":")" + name + "\"}").status, 201u);
        for (int i = 0; i < 2; ++i)
          ASSERT_EQ(ask("POST", models + "/" + name + "/versions", "{}").status, 201u);
      }
    }
    for (const char* version : {"1", "2"})
      ASSERT_LT(ask("PUT", kProduction, R"({"version":)" + std::string(version) + "}").status, 300u);
    ASSERT_EQ(ask("PUT", "/v1/models/churn/aliases/canary", R"({"version":1})").status, 201u);
    ASSERT_EQ(ask("PUT", "/v1/registries/models/protected-aliases/production").status, 200u);
  }
  static constexpr const char* kProduction = "/v1/models/churn/aliases/production";
  void expect_denied(const Reply& reply, std::string_view field) {
    EXPECT_EQ(reply.status, 403u) << reply.body;
    EXPECT_EQ(reply.at("code"), "denied") << reply.body;
    EXPECT_EQ(reply.at("field"), field) << reply.body;
  }
};

TEST_F(Guarded, AliasesAreMovedByNoMember) {
  given_user("ada", "member");
  const auto before = last();
  const std::string model = "/v1/models/churn";
  expect_denied(as("ada", "PUT", kProduction, R"({"version":1})"), "alias");
  expect_denied(as("ada", "DELETE", kProduction), "alias");
  expect_denied(as("ada", "POST", std::string(kProduction) + "/rollback"), "alias");
  expect_denied(as("ada", "POST", model + "/aliases:swap", R"({"first":"canary","second":"production"})"),
                "second");
  expect_denied(as("ada", "POST", model + "/aliases:move", R"({"moves":[{"alias":"production","to":1}]})"),
                "moves[0].alias");
  expect_denied(as("ada", "POST", model + "/versions", R"({"aliases":["production"]})"), "aliases[0]");
  expect_denied(as("ada", "DELETE", model + "/versions/2?remove_aliases=true"), "remove_aliases");
  expect_denied(as("ada", "POST", "/v1/versions:change", R"({"versions":["churn:v1"],"alias":"production"})"),
                "versions[0]");
  expect_denied(as("ada", "DELETE", model), "model");
  EXPECT_EQ(last(), before);
  EXPECT_EQ(as("ada", "PUT", model + "/aliases/canary", R"({"version":2})").status, 200u);
  EXPECT_EQ(as("ada", "DELETE", "/v1/models/cards").status, 200u);
}

TEST_F(Guarded, AliasesAreMovedByAdminsOfTheModelOrTheRegistry) {
  given_user("ada", "admin", "/v1/models/churn");
  given_user("bob", "admin", "/v1/registries/models");
  EXPECT_EQ(as("ada", "PUT", kProduction, R"({"version":1})").status, 200u);
  EXPECT_EQ(as("bob", "POST", std::string(kProduction) + "/rollback").status, 200u);
  EXPECT_EQ(as("bob", "DELETE", "/v1/models/churn?reason=done").status, 200u);
}

TEST_F(Guarded, WhatAProtectedAliasStandsForIsChangedByAdminsAlone) {
  given_user("ada", "member");
  given_user("bob", "admin", "/v1/models/churn");
  std::vector<std::string> links;
  for (const char digit : {'a', 'b'}) {
    const Reply made = as("ada", "POST", "/v1/artifacts",
                          R"({"name":"w","kind":"model","reference":"s3://w","digest":"sha256:)" +
                              std::string(64, digit) + "\"}");
    ASSERT_EQ(made.status, 201u) << made.body;
    links.push_back("/artifacts/" + made.at("id"));
  }
  const std::string version = "/v1/models/churn/versions/2";
  EXPECT_EQ(as("root", "PUT", version + links[0]).status, 201u);
  const auto before = last();
  expect_denied(as("ada", "PUT", version + links[1]), "version");
  expect_denied(as("ada", "DELETE", version + links[0]), "version");
  for (const char* patch : {R"({"status":"failed"})", R"({"metadata":{"a":1}})", R"({"run":{"id":"r"}})"})
    expect_denied(as("ada", "PATCH", version, patch), "version");
  expect_denied(as("ada", "POST", "/v1/models/churn/archive"), "model");
  EXPECT_EQ(last(), before);
  EXPECT_EQ(as("ada", "PATCH", version, R"({"metrics":{"auc":0.9}})").status, 200u);
  EXPECT_EQ(as("ada", "PUT", "/v1/models/churn/versions/1" + links[1]).status, 201u);
  EXPECT_EQ(as("bob", "DELETE", version + links[0]).status, 200u);
  EXPECT_EQ(as("bob", "PATCH", version, R"({"metadata":{"a":1}})").status, 200u);
  EXPECT_EQ(as("bob", "POST", "/v1/models/churn/archive").status, 200u);
}

TEST_F(Guarded, MembersOfARegistryRegisterAModelWithItsFirstVersion) {
  given_user("ada", "member", "/v1/registries/models");
  given_user("eve", "member", "/v1/models/churn");
  const char* const first = R"({"create_model":true})";
  expect_denied(as("eve", "POST", "/v1/models/fresh/versions", first), "registry");
  EXPECT_EQ(as("eve", "POST", "/v1/models/fresh/versions", "{}").status, 404u);
  EXPECT_EQ(as("eve", "POST", "/v1/models/churn/versions", first).status, 201u);
  EXPECT_EQ(as("ada", "POST", "/v1/models/fresh/versions", "{}").status, 404u);
  EXPECT_EQ(as("ada", "POST", "/v1/models/fresh/versions", first).status, 201u);
  EXPECT_EQ(as("ada", "POST", "/v1/registries/fraud/models/fresh/versions", first).status, 404u);
}

TEST_F(Guarded, NamesAreNotToldByWhoMayMakeAModel) {
  given_user("eve", "member", "/v1/registries/fraud/models/churn");
  for (const std::string version : {R"({"create_model":true})", "{}"}) {
    std::vector<std::string> said;
    for (const std::string model : {"cards", "fresh"}) {  // the one is there, the other is not
      const Reply reply = as("eve", "POST", "/v1/registries/fraud/models/" + model + "/versions", version);
      EXPECT_EQ(reply.status, version == "{}" ? 404u : 403u) << reply.body;
      std::string detail = reply.at("detail");
      if (const std::size_t at = detail.find(model); at != std::string::npos) detail.erase(at, model.size());
      said.push_back(detail);
    }
    EXPECT_EQ(said[0], said[1]);
  }
  const Reply many = as("eve", "POST", "/v1/versions:register",
                        R"({"versions":[{"model":"fraud/cards","create_model":true}]})");
  expect_denied(many, "versions[0].model");
}

TEST_F(Guarded, ADeletedModelIsShownByItsIdToWhoSeesItsRegistry) {
  given_user("ada", "member", "/v1/registries/models");
  const std::string models = "/v1/registries/fraud/models/";
  const std::string id = as("root", "GET", models + "cards").at("id");
  ASSERT_EQ(as("root", "DELETE", models + "cards").status, 200u);
  for (const std::string below : {"", "/history"}) {
    EXPECT_EQ(as("root", "GET", models + id + below).status, 200u) << below;
    EXPECT_EQ(as("ada", "GET", models + id + below).status, 404u) << below;
    EXPECT_EQ(as("root", "GET", "/v1/models/" + id + below).status, 404u) << below;
  }
  EXPECT_EQ(as("root", "PATCH", models + id, R"({"description":"x"})").status, 404u);
}

TEST_F(Guarded, RegistriesAreChangedByTheirAdminsAlone) {
  given_user("ada", "member");
  given_user("bob", "admin", "/v1/registries/models");
  const std::string models = "/v1/registries/models";
  for (const auto& [method, target, body] : std::vector<std::tuple<const char*, std::string, const char*>>{
           {"PATCH", models, R"({"description":"x"})"},
           {"POST", models + "/archive", "{}"},
           {"POST", models + "/restore", "{}"},
           {"PUT", models + "/protected-aliases/x", ""},
           {"DELETE", models + "/protected-aliases/production", ""}}) {
    EXPECT_EQ(as("ada", method, target, body).status, 403u) << method << " " << target;
    EXPECT_EQ(as("bob", method, target, body).status, 200u) << method << " " << target;
  }
  EXPECT_EQ(as("bob", "POST", "/v1/registries", R"({"name":"x"})").status, 403u);
}

TEST_F(Guarded, ManyAtOnceAreChangedByWhoMayChangeEach) {
  given_user("ada", "member", "/v1/registries/models");
  given_user("eve", "member", "/v1/models/churn");
  const auto before = last();
  const auto change = [&](const char* who, const std::string& models, const std::string& what) {
    return as(who, "POST", "/v1/models:change", R"({"models":[)" + models + "]," + what + "}");
  };
  for (const char* what : {R"("archive":true)", R"("delete_models":true)"})
    expect_denied(change("ada", R"("cards","churn")", what), "models[1]");
  EXPECT_EQ(change("eve", R"("churn","cards")", R"("tags":{"a":"b"})").at("field"), "models[1]");
  EXPECT_EQ(change("ada", R"("churn","fraud/churn")", R"("tags":{"a":"b"})").status, 404u);
  const auto registered = [&](const char* who, const std::string& versions) {
    return as(who, "POST", "/v1/versions:register", R"({"versions":[)" + versions + "]}");
  };
  expect_denied(registered("ada", R"({"model":"cards"},{"model":"churn","aliases":["production"]})"),
                "versions[1].aliases[0]");
  expect_denied(registered("eve", R"({"model":"churn"},{"model":"fresh","create_model":true})"),
                "versions[1].model");
  EXPECT_EQ(registered("eve", R"({"model":"churn"},{"model":"fresh"})").status, 404u);
  EXPECT_EQ(registered("ada", R"({"model":"fraud/churn"})").status, 404u);
  EXPECT_EQ(last(), before);
  EXPECT_EQ(change("ada", R"("churn","cards")", R"("tags":{"a":"b"})").status, 200u);
  EXPECT_EQ(registered("ada", R"({"model":"churn"},{"model":"fresh","create_model":true})").status, 201u);
}

TEST_F(Guarded, CommentsAreChangedByWhoMadeThemOrAnAdminOfTheModel) {
  given_user("ada", "member");
  given_user("eve", "member");
  given_user("bob", "admin", "/v1/models/churn");
  const std::string comments = "/v1/models/churn/comments";
  const Reply made = as("ada", "POST", comments, R"({"text":"looks god"})");
  const std::string one = comments + "/" + made.at("id");
  expect_denied(as("eve", "PATCH", one, R"({"text":"looks bad"})"), "comment");
  expect_denied(as("eve", "DELETE", one), "comment");
  EXPECT_EQ(as("ada", "PATCH", one, R"({"text":"looks good"})").at("text"), "looks good");
  EXPECT_EQ(as("ada", "PATCH", one, R"({"text":""})").status, 422u);
  EXPECT_EQ(as("ada", "PATCH", comments + "/x", R"({"text":"looks good"})").status, 422u);
  EXPECT_EQ(as("bob", "DELETE", one).status, 200u);
  EXPECT_EQ(as("bob", "DELETE", one).status, 404u);
}

TEST_F(Guarded, VersionsAreChangedByMembersAlone) {
  given_user("ada", "viewer");
  const auto before = last();
  const std::string version = "/v1/models/churn/versions/1";
  for (const auto& [method, target, body] : std::vector<std::tuple<const char*, std::string, const char*>>{
           {"POST", version + "/transition", R"({"stage":null})"},
           {"DELETE", version, ""},
           {"POST", version + "/restore", "{}"},
           {"PUT", version + "/card", R"({"text":"# x"})"},
           {"POST", "/v1/models/churn/rename", R"({"to":"x"})"},
           {"POST", "/v1/models/churn/archive", "{}"},
           {"PUT", "/v1/models/churn/owner", R"({"owner":null})"},
           {"POST", "/v1/versions:change", R"({"versions":["churn:v1"],"tags":{"a":"b"}})"}}) {
    EXPECT_EQ(as("ada", method, target, body).status, 403u) << method << " " << target;
  }
  EXPECT_EQ(last(), before);
}

TEST_F(Guarded, WhatIsNotSeenIsInNoListAndCannotBeNamed) {
  ASSERT_EQ(
      as("root", "POST", "/v1/registries/fraud/models/churn/versions/1/transition", R"({"stage":"dev"})")
          .status,
      200u);
  ASSERT_EQ(
      as("root", "POST", "/v1/registries/fraud/models/cards/versions/1/transition", R"({"stage":"dev"})")
          .status,
      200u);
  given_user("ada", "member", "/v1/registries/fraud/models/cards");
  given_user("eve");
  EXPECT_EQ(as("ada", "GET", "/v1/registries/fraud").status, 200u);
  EXPECT_EQ(as("eve", "GET", "/v1/registries/fraud").status, 404u);
  EXPECT_EQ(as("eve", "GET", "/v1/registries").items(), 1u);
  EXPECT_EQ(as("ada", "GET", "/v1/registries/fraud/models?state=all").items(), 1u);
  EXPECT_EQ(as("ada", "GET", "/v1/registries/fraud/stages/dev").at("items.0.model"), "cards");
  EXPECT_EQ(as("ada", "GET", "/v1/registries/fraud/stages/dev").items(), 1u);
  EXPECT_EQ(as("eve", "GET", "/v1/registries/fraud/stages/dev").status, 404u);
  const Reply history =
      as("ada", "GET", "/v1/registries/fraud/history?min_sequence=" + std::to_string(last()));
  EXPECT_THAT(history.body, ::testing::Not(::testing::HasSubstr("churn")));
  EXPECT_EQ(
      as("ada", "POST", "/v1/versions:change", R"({"versions":["fraud/cards:v1"],"tags":{"a":"b"}})").status,
      200u);
  for (const char* hidden : {"fraud/churn:v1", "fraud/nothing:v1"}) {
    const Reply reply = as("ada", "POST", "/v1/versions:change",
                           R"({"versions":[")" + std::string(hidden) + R"("],"tags":{"a":"b"}})");
    EXPECT_EQ(reply.status, 404u);
    EXPECT_EQ(reply.at("field"), "versions[0]");
    EXPECT_EQ(as("ada", "GET", "/v1/resolve?ref=" + std::string(hidden)).status, 404u);
  }
}

}  // namespace
}  // namespace herald::api
