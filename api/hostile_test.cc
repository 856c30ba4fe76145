// Bad input, kind by kind: each gets a refusal that says what is wrong, and changes nothing.
#include <gmock/gmock.h>

#include <thread>

#include "api/handlers.h"
#include "api/testing/server_fixture.h"

namespace herald::api {
namespace {

using testing::Client;
using ::testing::HasSubstr;
using testing::Reply;

class Hostile : public testing::ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    given_model("churn", 1);
    before_ = last();
  }
  void TearDown() override {
    EXPECT_EQ(last(), before_) << "something was recorded";
    EXPECT_EQ(get("/healthz").status, 200u) << "it is no longer well";
    ServerTest::TearDown();
  }
  // Without a `field`: whatever is at fault, it has a name, and something is to be done about it.
  void expect_problem(const Reply& reply, unsigned int status, std::string_view code,
                      std::string_view field = {}) {
    EXPECT_EQ(reply.status, status) << reply.body;
    EXPECT_EQ(reply.header("content-type"), "application/problem+json");
    EXPECT_EQ(reply.at("code"), code) << reply.body;
    EXPECT_FALSE(reply.at("field").empty()) << reply.body;
    if (!field.empty()) {
      EXPECT_EQ(reply.at("field"), field) << reply.body;
    }
    EXPECT_FALSE(reply.at("detail").empty());
    EXPECT_FALSE(reply.at("fix").empty()) << reply.body;
    EXPECT_EQ(reply.at("instance"), "urn:herald:request:" + reply.header("herald-request-id"));
  }
  std::uint64_t before_ = 0;
};

// ---- the body ----

TEST_F(Hostile, BodiesThatAreNotJsonAreMalformed) {
  for (const std::string& body :
       {std::string("{"), std::string("nonsense"), std::string("{\"name\":\"a\"}x"),
        std::string("{'name':'a'}"), std::string("{\"name\":\"a\",}"), std::string("\xff\xfe"),
        std::string("{\"name\":\"\xff\"}"), std::string("{\"name\":\"a\0b\"}", 14),
        std::string("{\"name\":NaN}"), std::string(100, '['), std::string(" ")}) {
    expect_problem(ask("POST", "/v1/models", body), 400, "malformed");
  }
}

TEST_F(Hostile, BodiesOfTheWrongShapeNameTheField) {
  expect_problem(ask("POST", "/v1/models", "[]"), 422, "invalid-value");
  expect_problem(ask("POST", "/v1/models", R"({"name":1})"), 422, "invalid-value", "name");
  expect_problem(ask("POST", "/v1/models", R"({"name":null})"), 422, "invalid-value", "name");
  expect_problem(ask("POST", "/v1/models", R"({"name":"a","tags":["x"]})"), 422, "invalid-value", "tags");
  expect_problem(ask("POST", "/v1/models", R"({"name":"a","nmae":"b"})"), 422, "unknown-field", "nmae");
  expect_problem(ask("POST", "/v1/models", R"({"name":"a","name":"b"})"), 422, "duplicate-field", "name");
  expect_problem(ask("POST", "/v1/models", R"({"name":"a","tags":{"x":"1","x":"2"}})"), 422,
                 "duplicate-field", "tags.x");
  expect_problem(ask("POST", "/v1/models", "{}"), 422, "missing-field", "name");
  expect_problem(ask("POST", "/v1/models", R"({"name":"a/b"})"), 422, "invalid-value", "name");
  expect_problem(ask("POST", "/v1/models", R"({"name":"a\u0000b"})"), 422, "invalid-value", "name");
  expect_problem(ask("POST", "/v1/models/churn/versions", R"({"metadata":{"a":1,"a":2}})"), 422,
                 "duplicate-field", "metadata.a");
  expect_problem(ask("POST", "/v1/models/churn/versions", R"({"number":-1})"), 422, "invalid-value",
                 "number");
  expect_problem(ask("POST", "/v1/models/churn/versions", R"({"metrics":{"auc":"high"}})"), 422,
                 "invalid-value", "metrics.auc");
  expect_problem(ask("POST", "/v1/models/churn/versions", R"({"status":"great"})"), 422, "invalid-value",
                 "status");
  expect_problem(ask("POST", "/v1/models/churn/versions", R"({"digest":"abc"})"), 422, "invalid-value",
                 "digest");
}

