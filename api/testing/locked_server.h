// A real server that has been claimed: callers show tokens.
#pragma once

#include <map>
#include <string>

#include "api/testing/server_fixture.h"

namespace herald::api::testing {

inline constexpr const char* kClaimCode = "0123456789abcdef0123456789abcdef";

class LockedServerTest : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    server_.reset();
    start({.port = 0, .claim_code = kClaimCode});
    prepare();
    const Reply claimed =
        ask("POST", "/v1/claim", R"({"code":")" + std::string(kClaimCode) + R"(","name":"root"})");
    ASSERT_EQ(claimed.status, 201u) << claimed.body;
    tokens_["root"] = claimed.at("token");
  }
  // While it stands open.
  virtual void prepare() {}

  // As one of those that have a token here; "" is nobody.
  Reply as(const std::string& who, std::string_view method, std::string_view target,
           std::string_view body = {}, std::string_view headers = {}) {
    return ask(method, target, body, credentials_of(who) + std::string(headers));
  }
  // GET; of a live stream, which must have an end (`before`), with all that came.
  Reply read_as(const std::string& who, std::string_view target) {
    Client client(server_->port());
    Reply reply = client.request("GET", target, {}, credentials_of(who));
    if (reply.header("content-type").starts_with("text/event-stream")) reply.body = client.read_to_the_end();
    return reply;
  }
  std::string credentials_of(const std::string& who) const {
    if (who.empty()) return {};
    return "Authorization: Bearer " + (tokens_.contains(who) ? tokens_.at(who) : who) + "\r\n";
  }
  // A user with a token, and with `role` where `roles` says ("/v1", "/v1/registries/x", ...); "" is none.
  void given_user(const std::string& name, const std::string& role = "", const std::string& roles = "/v1") {
    ASSERT_EQ(as("root", "POST", "/v1/principals", R"({"name":")" + name + "\"}").status, 201u);
    if (!role.empty()) grant(name, role, roles);
    given_token(name, name, "");
  }
  void grant(const std::string& name, const std::string& role, const std::string& roles = "/v1") {
    const Reply granted = as("root", "PUT", roles + "/roles/" + name, R"({"role":")" + role + "\"}");
    ASSERT_LT(granted.status, 300u) << granted.body;
  }
  // `more`: members of the request, each after a comma. Kept as `called`.
  void given_token(const std::string& called, const std::string& of, const std::string& more) {
    const Reply issued = as("root", "POST", "/v1/tokens", R"({"principal":")" + of + "\"" + more + "}");
    ASSERT_EQ(issued.status, 201u) << issued.body;
    tokens_[called] = issued.at("token");
    token_ids_[called] = issued.at("id");
  }

  std::map<std::string, std::string> tokens_, token_ids_;
};

}  // namespace herald::api::testing
