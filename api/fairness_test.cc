// What one caller may take of what all share: streams, memory, requests, names.
#include <thread>

#include "api/call.h"
#include "api/testing/locked_server.h"
#include "base/limits.h"

namespace herald::api {
namespace {

using testing::Client;
using ::testing::HasSubstr;
using testing::kClaimCode;
using testing::Reply;

class AServerOfMany : public testing::LockedServerTest {
 protected:
  std::string head(std::string_view who, std::string_view method, std::string_view target,
                   std::string_view more = {}) {
    return std::string(method) + " " + std::string(target) +
           " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + tokens_[std::string(who)] + "\r\n" +
           std::string(more) + "\r\n";
  }
  // The body is announced, and all but its last byte is on its way.
  std::unique_ptr<Client> slow_upload(std::string_view who, std::size_t bytes) {
    auto client = std::make_unique<Client>(server_->port());
    client->send(head(who, "POST", "/v1/artifacts",
                      "Content-Type: application/json\r\nContent-Length: " + std::to_string(bytes) + "\r\n"));
    client->send(std::string(bytes - 1, ' '));
    return client;
  }
};

TEST_F(AServerOfMany, BoundsTheLiveStreamsOfOneCaller) {
  given_user("ada");
  given_user("bob");
  std::vector<std::unique_ptr<Client>> streams;
  for (std::size_t i = 0; i < limits::kMaxLiveStreamsOfOne; ++i) {
    streams.push_back(std::make_unique<Client>(server_->port()));
    streams.back()->send(head("ada", "GET", "/v1/events/stream"));
    streams.back()->read_until(": heartbeat\n\n");
  }
  const Reply refused = as("ada", "GET", "/v1/events/stream");
  EXPECT_EQ(refused.status, 429u);
  EXPECT_EQ(refused.at("field"), "stream");
  EXPECT_THAT(refused.at("fix"), HasSubstr("Close a stream"));
  Client of_bob(server_->port());
  of_bob.send(head("bob", "GET", "/v1/events/stream"));
  EXPECT_THAT(of_bob.read_until(": heartbeat\n\n"), HasSubstr("200 OK"));
}

class AServerOfLittleMemory : public AServerOfMany {
 protected:
  static constexpr std::size_t kOfOne = 256 << 10, kOfAll = 384 << 10, kBody = 200 << 10;
  void prepare() override { ASSERT_EQ(ask("POST", "/v1/models", R"({"name":"churn"})").status, 201u); }
  void SetUp() override {
    AServerOfMany::SetUp();
    server_.reset();
    start({.port = 0, .held_bytes = kOfAll, .held_bytes_of_one = kOfOne});
    given_user("ada", "member");
    given_user("bob", "member");
  }
  Reply upload(std::string_view who, std::size_t bytes) {
    return as(std::string(who), "POST", "/v1/artifacts", std::string(bytes, ' '));
  }
  // The share of a slow body, once it has come.
  std::unique_ptr<Client> held_upload(std::string_view who) {
    auto slow = slow_upload(who, kBody);
    const std::string all = "herald_held_bytes " + std::to_string(kBody - 1) + "\n";
    for (int i = 0; i < 10'000 && as("root", "GET", "/metrics").body.find(all) == std::string::npos; ++i)
      continue;
    return slow;
  }
  // Asks until it is so: what was there has gone.
  Reply until(unsigned int status, const std::function<Reply()>& ask) {
    Reply reply = ask();
    for (int i = 0; i < 1'000 && reply.status != status; ++i) reply = ask();
    return reply;
  }
};

TEST_F(AServerOfLittleMemory, RefusesTheBodiesOfOneCallerThatTakeMoreThanItsShare) {
  const auto slow = held_upload("ada");
  const Reply refused = upload("ada", kBody);
  EXPECT_EQ(refused.status, 429u) << refused.body;
  EXPECT_EQ(refused.header("retry-after"), "1");
  EXPECT_EQ(refused.at("code"), "rate-limited");
  EXPECT_EQ(upload("ada", 8 << 10).status, 400u) << "small ones are read: this one is no JSON";
}

TEST_F(AServerOfLittleMemory, RefusesBodiesThatTakeMoreThanThereIsForAll) {
  const auto slow = held_upload("ada");
  const Reply refused = upload("bob", kBody);
  EXPECT_EQ(refused.status, 503u) << refused.body;
  EXPECT_EQ(refused.header("retry-after"), "1");
  errors_are_meant();
}

TEST_F(AServerOfLittleMemory, GivesTheShareBackWhenTheCallerIsGone) {
  {
    const auto slow = held_upload("ada");
    EXPECT_EQ(upload("ada", kBody).status, 429u);
  }
  EXPECT_EQ(until(400, [&] { return upload("ada", kBody); }).status, 400u);
}

TEST_F(AServerOfLittleMemory, RefusesPagesThatTakeMoreThanTheCallersShare) {
  const std::string text(60'000, 'x');
  for (int i = 0; i < 6; ++i)
    ASSERT_EQ(as("ada", "POST", "/v1/models/churn/comments", R"({"text":")" + text + "\"}").status, 201u);
  EXPECT_EQ(as("ada", "GET", "/v1/models/churn/comments?limit=2").status, 200u);
  const Reply refused = as("ada", "GET", "/v1/models/churn/comments");
  EXPECT_EQ(refused.status, 429u);
  EXPECT_EQ(refused.at("code"), "rate-limited");
}

TEST_F(AServerOfMany, CountsTheRequestsOfEachCallerAloneAndMissesNoneThatComeTogether) {
  given_user("ada");
  given_user("bob");
  server_.reset();
  constexpr int kMost = 50, kThreads = 4, kEach = 20;
  start({.port = 0, .rate_limit = kMost});
  std::atomic<int> granted{0}, refused{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back(
          [&, port = server_->port(), credentials = "Authorization: Bearer " + tokens_["ada"] + "\r\n"] {
            Client client(port);
            for (int i = 0; i < kEach; ++i) {
              const unsigned int status = client.request("GET", "/v1/me", {}, credentials).status;
              (status == 200 ? granted : refused) += status == 200 || status == 429 ? 1 : 1'000;
            }
          });
    }
  }
  EXPECT_EQ(granted, kMost);
  EXPECT_EQ(refused, kThreads * kEach - kMost);
  EXPECT_EQ(as("bob", "GET", "/v1/me").status, 200u);
}

TEST_F(AServerOfMany, LooksUpManyThingsInThePool) {
  Services services(parts(), {});
  const Query query = Query::parse("").value();
  const Request request;
  for (const char* target : {"/v1/versions:register", "/v1/versions:change", "/v1/models:change"}) {
    std::string allowed;
    const Found found = services.router.find(Method::post, target, allowed).value();
    const Caller caller{registry::Actor::anonymous("http"), registry::Access::unlimited()};
    const Call call{caller, services, request, *found.route, found.path, query, target, Uuid(), {}};
    const Result<Outcome> outcome = found.route->handler()(call);
    ASSERT_TRUE(outcome) << target;
    EXPECT_TRUE(std::holds_alternative<Blocking>(*outcome)) << target;
  }
}

TEST_F(AServerOfMany, GivesANameToOneOfThoseWhoAskForItTogether) {
  std::atomic<int> made{0}, refused{0};
  {
    std::vector<std::jthread> threads;
    for (const char* name : {"ada", "Ada", "ADA", "aDa"}) {
      threads.emplace_back([&, name, port = server_->port(),
                            credentials = "Authorization: Bearer " + tokens_["root"] + "\r\n"] {
        Client client(port);
        const std::string body = R"({"name":")" + std::string(name) + "\"}";
        unsigned int status = 503;
        while (status == 503) status = client.request("POST", "/v1/principals", body, credentials).status;
        (status == 201 ? made : refused) += status == 201 || status == 409 ? 1 : 1'000;
      });
    }
  }
  EXPECT_EQ(made, 1);
  EXPECT_EQ(refused, 3);
  errors_are_meant();  // the second at the same moment is told to come again
}

TEST_F(AServerOfMany, GivesANewNameToOneOfThoseWhoAreToHaveItTogether) {
  const std::vector<std::string> people{"ada", "bob", "cat", "dan"};
  for (const std::string& name : people) given_user(name);
  std::atomic<int> renamed{0}, refused{0};
  {
    std::vector<std::jthread> threads;
    for (const std::string& name : people) {
      threads.emplace_back([&, name, port = server_->port(),
                            credentials = "Authorization: Bearer " + tokens_["root"] + "\r\n"] {
        Client client(port);
        const auto status =
            client.request("PATCH", "/v1/principals/" + name, R"({"name":"countess"})", credentials).status;
        (status == 200 ? renamed : refused) += status == 200 || status == 409 ? 1 : 1'000;
      });
    }
  }
  EXPECT_EQ(renamed, 1);
  EXPECT_EQ(refused, 3);
  std::size_t there = 0;
  for (const std::string& name : people) {
    if (as("root", "GET", "/v1/principals/" + name).status == 200) ++there;
  }
  EXPECT_EQ(there, people.size() - 1);
  EXPECT_EQ(as("root", "GET", "/v1/principals/countess").status, 200u);
}

TEST_F(AServerOfMany, ChangesOfOnePrincipalKeepEachOther) {
  given_user("ada");
  {
    std::vector<std::jthread> threads;
    for (const char* body :
         {R"({"name":"countess"})", R"({"full_name":"Ada King"})", R"({"email":"a@x.org"})"}) {
      threads.emplace_back([&, body, id = as("ada", "GET", "/v1/principals/me").at("id"),
                            port = server_->port(),
                            credentials = "Authorization: Bearer " + tokens_["root"] + "\r\n"] {
        Client client(port);
        EXPECT_EQ(client.request("PATCH", "/v1/principals/" + id, body, credentials).status, 200u);
      });
    }
  }
  const Reply ada = as("root", "GET", "/v1/principals/countess");
  EXPECT_EQ(ada.at("name") + " " + ada.at("full_name") + " " + ada.at("email"), "countess Ada King a@x.org");
}

TEST_F(AServerOfMany, LooksAgainAtTheRoleWhenTheBodyHasCome) {
  ASSERT_EQ(as("root", "POST", "/v1/models", R"({"name":"churn"})").status, 201u);
  given_user("ada", "member");
  Client slow(server_->port());
  slow.send(head("ada", "PATCH", "/v1/models/churn/tags",
                 "Content-Type: application/json\r\nContent-Length: 9\r\n") +
            "{\"a\":\"1");
  ASSERT_EQ(as("root", "DELETE", "/v1/roles/ada").status, 200u);
  slow.send("\"}");
  const Reply refused = slow.read_reply();
  EXPECT_EQ(refused.status, 403u) << refused.body;
  EXPECT_EQ(as("root", "GET", "/v1/models/churn").at("tags"), "{}");
}

TEST_F(AServerOfMany, KeepsNoBlobOfWhoMayNotAnyMoreWhenItHasCome) {
  given_user("ada", "member");
  const std::string blob = "/v1/blobs/" + sha256("bytes").hex();
  Client slow(server_->port());
  slow.send(head("ada", "PUT", blob, "Content-Type: application/octet-stream\r\nContent-Length: 5\r\n") +
            "byte");
  ASSERT_EQ(as("root", "DELETE", "/v1/tokens/" + token_ids_["ada"]).status, 200u);
  slow.send("s");
  EXPECT_EQ(slow.read_reply().status, 401u);
  EXPECT_EQ(as("root", "GET", blob).status, 404u);
}

TEST_F(AServerOfMany, CutsOffADownloadWhoseTokenIsRevoked) {
  given_user("ada", "member");
  const std::string bytes(32 << 20, 'x'), blob = "/v1/blobs/" + sha256(bytes).hex();
  ASSERT_EQ(as("root", "PUT", blob, bytes, "Content-Type: application/octet-stream\r\n").status, 201u);
  Client slow(server_->port(), 4'096);
  slow.send(head("ada", "GET", blob));
  slow.read_until("\r\n\r\n");
  ASSERT_EQ(as("root", "DELETE", "/v1/tokens/" + token_ids_["ada"]).status, 200u);
  std::size_t taken = 0;
  while (const std::size_t more = slow.discard(1 << 20)) taken += more;
  EXPECT_LT(taken, bytes.size());
}

TEST_F(AServerOfMany, LetsMembersOfARegistryMakeAModelWithItsFirstVersion) {
  given_user("ada", "member", "/v1/registries/models");
  given_user("bob", "viewer", "/v1/registries/models");
  const std::string body = R"({"create_model":true})";
  EXPECT_EQ(as("bob", "POST", "/v1/models/fresh/versions", body).status, 403u);
  EXPECT_EQ(as("ada", "POST", "/v1/models/fresh/versions", "{}").status, 404u)
      << "it was not asked to make it";
  const Reply made = as("ada", "POST", "/v1/models/fresh/versions", body);
  EXPECT_EQ(made.status, 201u) << made.body;
  EXPECT_EQ(as("bob", "GET", "/v1/models/fresh").at("name"), "fresh");
}

class AnUnclaimedServer : public testing::ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    server_.reset();
    start({.port = 0, .stands_open = false, .claim_code = kClaimCode});
  }
};

TEST_F(AnUnclaimedServer, ReadsNoClaimOfMoreThanAKibibyte) {
  const std::string begin = R"({"code":")" + std::string(kClaimCode) + R"(","name":"ada")";
  const auto claim = [&](std::size_t bytes) {
    return begin + std::string(bytes - begin.size() - 1, ' ') + "}";
  };
  const Reply refused = ask("POST", "/v1/claim", claim(1'025));
  EXPECT_EQ(refused.status, 413u);
  EXPECT_THAT(refused.at("detail"), HasSubstr("at most 1024"));
  Client chunked(server_->port());
  chunked.send(
      "POST /v1/claim HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n401\r\n" +
      claim(1'025) + "\r\n0\r\n\r\n");
  EXPECT_EQ(chunked.read_reply().status, 413u) << "however it is announced";
  EXPECT_EQ(ask("POST", "/v1/claim", claim(1'024)).status, 201u);
}

}  // namespace
}  // namespace herald::api
