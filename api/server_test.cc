// The registry over HTTP: what is asked, what is recorded, what is answered.
#include "api/server.h"

#include <gmock/gmock.h>

#include "api/testing/server_fixture.h"

namespace herald::api {
namespace {

using testing::Client;
using ::testing::HasSubstr;
using testing::Reply;
using testing::ServerTest;
using ::testing::StartsWith;

class Server : public ServerTest {};

TEST_F(Server, SaysWhatItIs) {
  const Reply reply = get("/");
  EXPECT_EQ(reply.status, 200u);
  EXPECT_EQ(reply.at("name"), "herald");
  EXPECT_EQ(get(reply.at("links.openapi")).status, 200u);
}

TEST_F(Server, IsWellAndReady) {
  EXPECT_EQ(get("/healthz").at("status"), "ok");
  const Reply ready = get("/readyz");
  EXPECT_EQ(ready.status, 200u);
  EXPECT_EQ(ready.at("status"), "ready");
}

TEST_F(Server, IsNotReadyBeforeTheViewsAreWhereTheLogWas) {
  stop_following();
  given_model("churn");
  start({});  // the log is ahead of the views
  const Reply ready = get("/readyz");
  EXPECT_EQ(ready.status, 503u);
  EXPECT_EQ(ready.header("content-type"), "application/problem+json");
  EXPECT_THAT(ready.at("reasons.0"), StartsWith("the views are at event"));
  follow();
  EXPECT_EQ(get("/v1/models/churn?min_sequence=" + std::to_string(last())).status, 200u);
  EXPECT_EQ(get("/readyz").status, 200u);
}

TEST_F(Server, TellsHowFarTheLogIs) {
  given_model("churn");
  const Reply reply = get("/v1");
  EXPECT_EQ(reply.at("sequence"), std::to_string(last()));
  EXPECT_EQ(reply.at("origin"), "herald.example/test");
  EXPECT_EQ(reply.at("writable"), "true");
  EXPECT_EQ(reply.header("herald-sequence"), std::to_string(last()));
}

TEST_F(Server, ProvesThatAnEventIsInTheLog) {
  given_model("churn", 5);
  const Reply log = get("/v1/log"), proof = get("/v1/log/proof/3");
  EXPECT_EQ(log.at("size"), std::to_string(last()));
  EXPECT_EQ(proof.at("root"), log.at("root"));
  std::vector<Digest> path;
  for (int i = 0; !proof.at("path." + std::to_string(i)).empty(); ++i)
    path.push_back(Digest::trusted(proof.at("path." + std::to_string(i))));
  const Digest leaf = eventstore::merkle_leaf(get("/v1/events/3").body);
  EXPECT_EQ(leaf.hex(), proof.at("leaf"));
  EXPECT_TRUE(eventstore::verify_inclusion(leaf, 2, last(), path, Digest::trusted(log.at("root"))));
  EXPECT_EQ(get("/v1/log/proof/99").status, 404u);
}

// ---- models and versions ----

TEST_F(Server, RegistersAModel) {
  const Reply made =
      ask("POST", "/v1/models", R"({"name":"churn","description":"who leaves","tags":{"team":"risk"}})");
  EXPECT_EQ(made.status, 201u);
  EXPECT_EQ(made.at("name"), "churn");
  EXPECT_EQ(made.at("description"), "who leaves");
  EXPECT_EQ(made.at("tags.team"), "risk");
  EXPECT_EQ(made.at("versions"), "0");
  EXPECT_EQ(made.header("herald-sequence"), std::to_string(last()));
  EXPECT_FALSE(made.header("herald-request-id").empty());
  const Reply read = get("/v1/models/churn");
  EXPECT_EQ(read.body, made.body);
  EXPECT_EQ(get("/v1/registries/models/models/churn").body, made.body);
}

TEST_F(Server, RefusesAModelThatExists) {
  given_model("churn");
  const auto before = last();
  const Reply reply = ask("POST", "/v1/models", R"({"name":"churn"})");
  EXPECT_EQ(reply.status, 409u);
  EXPECT_EQ(reply.at("code"), "already-exists");
  EXPECT_EQ(last(), before);
}

TEST_F(Server, KeepsModelsOfAnotherRegistryApart) {
  EXPECT_EQ(ask("POST", "/v1/registries", R"({"name":"data","kind":"dataset"})").status, 201u);
  EXPECT_EQ(ask("POST", "/v1/registries/data/models", R"({"name":"churn"})").status, 201u);
  EXPECT_EQ(get("/v1/models/churn").status, 404u);
  EXPECT_EQ(get("/v1/registries/data/models/churn").at("registry"), "data");
  EXPECT_EQ(get("/v1/registries").items(), 2u);
  EXPECT_EQ(get("/v1/registries/data").at("kind"), "dataset");
}

TEST_F(Server, DescribesAModelAndTakesTheDescriptionAway) {
  given_model("churn");
  EXPECT_EQ(ask("PATCH", "/v1/models/churn", R"({"description":"a"})").at("description"), "a");
  const auto before = last();
  EXPECT_EQ(ask("PATCH", "/v1/models/churn", R"({"description":"a"})").status, 200u);
  EXPECT_EQ(last(), before) << "the same text again changes nothing";
  EXPECT_EQ(ask("PATCH", "/v1/models/churn", R"({"description":null})").at("description"), "");
  EXPECT_EQ(ask("PATCH", "/v1/models/churn", "{}").at("code"), "missing-field");
}

TEST_F(Server, SetsAndRemovesTags) {
  given_model("churn", 1);
  const Reply tagged = ask("PATCH", "/v1/models/churn/tags", R"({"a":"1","b":"2"})");
  EXPECT_EQ(tagged.at("tags"), R"({"a":"1","b":"2"})");
  EXPECT_EQ(ask("PATCH", "/v1/models/churn/tags", R"({"a":null})").at("tags"), R"({"b":"2"})");
  EXPECT_EQ(ask("PATCH", "/v1/models/churn/versions/1/tags", R"({"x":"y"})").at("tags.x"), "y");
  const auto before = last();
  const Reply same = ask("PATCH", "/v1/models/churn/tags", R"({"b":"2"})");
  EXPECT_EQ(same.status, 200u);
  EXPECT_EQ(same.header("herald-sequence"), std::to_string(before));
  EXPECT_EQ(last(), before);
}

TEST_F(Server, NumbersVersionsFromOne) {
  given_model("churn");
  const Reply first = ask(
      "POST", "/v1/models/churn/versions",
      R"({"source":"s3://m/1","metadata":{"b":1,"a":[true,null]},"metrics":{"auc":0.91},"run":{"id":"8f3a"},"description":"one","tags":{"k":"v"},"aliases":["production"]})");
  EXPECT_EQ(first.status, 201u);
  EXPECT_EQ(first.at("version"), "1");
  EXPECT_EQ(first.at("reference"), "churn:v1");
  EXPECT_EQ(first.at("metadata"), R"({"b":1,"a":[true,null]})");
  EXPECT_EQ(first.at("metrics.auc"), "0.91");
  EXPECT_EQ(first.at("run.id"), "8f3a");
  EXPECT_EQ(first.at("status"), "ready");
  EXPECT_EQ(first.at("description"), "one");
  EXPECT_EQ(first.at("aliases.0"), "production");
  EXPECT_EQ(ask("POST", "/v1/models/churn/versions", "{}").at("version"), "2");
  for (const char* name : {"1", "v1", "production"})
    EXPECT_EQ(get("/v1/models/churn/versions/" + std::string(name)).at("version"), "1") << name;
  EXPECT_EQ(get("/v1/models/churn/versions/latest").at("version"), "2");
  EXPECT_EQ(get("/v1/models/churn").at("versions"), "2");
}

TEST_F(Server, RegistersAModelOnTheWayWhenAsked) {
  EXPECT_EQ(ask("POST", "/v1/models/new/versions", "{}").status, 404u);
  EXPECT_EQ(ask("POST", "/v1/models/new/versions", R"({"create_model":true})").at("version"), "1");
  EXPECT_EQ(ask("POST", "/v1/models/new/versions", R"({"number":3})").at("code"), "expected-mismatch");
}

TEST_F(Server, ChangesWhatIsKnownOfAVersion) {
  given_model("churn", 1);
  const Reply changed = ask("PATCH", "/v1/models/churn/versions/v1",
                            R"({"metrics":{"auc":1},"status":"failed","reason":"wrong data"})");
  EXPECT_EQ(changed.status, 200u);
  EXPECT_EQ(changed.at("metrics.auc"), "1");
  EXPECT_EQ(changed.at("status"), "failed");
  EXPECT_EQ(ask("PATCH", "/v1/models/churn/versions/1", R"({"metrics":{},"expected_changed":1})").at("code"),
            "expected-mismatch");
  EXPECT_EQ(ask("PATCH", "/v1/models/churn/versions/1", R"({"description":null})").at("field"),
            "description");
  const Reply by_alias = ask("PATCH", "/v1/models/churn/versions/latest", "{}");
  EXPECT_EQ(by_alias.status, 422u);
  EXPECT_EQ(by_alias.at("field"), "version");
}

TEST_F(Server, PagesWithoutSkippingOrRepeating) {
  given_model("churn", 7);
  std::vector<std::string> seen;
  std::string target = "/v1/models/churn/versions?limit=3";
  std::string cursor;
  do {
    const Reply page = get(target + (cursor.empty() ? "" : "&cursor=" + cursor));
    ASSERT_EQ(page.status, 200u);
    EXPECT_LE(page.items(), 3u);
    for (std::size_t i = 0; i < page.items(); ++i)
      seen.push_back(page.at("items." + std::to_string(i) + ".version"));
    cursor = page.at("next");
  } while (!cursor.empty());
  EXPECT_THAT(seen, ::testing::ElementsAre("7", "6", "5", "4", "3", "2", "1"));
}

TEST_F(Server, ListsModelsByAPartOfTheirName) {
  for (const char* name : {"churn", "churn-v2", "fraud"}) given_model(name);
  EXPECT_EQ(get("/v1/models").items(), 3u);
  EXPECT_EQ(get("/v1/models?name=churn").items(), 2u);
  EXPECT_EQ(get("/v1/models?name=zzz").items(), 0u);
}

TEST_F(Server, TakesNamesThatNeedEncoding) {
  EXPECT_EQ(ask("POST", "/v1/models", R"({"name":"my modèle?"})").status, 201u);
  EXPECT_EQ(get("/v1/models/my%20mod%C3%A8le%3F").at("name"), "my modèle?");
}

// ---- aliases ----

TEST_F(Server, MovesAnAliasByCompareAndSet) {
  given_model("churn", 3);
  const Reply first = ask("PUT", "/v1/models/churn/aliases/production", R"({"version":1,"expected":null})");
  EXPECT_EQ(first.status, 201u);
  EXPECT_EQ(first.at("version"), "1");
  EXPECT_EQ(ask("PUT", "/v1/models/churn/aliases/production", R"({"version":2,"expected":null})").at("code"),
            "expected-mismatch");
  const Reply moved =
      ask("PUT", "/v1/models/churn/aliases/production", R"({"version":2,"expected":1,"reason":"better"})");
  EXPECT_EQ(moved.status, 200u);
  EXPECT_EQ(moved.at("previous"), "1");
  EXPECT_EQ(moved.at("reason"), "better");
  EXPECT_EQ(moved.at("assigned.sequence"), std::to_string(last()));
  EXPECT_EQ(ask("PUT", "/v1/models/churn/aliases/production", R"({"version":3,"expected":1})").status, 409u);
  EXPECT_EQ(get("/v1/resolve?ref=churn:production").at("version"), "2");
}

TEST_F(Server, MovesSeveralAliasesOrNone) {
  given_model("churn", 2);
  const Reply moved = ask("POST", "/v1/models/churn/aliases:move",
                          R"({"moves":[{"alias":"a","to":1},{"alias":"b","to":2}],"reason":"start"})");
  EXPECT_EQ(moved.status, 201u);
  EXPECT_EQ(moved.items(), 2u);
  const auto before = last();
  const Reply refused = ask("POST", "/v1/models/churn/aliases:move",
                            R"({"moves":[{"alias":"a","to":2},{"alias":"b","to":1,"expected":1}]})");
  EXPECT_EQ(refused.status, 409u);
  EXPECT_THAT(refused.at("field"), StartsWith("moves[1]"));
  EXPECT_EQ(last(), before);
  EXPECT_EQ(ask("POST", "/v1/models/churn/aliases:move", R"({"moves":[{"alias":"a"}]})").at("field"),
            "moves[0].to");
  EXPECT_EQ(ask("POST", "/v1/models/churn/aliases:move", R"({"moves":[{"alias":"a","to":null}]})").status,
            200u);
  EXPECT_EQ(get("/v1/models/churn/aliases/a").status, 404u);
}

TEST_F(Server, RefusesToRemoveAnAliasThatIsNotThere) {
  given_model("churn", 1);
  for (const char* query : {"", "?expected=1"}) {
    const Reply refused = ask("DELETE", "/v1/models/churn/aliases/nope" + std::string(query));
    EXPECT_EQ(refused.status, 404u) << query;
    EXPECT_EQ(refused.at("code"), "not-found");
    EXPECT_EQ(refused.at("field"), "alias");
  }
  ask("PUT", "/v1/models/churn/aliases/canary", R"({"version":1})");
  const std::string_view key = "Idempotency-Key: once\r\n";
  const Reply removed = ask("DELETE", "/v1/models/churn/aliases/canary", {}, key);
  const Reply again = ask("DELETE", "/v1/models/churn/aliases/canary", {}, key);
  EXPECT_EQ(removed.status, 200u);
  EXPECT_EQ(again.status, 200u) << "a retry gets the first answer";
  EXPECT_EQ(again.header("herald-idempotent-replay"), "true");
  EXPECT_EQ(ask("DELETE", "/v1/models/churn/aliases/canary").status, 404u);
}

TEST_F(Server, NamesTheFieldsOfAnAliasAsItsRequestDoes) {
  given_model("churn", 1);
  const std::string target = "/v1/models/churn/aliases/production";
  const auto field = [&](const char* body, unsigned int status) {
    const Reply refused = ask("PUT", target, body);
    EXPECT_EQ(refused.status, status) << body;
    return refused.at("field");
  };
  EXPECT_EQ(field(R"({"version":9})", 404), "version");
  EXPECT_EQ(field(R"({"version":0})", 422), "version");
  EXPECT_EQ(field(R"({"version":1,"expected":1})", 409), "expected");
  EXPECT_EQ(field(R"({"version":1,"expected":0})", 422), "expected");
  ask("PUT", target, R"({"version":1})");
  EXPECT_EQ(ask("DELETE", target + "?expected=2").at("field"), "expected");
  EXPECT_EQ(ask("POST", "/v1/models/churn/aliases:move", R"({"moves":[{"alias":"a","to":0}]})").at("field"),
            "moves[0].to");
  EXPECT_EQ(ask("POST", "/v1/models/churn/aliases:move", R"({"moves":[{"alias":"a","to":9}]})").at("field"),
            "moves[0].to");
}

TEST_F(Server, ListsAliasesWithTheComputedLatest) {
  given_model("churn", 2);
  ask("PUT", "/v1/models/churn/aliases/production", R"({"version":1})");
  const Reply list = get("/v1/models/churn/aliases");
  EXPECT_EQ(list.items(), 2u);
  EXPECT_EQ(list.at("items.0.alias"), "latest");
  EXPECT_EQ(list.at("items.0.computed"), "true");
  EXPECT_EQ(list.at("items.0.version"), "2");
  EXPECT_EQ(get("/v1/models/churn/aliases/latest").at("version"), "2");
  const Reply page = get("/v1/models/churn/aliases?limit=1");
  EXPECT_EQ(get("/v1/models/churn/aliases?limit=1&cursor=" + page.at("next")).at("items.0.alias"),
            "production");
}

TEST_F(Server, TellsHowLongAnAliasWasWhere) {
  given_model("churn", 2);
  ask("PUT", "/v1/models/churn/aliases/production", R"({"version":1})");
  ask("PUT", "/v1/models/churn/aliases/production", R"({"version":2,"reason":"better"})");
  const Reply gone = ask("DELETE", "/v1/models/churn/aliases/production?expected=2&reason=bad");
  EXPECT_EQ(gone.status, 200u);
  const Reply history =
      get("/v1/models/churn/aliases/production/history?min_sequence=" + std::to_string(last()));
  ASSERT_EQ(history.items(), 3u);
  EXPECT_EQ(history.at("items.0.from"), "2");
  EXPECT_EQ(history.at("items.0.to"), "");
  EXPECT_EQ(history.at("items.0.reason"), "bad");
  EXPECT_EQ(history.at("items.1.to"), "2");
  EXPECT_FALSE(history.at("items.1.held_seconds").empty());
  EXPECT_EQ(history.at("items.2.from"), "");
  const Reply first = get("/v1/models/churn/aliases/production/history?limit=1");
  const Reply second = get("/v1/models/churn/aliases/production/history?limit=1&cursor=" + first.at("next"));
  EXPECT_EQ(second.at("items.0.to"), "2");
  EXPECT_EQ(second.at("items.0.held_seconds"), history.at("items.1.held_seconds"));
}

// ---- time ----

TEST_F(Server, ReadsAsOfASequenceAndATime) {
  given_model("churn", 2);
  ask("PUT", "/v1/models/churn/aliases/production", R"({"version":1})");
  const auto then = last();
  const std::string time = get("/v1/events/" + std::to_string(then)).at("time");
  ask("PUT", "/v1/models/churn/aliases/production", R"({"version":2})");
  const Reply back = get("/v1/resolve?ref=churn:production&as_of=" + std::to_string(then));
  EXPECT_EQ(back.at("version"), "1");
  EXPECT_EQ(back.header("herald-sequence"), std::to_string(then));
  EXPECT_EQ(get("/v1/models/churn/aliases/production?as_of=" + std::to_string(then - 1)).status, 404u);
  EXPECT_EQ(get("/v1/models/churn?as_of=" + time).status, 200u);
  EXPECT_EQ(get("/v1/models/churn?as_of=2001-01-01T00:00:00Z").status, 404u);
}

TEST_F(Server, RefusesATimeThatIsNone) {
  given_model("churn");
  for (const char* as_of : {"yesterday", "", "-1", "9999", "2026-13-01T00:00:00Z",
                            "2026-11-24T05:02:00+01:00", "1.5", "2999-01-01T00:00:00Z"}) {
    const Reply reply = get("/v1/models/churn?as_of=" + std::string(as_of));
    EXPECT_EQ(reply.status, 422u) << as_of;
    EXPECT_EQ(reply.at("field"), "as_of") << as_of;
  }
}

TEST_F(Server, NamesATagAlikeWhateverIsWrongWithIt) {
  given_model("churn", 1);
  const std::string too_long(limits::kMaxTagValueBytes + 1, 'x');
  for (const std::string path : {"/v1/models/churn/tags", "/v1/models/churn/versions/1/tags"}) {
    EXPECT_EQ(ask("PATCH", path, R"({"a":1})").at("field"), "a");
    EXPECT_EQ(ask("PATCH", path, R"({"a":")" + too_long + R"("})").at("field"), "a");
    EXPECT_EQ(ask("PATCH", path, R"({"a":"x","a":"y"})").at("field"), "a");
    EXPECT_EQ(ask("PATCH", path, R"({"":"x"})").at("field"), "body");
  }
}

TEST_F(Server, WaitsUntilTheViewsHoldWhatIsAsked) {
  given_model("churn", 1);
  const auto wanted = std::to_string(last());
  EXPECT_EQ(get("/v1/models/churn/history?min_sequence=" + wanted).items(), 2u);
  for (const char* bad : {"x", "-1", ""})
    EXPECT_EQ(get("/v1/models/churn?min_sequence=" + std::string(bad)).at("field"), "min_sequence") << bad;
}

// ---- comments, lineage ----

TEST_F(Server, KeepsCommentsWhoseTextIsNotInTheEvent) {
  given_model("churn", 1);
  const Reply made = ask("POST", "/v1/models/churn/versions/1/comments", R"({"text":"looks good"})");
  EXPECT_EQ(made.status, 201u);
  EXPECT_EQ(made.at("text"), "looks good");
  ask("POST", "/v1/models/churn/comments", R"({"text":"hello"})");
  EXPECT_EQ(get("/v1/models/churn/comments").items(), 2u);
  EXPECT_EQ(get("/v1/models/churn/versions/1/comments").items(), 1u);
  EXPECT_THAT(get("/v1/events?limit=1000").body, ::testing::Not(HasSubstr("looks good")));
  EXPECT_EQ(ask("POST", "/v1/models/churn/comments", R"({"text":""})").status, 422u);
  EXPECT_EQ(
      ask("POST", "/v1/models/churn/comments", R"({"text":")" + std::string(70'000, 'x') + "\"}").status,
      413u);
}

TEST_F(Server, TellsWhatCameOfWhat) {
  given_model("churn", 1);
  const Reply edge = ask(
      "POST", "/v1/lineage",
      R"({"upstream":{"dataset":"customers"},"relation":"trained_on","downstream":{"version":"churn:v1"}})");
  EXPECT_EQ(edge.status, 201u);
  EXPECT_EQ(edge.at("downstream.name"), "churn:v1");
  EXPECT_EQ(
      ask("POST", "/v1/lineage",
          R"({"upstream":{"dataset":"customers"},"relation":"trained_on","downstream":{"version":"churn:1"}})")
          .status,
      200u);
  const Reply graph = get("/v1/lineage?version=churn:latest&direction=upstream");
  EXPECT_EQ(graph.at("nodes.0.id"), "customers");
  EXPECT_EQ(graph.at("nodes.0.distance"), "1");
  EXPECT_EQ(graph.at("edges.0.relation"), "trained_on");
  EXPECT_EQ(graph.at("truncated"), "false");
  EXPECT_EQ(get("/v1/lineage?dataset=customers").at("nodes.0.kind"), "version");
  EXPECT_EQ(get("/v1/lineage").at("code"), "missing-field");
  EXPECT_EQ(get("/v1/lineage?run=a&dataset=b").status, 422u);
  EXPECT_EQ(get("/v1/lineage?run=a&direction=sideways").at("field"), "direction");
  EXPECT_EQ(get("/v1/lineage?run=a&depth=100001").at("field"), "depth");
  EXPECT_EQ(
      ask("POST", "/v1/lineage",
          R"({"upstream":{"dataset":"d"},"relation":"trained_on","downstream":{"version":"churn:latest"}})")
          .at("field"),
      "downstream.version");
}

// ---- idempotency ----

TEST_F(Server, GivesARetryTheFirstAnswer) {
  given_model("churn", 2);
  const std::string_view key = "Idempotency-Key: once\r\n";
  const Reply first = ask("PUT", "/v1/models/churn/aliases/production", R"({"version":1})", key);
  const auto then = last();
  EXPECT_EQ(first.header("herald-idempotent-replay"), "");
  ask("PUT", "/v1/models/churn/aliases/production", R"({"version":2})");
  const auto before = last();
  const Reply again = ask("PUT", "/v1/models/churn/aliases/production", R"({"version":1})", key);
  EXPECT_EQ(again.status, 201u);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("herald-idempotent-replay"), "true");
  EXPECT_EQ(again.header("herald-sequence"), std::to_string(then));
  EXPECT_EQ(last(), before);
}

TEST_F(Server, RefusesAnotherRequestUnderTheSameKey) {
  given_model("churn", 2);
  const std::string_view key = "Idempotency-Key: once\r\n";
  ask("PUT", "/v1/models/churn/aliases/production", R"({"version":1})", key);
  for (const char* other : {R"({"version":2})", R"({"version": 1})"}) {
    EXPECT_EQ(ask("PUT", "/v1/models/churn/aliases/production", other, key).at("code"),
              "idempotency-mismatch")
        << other;
  }
  EXPECT_EQ(ask("PUT", "/v1/models/churn/aliases/staging", R"({"version":1})", key).at("code"),
            "idempotency-mismatch");
}

TEST_F(Server, RefusesAKeyThatIsNone) {
  for (const std::string& key :
       {std::string(""), std::string("a b"), std::string("\xC3\xA9"), std::string(256, 'x')}) {
    const Reply reply = ask("POST", "/v1/models", R"({"name":"churn"})", "Idempotency-Key: " + key + "\r\n");
    EXPECT_EQ(reply.status, 422u) << key;
    EXPECT_EQ(reply.at("field"), "Idempotency-Key") << key;
  }
  EXPECT_EQ(
      ask("POST", "/v1/models", R"({"name":"churn"})", "Idempotency-Key: a\r\nIdempotency-Key: b\r\n").status,
      400u);
}

// ---- secrets, automations ----

TEST_F(Server, TakesSecretsAndNeverGivesThemBack) {
  const Reply set = ask("PUT", "/v1/secrets/deployer", R"({"value":"hush-hush"})");
  EXPECT_EQ(set.status, 201u);
  EXPECT_EQ(set.at("number"), "1");
  EXPECT_EQ(ask("PUT", "/v1/secrets/deployer", R"({"value":"other"})").at("number"), "2");
  EXPECT_EQ(*secrets_->reveal(registry::SecretName::trusted("deployer"), 2), "other");
  const Reply list = get("/v1/secrets");
  EXPECT_EQ(list.items(), 1u);
  EXPECT_THAT(list.body + set.body + get("/v1/events").body, ::testing::Not(HasSubstr("hush")));
  EXPECT_EQ(get("/v1/secrets/deployer").status, 405u);
  EXPECT_EQ(ask("DELETE", "/v1/secrets/deployer").status, 200u);
  EXPECT_EQ(get("/v1/secrets").items(), 0u);
  EXPECT_EQ(ask("DELETE", "/v1/secrets/deployer").status, 404u);
  EXPECT_EQ(ask("PUT", "/v1/secrets/deployer", R"({"value":"third"})").at("number"), "3");
  EXPECT_EQ(ask("PUT", "/v1/secrets/x", R"({"value":""})").status, 422u);
  EXPECT_EQ(ask("PUT", "/v1/secrets/x", R"({"value":")" + std::string(9'000, 'x') + "\"}").status, 413u);
}