TEST_F(Hostile, HeadersThatMayComeOnceAreNotTakenTwice) {
  const std::pair<std::string, std::string> headers[] = {{"Last-Event-ID", "1"},
                                                         {"Herald-Client", "cli"},
                                                         {"If-Range", "\"x\""},
                                                         {"Range", "bytes=0-1"},
                                                         {"Idempotency-Key", "key"}};
  for (const auto& [name, value] : headers) {
    const std::string line = name + ": " + value + "\r\n";
    expect_problem(ask("GET", "/v1/models", "", line + line), 400, "malformed", name);
    EXPECT_EQ(ask("GET", "/v1/models", "", line).status, 200u) << name;
  }
}

// "/v1/models/{model}/versions" -> "/v1/models/churn/versions"
std::string filled_in(const std::string& pattern) {
  static const std::map<std::string, std::string> kNames{
      {"registry", "models"}, {"model", "churn"}, {"version", "1"}};
  std::string path;
  for (std::size_t at = 0; at < pattern.size();) {
    if (pattern[at] != '{') {
      path += pattern[at++];
      continue;
    }
    const std::size_t end = pattern.find('}', at);
    const auto name = kNames.find(pattern.substr(at + 1, end - at - 1));
    path += name == kNames.end() ? "x" : name->second;
    at = end + 1;
  }
  return path;
}

TEST_F(Hostile, BodiesOfAWrongShapeAreTakenByNoRoute) {
  Router router;
  add_all_routes(router);
  std::size_t asked = 0;
  for (const Route& route : router.routes()) {
    if (route.doc().body() != BodyKind::json ||
        route.pattern().starts_with("/v1/registries/{registry}/models"))
      continue;
    for (const char* body :
         {"[]", "[{}]", "7", "\"x\"", "null", "true", R"({"no_such_field":{"a":[1]}})", "{\"a\""}) {
      const Reply reply = ask(to_string(route.method()), filled_in(route.pattern()), body);
      EXPECT_GE(reply.status, 400u) << route.pattern() << " " << body;
      EXPECT_LT(reply.status, 500u) << route.pattern() << " " << body;
      EXPECT_EQ(reply.header("content-type"), "application/problem+json") << route.pattern() << " " << body;
      EXPECT_FALSE(reply.at("detail").empty()) << route.pattern() << " " << body;
      ++asked;
    }
  }
  EXPECT_GT(asked, 150u);
}

TEST_F(Hostile, BodiesMustSayWhatTheyAre) {
  expect_problem(ask("POST", "/v1/models", R"({"name":"a"})", "Content-Type: text/plain\r\n"), 415,
                 "unsupported-media");
  expect_problem(
      ask("POST", "/v1/models", R"({"name":"a"})", "Content-Type: application/x-www-form-urlencoded\r\n"),
      415, "unsupported-media");
  expect_problem(
      raw("POST /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12\r\n\r\n{\"name\":\"a\"}"), 415,
      "unsupported-media");
  expect_problem(ask("POST", "/v1/models", "", "Content-Type: application/json\r\n"), 400, "malformed");
  expect_problem(raw("POST /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n"), 411, "length-required");
}

TEST_F(Hostile, BodiesThatAreTooLargeAreRefusedBeforeTheyAreRead) {
  Client client(server_->port());
  client.send(
      "POST /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
      "1048577\r\n\r\n");
  const Reply reply = client.read_reply();
  expect_problem(reply, 413, "too-large");
  EXPECT_EQ(reply.header("connection"), "close");
}

TEST_F(Hostile, BodiesThatGrowTooLargeOnTheWayAreRefused) {
  Client client(server_->port());
  client.send(
      "POST /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: "
      "chunked\r\n\r\n");
  const std::string chunk = "10000\r\n" + std::string(0x10000, ' ') + "\r\n";
  for (int i = 0; i < 17; ++i) client.send(chunk);
  expect_problem(client.read_reply(), 413, "too-large");
}

TEST_F(Hostile, BodiesWhereNoneIsTakenAreRefused) {
  expect_problem(ask("DELETE", "/v1/models/churn/aliases/production", "{}"), 400, "malformed");
  expect_problem(ask("GET", "/v1/models", "{}"), 400, "malformed");
}

TEST_F(Hostile, BodiesThatAreCutOffRecordNothing) {
  Client client(server_->port());
  client.send(
      "POST /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
      "100\r\n\r\n{\"name\":\"a\"}");
  client.finish_sending();
  expect_problem(client.read_reply(), 400, "malformed");
}

