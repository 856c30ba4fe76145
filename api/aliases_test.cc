// Aliases over HTTP: exchanged, taken back, and who held them for how long; many versions changed at once.
#include <gmock/gmock.h>

#include "api/testing/server_fixture.h"

namespace herald::api {
namespace {

using ::testing::HasSubstr;
using testing::Reply;

class Aliases : public testing::ServerTest {
 protected:
  void put(const std::string& alias, int version) {
    ASSERT_LT(
        ask("PUT", "/v1/models/churn/aliases/" + alias, R"({"version":)" + std::to_string(version) + "}")
            .status,
        300u);
  }
  Reply swap(std::string_view body) { return ask("POST", "/v1/models/churn/aliases:swap", body); }
  Reply change(std::string_view body) { return ask("POST", "/v1/versions:change", body); }
  std::string at(const std::string& alias) { return get("/v1/models/churn/aliases/" + alias).at("version"); }
};

TEST_F(Aliases, AreSwapped) {
  given_model("churn", 2);
  put("blue", 1);
  put("green", 2);
  const Reply swapped = swap(R"({"first":"blue","second":"green","expected_first":1,"reason":"cut over"})");
  EXPECT_EQ(swapped.status, 200u);
  EXPECT_EQ(swapped.at("items.0.version") + swapped.at("items.1.version"), "21");
  EXPECT_EQ(swapped.at("items.0.reason"), "cut over");
  EXPECT_EQ(at("blue") + at("green"), "21");
}

TEST_F(Aliases, AreNotSwappedWhereSomethingIsWrong) {
  given_model("churn", 2);
  put("blue", 1);
  put("green", 2);
  const auto before = last();
  const Reply moved = swap(R"({"first":"blue","second":"green","expected_second":1})");
  EXPECT_EQ(moved.at("code") + " " + moved.at("field"), "expected-mismatch expected_second");
  EXPECT_EQ(swap(R"({"first":"blue"})").at("field"), "second");
  EXPECT_EQ(swap(R"({"first":"blue","second":"red"})").at("field"), "second");
  EXPECT_EQ(swap(R"({"first":"blue","second":"latest"})").at("field"), "second");
  EXPECT_EQ(swap(R"({"first":"blue","second":"green","expected_first":0})").at("field"), "expected_first");
  EXPECT_EQ(last(), before);
}

TEST_F(Aliases, GoBackToTheHolderBefore) {
  given_model("churn", 2);
  put("production", 1);
  const std::string path = "/v1/models/churn/aliases/production/rollback";
  EXPECT_EQ(ask("POST", path).at("code"), "not-allowed-now") << "there was none before";
  put("production", 2);
  EXPECT_EQ(ask("POST", path, R"({"expected":1})").at("code"), "expected-mismatch");
  EXPECT_EQ(ask("POST", path, R"({"expected":"v2"})").at("field"), "expected");
  const Reply back = ask("POST", path, R"({"expected":2,"reason":"errors doubled"})");
  EXPECT_EQ(back.status, 200u);
  EXPECT_EQ(back.at("version") + back.at("previous") + back.at("reason"), "12errors doubled");
  EXPECT_EQ(ask("POST", path).at("field"), "expected") << "it was taken back already";
  EXPECT_EQ(ask("POST", path, R"({"expected":1})").at("version"), "2");
  EXPECT_EQ(ask("POST", "/v1/models/churn/aliases/nope/rollback").status, 404u);
}

TEST_F(Aliases, TellWhoHeldThemFromWhenToWhen) {
  given_model("churn", 3);
  put("production", 1);
  const auto first = last();
  put("production", 2);
  const auto second = last();
  ASSERT_EQ(ask("DELETE", "/v1/models/churn/aliases/production").status, 200u);
  const auto removed = last();
  put("production", 3);
  const std::string path =
      "/v1/models/churn/aliases/production/holders?min_sequence=" + std::to_string(last());
  const Reply holders = get(path);
  EXPECT_EQ(holders.items(), 3u);
  EXPECT_EQ(holders.at("items.0.version") + holders.at("items.0.until"), "3") << "it holds it still";
  EXPECT_NE(holders.at("items.0.held_seconds"), "");
  EXPECT_EQ(holders.at("items.1.since.sequence") + "-" + holders.at("items.1.until.sequence"),
            std::to_string(second) + "-" + std::to_string(removed));
  EXPECT_EQ(holders.at("items.2.until.sequence"), std::to_string(second));
  const Reply page = get(path + "&limit=1");
  const Reply rest = get("/v1/models/churn/aliases/production/holders?cursor=" + page.at("next"));
  EXPECT_EQ(rest.items(), 2u);
  EXPECT_EQ(rest.at("items.0.until.sequence"), std::to_string(removed));
  const Reply then = get("/v1/models/churn/aliases/production/holders?as_of=" + std::to_string(first));
  EXPECT_EQ(then.items(), 1u);
  EXPECT_EQ(then.at("items.0.version") + then.at("items.0.until"), "1");
  EXPECT_EQ(then.at("items.0.held_seconds"), "0");
  EXPECT_EQ(get("/v1/models/churn/aliases/nope/holders").status, 404u);
  EXPECT_EQ(get("/v1/models/churn/aliases/v3/holders").at("field"), "alias");
}

TEST_F(Aliases, OfTheFormOfVersionsAreRefused) {
  given_model("churn", 1);
  for (const char* name :
       {"latest", "v3", "V3x", "3", "0042", "a%20b", "pr%C3%B6d", "%2E", "..", "a%2Fb", ""}) {
    const Reply reply = ask("PUT", "/v1/models/churn/aliases/" + std::string(name), R"({"version":1})");
    if (std::string_view(name) == "V3x") {
      EXPECT_EQ(reply.status, 201u) << "only what reads as a version is one";
    } else {
      EXPECT_THAT(reply.status, ::testing::AnyOf(404u, 422u)) << name;
      EXPECT_THAT(reply.at("field"), ::testing::AnyOf("alias", "path")) << name;
    }
  }
  EXPECT_EQ(ask("PUT", "/v1/models/churn/aliases/v3.1-rc_2", R"({"version":1})").status, 201u);
}

// ---- many versions at once ----

TEST_F(Aliases, AndTagsStagesAndDeletionsOfManyVersionsAreOneChange) {
  ask("PATCH", "/v1/registries/models", R"({"stages":{"stages":["dev","live"]}})");
  given_model("churn", 2);
  given_model("fraud", 1);
  const auto before = last();
  const Reply tagged =
      change(R"({"versions":["churn:v1","churn:2","models/fraud:v1"],"tags":{"tier":"1","x":null}})");
  EXPECT_EQ(tagged.status, 200u);
  EXPECT_EQ(tagged.body, R"({"versions":3,"events":3})");
  EXPECT_EQ(last(), before + 3);
  EXPECT_EQ(get("/v1/events/" + std::to_string(last())).at("correlationid"),
            get("/v1/events/" + std::to_string(before + 1)).at("correlationid"));
  EXPECT_EQ(get("/v1/models/fraud/versions/1").at("tags.tier"), "1");
  EXPECT_EQ(
      change(R"({"versions":["churn:v1","churn:v2"],"stage":"dev","expected_stage":null,"reason":"new"})")
          .status,
      200u);
  EXPECT_EQ(change(R"({"versions":["churn:v2","fraud:v1"],"alias":"champion"})").at("events"), "2");
  EXPECT_EQ(at("champion"), "2");
  EXPECT_EQ(change(R"({"versions":["churn:v1","fraud:v1"],"delete_versions":true,"remove_aliases":true})")
                .at("events"),
            "3");
  EXPECT_EQ(get("/v1/models/churn/versions").items(), 1u);
  EXPECT_EQ(change(R"({"versions":["churn:v1","fraud:v1"],"restore_versions":true,"reason":"needed"})")
                .at("events"),
            "2");
}

TEST_F(Aliases, OfManyVersionsAreMovedAllOrNone) {
  given_model("churn", 2);
  const auto before = last();
  const auto field = [&](std::string_view body) {
    const Reply reply = change(body);
    EXPECT_GE(reply.status, 400u) << body;
    EXPECT_LT(reply.status, 500u) << body;
    return reply.at("field");
  };
  EXPECT_EQ(field(R"({"versions":["churn:v1","churn:v9"],"tags":{"a":"b"}})"), "versions[1]");
  EXPECT_EQ(field(R"({"versions":["churn:v1","nope:v1"],"tags":{"a":"b"}})"), "versions[1]");
  EXPECT_EQ(field(R"({"versions":["churn:latest"],"tags":{"a":"b"}})"), "versions[0]");
  EXPECT_EQ(field(R"({"versions":["churn"],"tags":{"a":"b"}})"), "versions[0]");
  EXPECT_EQ(field(R"({"versions":[],"tags":{"a":"b"}})"), "versions");
  EXPECT_EQ(field(R"({"tags":{"a":"b"}})"), "versions");
  EXPECT_EQ(field(R"({"versions":["churn:v1"]})"), "body");
  EXPECT_EQ(field(R"({"versions":["churn:v1"],"tags":{},"alias":"x"})"), "body");
  EXPECT_EQ(field(R"({"versions":["churn:v1","churn:v2"],"alias":"x"})"), "versions[1]");
  EXPECT_EQ(field(R"({"versions":["churn:v1","churn:v1"],"tags":{"a":"b"}})"), "versions[1]");
  EXPECT_EQ(field(R"({"versions":["churn:v1"],"alias":"x","expected_stage":"dev"})"), "expected_stage");
  EXPECT_EQ(field(R"({"versions":["churn:v1"],"alias":"x","remove_aliases":true})"), "remove_aliases");
  EXPECT_EQ(field(R"({"versions":["churn:v1"],"stage":"dev"})"), "versions[0]");
  std::string many = R"({"versions":["churn:v1")";
  for (std::size_t i = 0; i < limits::kMaxEventsPerCommand; ++i) many += R"(,"churn:v1")";
  EXPECT_EQ(field(many + R"(],"alias":"x"})"), "versions");
  EXPECT_EQ(last(), before);
}

TEST_F(Aliases, OfManyVersionsAreMovedOnceUnderOneKey) {
  given_model("churn", 1);
  const std::string body = R"({"versions":["churn:v1"],"alias":"champion"})";
  const Reply first = ask("POST", "/v1/versions:change", body, "Idempotency-Key: k1\r\n");
  const auto before = last();
  const Reply again = ask("POST", "/v1/versions:change", body, "Idempotency-Key: k1\r\n");
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("herald-idempotent-replay"), "true");
  EXPECT_EQ(last(), before);
}

// ---- references ----

TEST_F(Aliases, AndReferencesThatAreArtifacts) {
  given_model("churn", 1);
  const std::string digest = "sha256:" + sha256("elsewhere").hex();
  const Reply made =
      ask("POST", "/v1/artifacts",
          R"({"name":"customers","kind":"dataset","reference":"s3://data/customers.parquet","digest":")" +
              digest + R"(","bytes":1048576})");
  EXPECT_EQ(made.status, 201u);
  EXPECT_EQ(made.at("reference") + made.at("digest") + made.at("bytes") + made.at("files"),
            "s3://data/customers.parquet" + digest + "10485760");
  EXPECT_EQ(ask("PUT", "/v1/models/churn/versions/1/artifacts/" + made.at("id")).status, 201u);
  const Reply files = get("/v1/artifacts/" + made.at("id") + "/files");
  EXPECT_EQ(files.status, 404u);
  EXPECT_THAT(files.at("detail"), HasSubstr("its bytes are at \"s3://data/customers.parquet\""));
  EXPECT_EQ(get("/v1/artifacts/" + made.at("id") + "/files/a").status, 404u);
  const auto field = [&](const std::string& rest) {
    const Reply reply = ask("POST", "/v1/artifacts", R"({"name":"x","kind":"dataset")" + rest + "}");
    EXPECT_EQ(reply.status, 422u) << rest;
    return reply.at("field");
  };
  EXPECT_EQ(field(""), "files");
  EXPECT_EQ(field(R"(,"reference":"s3://x/y")"), "digest");
  EXPECT_EQ(field(R"(,"reference":"s3://x/y","digest":"sha256:1")"), "digest");
  EXPECT_EQ(field(R"(,"reference":"not a uri","digest":")" + digest + "\""), "reference");
  EXPECT_EQ(field(R"(,"reference":"s3://x/y","files":[],"digest":")" + digest + "\""), "files");
  EXPECT_EQ(field(R"(,"files":[],"digest":")" + digest + "\""), "digest");
}

}  // namespace
}  // namespace herald::api