TEST_F(Server, KeepsAutomations) {
  const std::string definition =
      R"({"name":"tell","on":["alias.assigned"],"actions":[{"kind":"slack","url":"https://hooks.example.com/x"}]})";
  const Reply made = ask("POST", "/v1/automations", definition);
  ASSERT_EQ(made.status, 201u) << made.body;
  EXPECT_EQ(made.at("enabled"), "true");
  EXPECT_EQ(ask("POST", "/v1/automations/tell/disable").at("enabled"), "false");
  EXPECT_EQ(ask("PUT", "/v1/automations/tell", definition).at("enabled"), "false") << "left out: as it is";
  EXPECT_EQ(ask("POST", "/v1/automations/tell/enable").at("enabled"), "true");
  EXPECT_EQ(get("/v1/automations").items(), 1u);
  EXPECT_EQ(
      ask("POST", "/v1/automations",
          R"({"name":"bad","on":["nothing.ever"],"actions":[{"kind":"slack","url":"https://x.example.com"}]})")
          .status,
      422u);
  EXPECT_EQ(ask("DELETE", "/v1/automations/tell").status, 200u);
  EXPECT_EQ(get("/v1/automations/tell").status, 404u);
}

TEST_F(Server, TestsAnAutomationOnTheNewestEventItWouldMatch) {
  given_model("churn", 2);
  ASSERT_EQ(
      ask("POST", "/v1/automations",
          R"({"name":"tell","enabled":false,"on":["alias.assigned"],"conditions":[{"field":"data.alias","op":"equals","value":"production"}],)"
          R"("actions":[{"kind":"slack","url":"https://hooks.example.com/x"},{"kind":"teams","url":"https://hooks.example.com/y"}]})")
          .status,
      201u);
  EXPECT_EQ(ask("POST", "/v1/automations/tell/test").status, 404u);
  ask("PUT", "/v1/models/churn/aliases/production", R"({"version":1})");
  const auto wanted = std::to_string(last());
  ask("PUT", "/v1/models/churn/aliases/staging", R"({"version":1})");
  const Reply tested = ask("POST", "/v1/automations/tell/test", "{}");
  EXPECT_EQ(tested.status, 201u);
  EXPECT_EQ(tested.at("event_sequence"), wanted);
  EXPECT_FALSE(tested.at("deliveries.1").empty());
  const Reply delivery = get("/v1/deliveries/" + tested.at("deliveries.0"));
  EXPECT_EQ(delivery.at("state"), "pending");
  EXPECT_EQ(delivery.at("attempts"), "[]");
  EXPECT_EQ(get("/v1/deliveries?automation=tell&state=pending").items(), 2u);
  EXPECT_EQ(get("/v1/deliveries?state=succeeded").items(), 0u);
  EXPECT_EQ(get("/v1/deliveries?state=lost").at("field"), "state");
  EXPECT_EQ(ask("POST", "/v1/automations/tell/test", R"({"event":2})").at("event_sequence"), "2");
  EXPECT_EQ(ask("POST", "/v1/automations/tell/test", R"({"event":9999})").status, 404u);
  EXPECT_EQ(ask("POST", "/v1/deliveries/" + tested.at("deliveries.0") + "/replay").at("code"),
            "not-allowed-now");
}

TEST_F(Server, TestsAnAutomationOnNoEventThatItsWildcardsNeverStandFor) {
  given_model("churn");
  const auto wanted = std::to_string(last());
  ASSERT_EQ(
      ask("POST", "/v1/automations",
          R"({"name":"all","on":["*"],"conditions":[{"field":"data.model","op":"equals","value":"other"}],)"
          R"("actions":[{"kind":"slack","url":"https://hooks.example.com/x"}]})")
          .status,
      201u);
  EXPECT_EQ(ask("POST", "/v1/automations/all/test").at("event_sequence"), wanted) << "not automation.created";
}

TEST_F(Server, TellsPrometheus) {
  given_model("churn", 1);
  get("/nowhere");
  const Reply metrics = get("/metrics");
  EXPECT_THAT(metrics.header("content-type"), StartsWith("text/plain; version=0.0.4"));
  for (const char* line :
       {"herald_http_requests_total{method=\"POST\",route=\"/v1/models\",status=\"201\"} 1",
        "herald_follower_lag{follower=\"views\"}", "herald_recorder_events_total 3",
        "herald_log_last_sequence 3",
        "herald_http_requests_total{method=\"none\",route=\"none\",status=\"404\"} 1",
        "herald_http_request_seconds_bucket", "herald_live_streams 0", "herald_deliveries_open 0"}) {
    EXPECT_THAT(metrics.body, HasSubstr(line));
  }
}

TEST_F(Server, SaysThatKafkaIsNotConfigured) {
  EXPECT_EQ(get("/v1/kafka").at("configured"), "false");
  EXPECT_EQ(get("/v1/kafka").at("state"), "disabled");
}

TEST_F(Server, ListensOnlyWhereNobodyElseCanReachIt) {
  const auto started = [&](const std::string& host, std::uint16_t port) {
    Options options;
    options.host = host;
    options.port = port;
    const auto server = HttpServer::start(parts(), options);
    return server ? std::string("started") : std::string(to_string(server.error().cause));
  };
  for (const char* host : {"0.0.0.0", "::", "192.168.1.1"}) EXPECT_EQ(started(host, 0), "denied") << host;
  EXPECT_EQ(started("not an address", 0), "invalid-value");
  EXPECT_EQ(started("127.0.0.1", server_->port()), "unavailable");
  EXPECT_EQ(started("localhost", 0), "started");
}

}  // namespace
}  // namespace herald::api
