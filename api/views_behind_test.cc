// What a caller sees while the views are behind the log.
#include <gmock/gmock.h>

#include "api/testing/server_fixture.h"

namespace herald::api {
namespace {

using testing::Client;
using ::testing::HasSubstr;
using testing::Reply;

class ViewsThatAreBehind : public testing::ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    given_model("churn", 2);
    get("/v1/models/churn?min_sequence=" + std::to_string(last()));
    stop_following();
  }
  static constexpr const char* kAlias = "/v1/models/churn/aliases/production";
};

TEST_F(ViewsThatAreBehind, AreWaitedFor) {
  ask("PUT", kAlias, R"({"version":1})");
  Client client(server_->port());
  client.send("GET /v1/models/churn/history?min_sequence=" + std::to_string(last()) +
              " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  follow();
  EXPECT_EQ(client.read_reply().items(), 4u);
}

TEST_F(ViewsThatAreBehind, AreNotWaitedForLongerThanTheServerSays) {
  errors_are_meant();
  start({.views_timeout = std::chrono::milliseconds(20)});
  ask("PUT", kAlias, R"({"version":1})");
  for (const char* parameter : {"min_sequence=", "as_of="}) {
    const Reply reply = get("/v1/models/churn?" + (parameter + std::to_string(last())));
    EXPECT_EQ(reply.status, 503u);
    EXPECT_EQ(reply.at("code"), "busy");
    EXPECT_EQ(reply.header("retry-after"), "1");
    EXPECT_THAT(reply.at("detail"), HasSubstr("the views are at event 4 and not yet at 5"));
  }
}

TEST_F(ViewsThatAreBehind, AreNotWaitedForBeyondTheEndOfTheLog) {
  for (const std::string& beyond : {std::to_string(last() + 1), std::string("99999999999")}) {
    const Reply reply = get("/v1/models/churn?min_sequence=" + beyond);
    EXPECT_EQ(reply.status, 422u);
    EXPECT_EQ(reply.at("code"), "invalid-value");
    EXPECT_EQ(reply.at("field"), "min_sequence");
    EXPECT_THAT(reply.at("detail"), HasSubstr("the log ends at 4"));
  }
}

// An older state would deny what was recorded: that the alias is there.
TEST_F(ViewsThatAreBehind, AnswerARetryWithWhatWasDecided) {
  start({.views_timeout = std::chrono::milliseconds(20)});
  const std::string_view key = "Idempotency-Key: once\r\n";
  ask("PUT", kAlias, R"({"version":1})");
  const Reply first = ask("PUT", kAlias, R"({"version":2})", key);
  const auto then = last();
  const Reply again = ask("PUT", kAlias, R"({"version":2})", key);
  EXPECT_EQ(again.status, first.status);
  EXPECT_EQ(again.header("herald-idempotent-replay"), "true");
  EXPECT_EQ(again.header("herald-sequence"), std::to_string(then));
  EXPECT_EQ(again.at("model"), "churn");
  EXPECT_EQ(again.at("changed"), "1");
  EXPECT_EQ(again.at("version"), "") << "nothing of a time before the answer";
  follow();
  EXPECT_EQ(ask("PUT", kAlias, R"({"version":2})", key).body, first.body);
}

}  // namespace
}  // namespace herald::api