TEST_F(Hostile, ChunksThatAreNoneAreMalformed) {
  expect_problem(raw("POST /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                     "application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n"),
                 400, "malformed");
}

// ---- the path and the query ----

TEST_F(Hostile, PathsThatLeadNowhere) {
  for (const char* path : {"/nowhere", "/v1/", "/v1//models", "/v1/models/", "/v1/models/churn/nothing",
                           "/v1/models/churn/versions/1/x/y", "/v2/models", "//"}) {
    expect_problem(get(path), 404, "not-found");
  }
}

TEST_F(Hostile, PathsThatCannotBeRead) {
  for (const char* path : {"/v1/models/%", "/v1/models/%zz", "/v1/models/%00", "/v1/models/a%00b",
                           "/v1/models/%ff", "/v1/models/%C3", "/v1/models/\xff", "*", "models"}) {
    expect_problem(get(path), 400, "malformed");
  }
}

TEST_F(Hostile, NamesInPathsKeepTheirRules) {
  expect_problem(get("/v1/models/a%2Fb"), 422, "invalid-value", "model");
  expect_problem(get("/v1/registries/UPPER/models/churn"), 422, "invalid-value", "registry");
  expect_problem(get("/v1/models/churn/versions/0"), 422, "invalid-value", "version");
  expect_problem(get("/v1/models/churn/versions/99999999999999999999"), 422, "invalid-value", "version");
  expect_problem(get("/v1/models/churn/aliases/a%20b"), 422, "invalid-value", "alias");
  expect_problem(ask("PUT", "/v1/models/churn/aliases/latest", R"({"version":1})"), 422, "invalid-value",
                 "alias");
  expect_problem(get("/v1/artifacts/not-an-id"), 422, "invalid-value", "artifact");
  expect_problem(get("/v1/deliveries/1"), 422, "invalid-value", "delivery");
  expect_problem(get("/v1/blobs/abc"), 422, "invalid-value", "sha256");
  expect_problem(get("/v1/events/abc"), 422, "invalid-value", "sequence");
  expect_problem(get("/v1/events/0"), 422, "invalid-value", "sequence");
  expect_problem(get("/v1/events/99999999999999999999"), 422, "invalid-value", "sequence");
}

TEST_F(Hostile, WhatIsNotThereIsNamed) {
  EXPECT_THAT(get("/v1/models/nope").at("detail"), HasSubstr("nope"));
  EXPECT_EQ(get("/v1/models/nope").status, 404u);
  EXPECT_EQ(get("/v1/registries/nope/models").status, 404u);
  EXPECT_EQ(get("/v1/models/churn/versions/9").status, 404u);
  EXPECT_EQ(get("/v1/models/churn/aliases/nope/history").status, 404u);
  EXPECT_EQ(get("/v1/artifacts/0199a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b").status, 404u);
  EXPECT_EQ(get("/v1/deliveries/0199a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b").status, 404u);
  EXPECT_EQ(get("/v1/schemas/nothing.happened").status, 404u);
  EXPECT_EQ(get("/v1/events/9999").status, 404u);
}

TEST_F(Hostile, MethodsThatAPathDoesNotHave) {
  const Reply reply = ask("DELETE", "/v1/models");
  expect_problem(reply, 405, "method-not-allowed");
  EXPECT_EQ(reply.header("allow"), "GET, HEAD, POST");
  EXPECT_EQ(ask("OPTIONS", "/v1/models").status, 405u);
  EXPECT_EQ(ask("BREW", "/v1/models").status, 405u);
  EXPECT_EQ(ask("POST", "/healthz").header("allow"), "GET, HEAD");
}

TEST_F(Hostile, QueryParametersThatAreUnknownDoubledOrUnreadable) {
  expect_problem(get("/v1/models?nmae=x"), 422, "unknown-field", "nmae");
  expect_problem(get("/healthz?x"), 422, "unknown-field", "x");
  expect_problem(get("/v1/models?limit=1&limit=2"), 422, "duplicate-field", "limit");
  expect_problem(get("/v1/models?name=%zz"), 400, "malformed");
  expect_problem(get("/v1/models?name=%ff"), 400, "malformed");
  expect_problem(get("/v1/models?name=%00"), 400, "malformed");
  for (const char* limit : {"0", "1001", "-1", "ten", "", "1.0", "99999999999999999999"}) {
    expect_problem(get("/v1/models?limit=" + std::string(limit)), 422, "invalid-value", "limit");
  }
  for (const char* cursor : {"", "x", "42", "AAAAAAAAAAAAAAAAAAAAAAAA", "%2B%2F"}) {
    expect_problem(get("/v1/models?cursor=" + std::string(cursor)), 422, "invalid-value", "cursor");
  }
  expect_problem(get("/v1/resolve"), 422, "missing-field", "ref");
  expect_problem(get("/v1/resolve?ref=churn"), 422, "invalid-value", "ref");
  expect_problem(ask("DELETE", "/v1/models/churn/aliases/production?expected=none"), 422, "invalid-value",
                 "expected");
  expect_problem(ask("DELETE", "/v1/models/churn/aliases/production?reason=" + std::string(2'000, 'x')), 422,
                 "invalid-value", "reason");
}

TEST_F(Hostile, ACursorOfAnotherListIsRefused) {
  before_ += 1;
  ask("POST", "/v1/models", R"({"name":"second"})");
  const std::string cursor = get("/v1/models?limit=1").at("next");
  ASSERT_FALSE(cursor.empty());
  expect_problem(get("/v1/artifacts?cursor=" + cursor), 422, "invalid-value", "cursor");
}

// ---- HTTP itself ----

TEST_F(Hostile, RequestsThatAreNotHttp) {
  for (const char* bytes :
       {"hello\r\n\r\n", "GET /healthz\r\n\r\n", "GET /healthz HTTP/2.0\r\nHost: localhost\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nno colon\r\n\r\n", "GET /health z HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "\x16\x03\x01\x02\r\n\r\n"}) {
    expect_problem(raw(bytes), 400, "malformed");
  }
}

TEST_F(Hostile, RequestsThatCouldBeReadInTwoWays) {
  for (const char* headers :
       {"Content-Length: 2\r\nContent-Length: 3\r\n", "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 2x\r\n", "Content-Length: -2\r\n", "Content-Length: 99999999999999999999\r\n",
        "Content-Type: application/json\r\nContent-Type: text/plain\r\n"}) {
    expect_problem(raw("POST /v1/models HTTP/1.1\r\nHost: localhost\r\n" + std::string(headers) + "\r\n{}"),
                   400, "malformed");
  }
}

TEST_F(Hostile, HeadersThatAreTooLarge) {
  const Reply reply =
      raw("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(reply.status, 431u);
  EXPECT_EQ(reply.at("code"), "too-large");
  EXPECT_EQ(raw("GET /" + std::string(20'000, 'x') + " HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 431u);
}

TEST_F(Hostile, BodiesThatAreNotWhatTheyLookLike) {
  const auto with = [&](const std::string& headers) {
    return raw("POST /v1/models HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n2\r\n{}\r\n0\r\n\r\n");
  };
  const std::string json = "Content-Type: application/json\r\n", chunked = "Transfer-Encoding: chunked\r\n";
  expect_problem(with(json + "Transfer-Encoding: gzip, chunked\r\n"), 400, "malformed");
  expect_problem(with(json + "Transfer-Encoding: chunked, chunked\r\n"), 400, "malformed");
  expect_problem(with(json + chunked + "Content-Encoding: gzip\r\n"), 415, "unsupported-media");
  expect_problem(with(json + chunked + "Content-Range: bytes 0-1/9\r\n"), 400, "malformed");
  for (const char* charset : {"latin1", "utf-16", "\"iso-8859-1\"", "", "utf-8; charset=latin1"}) {
    expect_problem(with("Content-Type: application/json; charset=" + std::string(charset) + "\r\n" + chunked),
                   415, "unsupported-media");
  }
  for (const char* charset : {"utf-8", "UTF-8", "\"utf-8\""}) {
    expect_problem(with("Content-Type: application/json; charset=" + std::string(charset) + "\r\n" + chunked),
                   422, "missing-field", "name");
  }
}

TEST_F(Hostile, ConditionsThatNobodyLooksAt) {
  const std::string hex(64, 'a');
  for (const char* name : {"If-Match", "If-None-Match", "If-Unmodified-Since"}) {
    const std::string header = std::string(name) + ": \"x\"\r\n";
    expect_problem(ask("PUT", "/v1/blobs/" + hex, "x", header), 422, "invalid-value", name);
    expect_problem(ask("PATCH", "/v1/models/churn", R"({"description":"x"})", header), 422, "invalid-value",
                   name);
    EXPECT_EQ(get("/v1/models/churn", header).status, 200u);
  }
  expect_problem(ask("PUT", "/v1/blobs/" + hex, "x", "Content-Range: bytes 0-0/2\r\n"), 400, "malformed");
}

TEST_F(Hostile, TrailersAreBoundAsHeadersAre) {
  const auto with = [&](std::size_t bytes) {
    return raw(
        "POST /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: " +
        std::string(bytes, 'x') + "\r\n\r\n");
  };
  expect_problem(with(1'000), 422, "missing-field", "name");
  for (const std::size_t bytes : {17'000, 40'000, 100'000, 500'000})
    expect_problem(with(bytes), 413, "too-large");
}

TEST_F(Hostile, RequestsWithoutAHostOrWithTwo) {
  expect_problem(raw("GET /healthz HTTP/1.1\r\n\r\n"), 400, "malformed");
  expect_problem(raw("GET /healthz HTTP/1.0\r\n\r\n"), 400, "malformed");
  expect_problem(raw("GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n"), 400,
                 "malformed");
}

TEST_F(Hostile, RequestsFromElsewhere) {
  expect_problem(raw("GET /v1/models HTTP/1.1\r\nHost: rebound.example.com\r\n\r\n"), 403, "foreign-origin");
  expect_problem(raw("GET http://rebound.example.com/v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n"), 403,
                 "foreign-origin");
  expect_problem(ask("POST", "/v1/models", R"({"name":"a"})", "Origin: https://evil.example.com\r\n"), 403,
                 "foreign-origin");
  expect_problem(get("/v1/models", "Origin: null\r\n"), 403, "foreign-origin");
  EXPECT_EQ(get("/v1/models", "Origin: http://localhost:3000\r\n").status, 200u);
}

TEST_F(Hostile, OldHttpIsAnsweredOnceAndClosed) {
  Client client(server_->port());
  client.send("GET /healthz HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n");
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 200u);
  EXPECT_EQ(reply.header("connection"), "close");
  EXPECT_TRUE(client.ended());
}

TEST_F(Hostile, CallersWhoTakeTheirTimeWithTheHeader) {
  start({.request_timeout = std::chrono::seconds(1)});
  Client client(server_->port());
  client.send("GET /healthz HTTP/1.1\r\nHost: loc");
  expect_problem(client.read_reply(), 408, "timed-out");
  EXPECT_TRUE(client.ended());
}

TEST_F(Hostile, CallersWhoTakeTheirTimeWithTheBody) {
  start({.request_timeout = std::chrono::seconds(1)});
  Client client(server_->port());
  client.send(
      "POST /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
      "100\r\n\r\n{");
  expect_problem(client.read_reply(), 408, "timed-out");
}

TEST_F(Hostile, CallersWhoTakeNothingOfTheirAnswers) {
  start({.stall_timeout = std::chrono::seconds(1), .heartbeat = std::chrono::milliseconds(100)});
  ask("PATCH", "/v1/models/churn", R"({"description":")" + std::string(60'000, 'x') + "\"}");
  before_ += 1;
  Client stuck(server_->port());
  for (int i = 0; i < 200; ++i) stuck.send("GET /v1/models/churn HTTP/1.1\r\nHost: localhost\r\n\r\n");
  Client watching(server_->port());
  Client pace(server_->port());  // whose heartbeats say when to look again
  pace.send("GET /v1/events/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
  pace.read_until("\r\n\r\n");
  const auto are_two_left = [&] {
    return watching.request("GET", "/metrics").body.find("herald_http_connections 2\n") != std::string::npos;
  };
  for (int beat = 0; beat < 300 && !are_two_left(); ++beat) pace.read_until("heartbeat\n\n");
  EXPECT_TRUE(are_two_left()) << "it is still held";
}

TEST_F(Hostile, CallersWhoSayNothing) {
  start({.idle_timeout = std::chrono::seconds(1)});
  Client client(server_->port());
  EXPECT_TRUE(client.ended());
}

// ---- connections ----

TEST_F(Hostile, MoreConnectionsThanAreAllowedWaitForRoom) {
  EXPECT_EQ(Options{}.max_connections, limits::kMaxConnections);
  start({.max_connections = 2});
  auto first = std::make_unique<Client>(server_->port());
  Client second(server_->port());
  EXPECT_EQ(first->request("GET", "/healthz").status, 200u);
  EXPECT_EQ(second.request("GET", "/healthz").status, 200u);
  Client third(server_->port());
  ASSERT_TRUE(third.connected()) << "the kernel holds it";
  third.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto connections = [&] {
    const std::string metrics = second.request("GET", "/metrics").body;
    return metrics.substr(metrics.find("\nherald_http_connections ") + 1, 25);
  };
  for (int i = 0; i < 20; ++i) EXPECT_EQ(connections(), "herald_http_connections 2");
  EXPECT_FALSE(third.has_something());
  first.reset();
  EXPECT_EQ(third.read_reply().status, 200u);
}

// Who sends on after a refusal is read for a while, so that the answer arrives; then the connection goes.
TEST_F(Hostile, CallersWhoSendOnAfterARefusalAreReadForAWhile) {
  start({.max_connections = 1});
  constexpr std::string_view kHuge =
      "POST /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
      "9000000000\r\n\r\n{";
  {
    Client silent(server_->port());
    silent.send(kHuge);
    expect_problem(silent.read_reply(), 413, "too-large");
    const auto refused = system_clock().steady();
    Client next(server_->port());
    EXPECT_EQ(next.request("GET", "/healthz").status, 200u) << "when there is room for it";
    EXPECT_GE(system_clock().steady() - refused, limits::kLinger - std::chrono::milliseconds(500));
  }
  Client endless(server_->port());
  endless.send(kHuge);
  expect_problem(endless.read_reply(), 413, "too-large");
  const std::string piece(64 << 10, ' ');
  std::size_t sent = 0;
  while (sent < 1'000 * limits::kMaxLingerBytes && endless.send(piece)) sent += piece.size();
  EXPECT_LT(sent, 100 * limits::kMaxLingerBytes) << "what the kernel holds, and no more than that mebibyte";
}

TEST_F(Hostile, AConnectionServesManyRequests) {
  Client client(server_->port());
  for (int i = 0; i < 50; ++i) EXPECT_EQ(client.request("GET", "/v1/models/churn").status, 200u);
  EXPECT_EQ(client.request("GET", "/nowhere").status, 404u);
  EXPECT_EQ(client.request("POST", "/v1/models", "{").status, 400u);
  EXPECT_EQ(client.request("GET", "/healthz").status, 200u) << "a refusal does not end the connection";
}

TEST_F(Hostile, RequestsSentAtOnceAreAnsweredInTheirOrder) {
  Client client(server_->port());
  std::string text;
  for (const char* path : {"/healthz", "/nowhere", "/v1/models/churn", "/readyz"})
    text += "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  client.send(text);
  EXPECT_EQ(client.read_reply().at("status"), "ok");
  EXPECT_EQ(client.read_reply().status, 404u);
  EXPECT_EQ(client.read_reply().at("name"), "churn");
  EXPECT_EQ(client.read_reply().at("status"), "ready");
}

TEST_F(Hostile, EmptyLinesBeforeARequestAreSkipped) {
  Client client(server_->port());
  for (const char* lines : {"\r\n", "\r\n\r\n", ""}) {
    client.send(std::string(lines) + "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(client.read_reply().status, 200u);
  }
}

TEST_F(Hostile, ARequestMayComeByteByByte) {
  Client client(server_->port());
  client.send("\r");
  client.send("\n");
  for (const char c : std::string("GET /v1/models/churn HTTP/1.1\r\nHost: localhost\r\n\r\n"))
    client.send(std::string_view(&c, 1));
  EXPECT_EQ(client.read_reply().at("name"), "churn");
}

TEST_F(Hostile, HeadAnswersWithoutABody) {
  Client client(server_->port());
  const Reply head = client.request("HEAD", "/v1/models/churn");
  EXPECT_EQ(head.status, 200u);
  const Reply reply = client.request("GET", "/v1/models/churn");
  EXPECT_EQ(head.header("content-length"), std::to_string(reply.body.size()));
}

TEST_F(Hostile, TheEndWaitsForRequestsUnderWay) {
  Client idle(server_->port()), busy(server_->port());
  busy.send(
      "POST /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
      "12\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(busy.read_reply().status, 100u);
  std::jthread stopping([&] { server_->stop(); });
  EXPECT_TRUE(idle.ended());
  busy.send(R"({"name":"z"})");
  const Reply reply = busy.read_reply();
  EXPECT_EQ(reply.status, 201u) << reply.body;
  EXPECT_EQ(reply.header("connection"), "close");
  stopping.join();
  EXPECT_FALSE(Client(server_->port()).connected());
  before_ += 1;
  start({});
}

TEST_F(Hostile, TheEndWaitsOnlyForAWhile) {
  start({.grace = std::chrono::seconds(1)});
  Client stuck(server_->port());
  stuck.send(
      "POST /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
      "12\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(stuck.read_reply().status, 100u);
  server_->stop();
  start({});
}

}  // namespace
}  // namespace herald::api
