// What goes on in a restricted registry changes no answer to who has no role in it: every GET route is asked before and
// after, by lists, by filters and by the names and ids of what is hidden, and must say the same. So there is no id, no
// name and no count of it anywhere, and what is hidden is answered as what does not exist.
#include <gmock/gmock.h>

#include "api/handlers.h"
#include "api/testing/locked_server.h"
#include "api/testing/paths.h"

namespace herald::api {
namespace {

using testing::Reply;

// What the hidden things are called. Ids are made by the server: before there are any, others stand for them.
struct HiddenThings {
  std::string artifact = "0190a8b0-0000-7000-8000-00000000000a";
  std::string unlinked = "0190a8b0-0000-7000-8000-00000000000b";
  std::string evaluation = "0190a8b0-0000-7000-8000-00000000000c";
  std::string registry_id = "0190a8b0-0000-7000-8000-00000000000d";
  std::string model_id = "0190a8b0-0000-7000-8000-00000000000e";
  std::uint64_t first_event = 1'000'000;

  // By the name that it has in paths; nothing: not a thing of its own.
  std::string called(std::string_view name) const {
    if (name == "registry") return "vault";
    if (name == "model") return "face";
    if (name == "artifact") return artifact;
    if (name == "evaluation") return evaluation;
    if (name == "run") return "vault-run";
    if (name == "alias") return "vaulted";
    if (name == "sequence") return std::to_string(first_event);
    return {};
  }
};

// The same with other ids.
std::string translated(std::string text, const HiddenThings& from, const HiddenThings& to) {
  for (const auto& [old_id, new_id] :
       {std::pair(from.artifact, to.artifact),
        {from.unlinked, to.unlinked},
        {from.evaluation, to.evaluation},
        {from.registry_id, to.registry_id},
        {from.model_id, to.model_id},
        {"events/" + std::to_string(from.first_event), "events/" + std::to_string(to.first_event)},
        {"event " + std::to_string(from.first_event) + ",",
         "event " + std::to_string(to.first_event) + ","}}) {
    for (std::size_t at = 0; (at = text.find(old_id, at)) != std::string::npos; at += new_id.size())
      text.replace(at, old_id.size(), new_id);
  }
  return text;
}

std::string common_value(std::string_view name) {
  static const std::map<std::string, std::string, std::less<>> kValues = {
      {"registry", "models"},  {"model", "open"},   {"version", "1"},
      {"alias", "production"}, {"stage", "dev"},    {"sha256", std::string(64, 'a')},
      {"sequence", "1"},       {"run", "open-run"}, {"type", "alias.assigned"},
      {"principal", "me"},     {"path", "w.bin"},   {"file", "table"}};
  const auto value = kValues.find(name);
  return value == kValues.end() ? testing::kNoId : value->second;
}

std::string path_with(const std::string& pattern, const HiddenThings* hidden) {
  return testing::path_with(pattern, [&](std::string_view name) {
    const std::string value = hidden == nullptr ? std::string() : hidden->called(name);
    return value.empty() ? common_value(name) : value;
  });
}

// They say how far the log is, which is no secret and counts everybody's events.
bool tells_of_the_log(const std::string& pattern) {
  return pattern == "/v1" || pattern.starts_with("/v1/log") || pattern == "/metrics" || pattern == "/readyz";
}

std::vector<std::string> starts_of_walks(const HiddenThings& hidden) {
  return {"version=vault/face:v1",
          "version=vault/face:vaulted",
          "artifact=" + hidden.artifact,
          "artifact=" + hidden.unlinked,
          "run=vault-run",
          "dataset=vault-rows",
          "deployment=vault-deploy",
          "version=open:v1",
          "run=open-run",
          "dataset=open-rows"};
}

std::vector<std::string> targets(const HiddenThings& hidden) {
  Router router;
  add_all_routes(router);
  std::vector<std::string> all;
  for (const Route& route : router.routes()) {
    if (route.method() != Method::get || tells_of_the_log(route.pattern())) continue;
    if (route.pattern() == "/v1/events/stream") continue;  // below, with an end
    all.push_back(path_with(route.pattern(), nullptr));
    all.push_back(path_with(route.pattern(), &hidden));
  }
  for (const std::string& start : starts_of_walks(hidden)) {
    all.push_back("/v1/lineage?" + start);
    all.push_back("/v1/lineage?depth=1&limit=1&" + start);
    all.push_back("/v1/lineage/impact?" + start);
  }
  for (const char* kind : {"models", "versions", "artifacts", "runs", "evaluations"}) {
    for (const char* query :
         {"", "name:face", "name:*", "vault", "weights", "created>2020-01-01", "-archived"})
      all.push_back("/v1/search?limit=1&kind=" + std::string(kind) + "&q=" + query);
  }
  for (const std::string& filter :
       {std::string("limit=1000"), std::string("order=desc&limit=1"), std::string("model=vault/face"),
        std::string("reason=hush"), "subject=registries/" + hidden.registry_id,
        "subject=registries/" + hidden.registry_id + "/models/" + hidden.model_id,
        "subject=artifacts/" + hidden.artifact, std::string("subject=lineage/run/vault-run"),
        std::string("type=lineage.*,evaluation.*,artifact.*")}) {
    all.push_back("/v1/events?" + filter);
    if (filter.find("limit") == std::string::npos) all.push_back("/v1/events/export?" + filter);
  }
  for (const char* more :
       {"/v1/registries?limit=1", "/v1/artifacts?limit=1", "/v1/registries/models/models?limit=1",
        "/v1/runs?limit=1", "/v1/runs?name=vault", "/v1/resolve?ref=vault/face:v1",
        "/v1/resolve?ref=vault/face:vaulted", "/v1/resolve?ref=open:v1",
        "/v1/compare?versions=open:v1,vault/face:v1", "/v1/compare?versions=vault/face:v1&with=open:v1",
        "/v1/compare/evaluations?versions=vault/face:v1,vault/face:vaulted",
        "/v1/access/explain?registry=vault", "/v1/access/explain?registry=vault&model=face",
        "/v1/events/export", "/v1/events/stream?after=0", "/v1/events/stream?after=0&model=vault/face",
        "/v1/search?kind=versions&q=dataset:vault*",
        "/v1/search?kind=versions&q=dataset_version:vault/face:v1",
        "/v1/models/open/evaluations?dataset_version=vault/face:v1"})
    all.emplace_back(more);
  return all;
}

class HiddenRegistry : public testing::LockedServerTest {
 protected:
  void SetUp() override {
    LockedServerTest::SetUp();
    // What is refused here is recorded when the test is over: admins of "models" would see it.
    server_.reset();
    start({.port = 0, .denials_counted = std::chrono::hours(24)});
    ASSERT_EQ(as("root", "POST", "/v1/models", R"({"name":"open"})").status, 201u);
    given_user("stranger");
    given_user("elsewhere", "member", "/v1/registries/models");
    given_user("restricted", "restricted_viewer", "/v1/registries/models");
    given_user("of-a-model", "admin", "/v1/models/open");
    given_user("insider", "restricted_viewer");
    given_user("limited", "admin", "/v1/registries/models");
    given_token("token-of-a-model", "limited", R"(,"registry":"models","model":"open")");
    given_token("token-of-a-registry", "limited", R"(,"registry":"models")");
    open_artifact_ = artifact("open-weights");
    succeed("POST", "/v1/models/open/versions",
            R"({"run":{"id":"open-run"},"artifacts":[")" + open_artifact_ + R"("]})");
    succeed("PUT", "/v1/models/open/aliases/production", R"({"version":1})");
    edge(R"({"dataset":"open-rows"})", "used", R"({"run":"open-run"})");
  }

  Reply succeed(const char* method, const std::string& target, const std::string& body = {},
                const std::string& headers = {}) {
    Reply reply = as("root", method, target, body, headers);
    EXPECT_LT(reply.status, 300u) << method << " " << target << ": " << reply.body;
    return reply;
  }
  std::string artifact(const std::string& name) {
    succeed("PUT", "/v1/blobs/" + sha256(name).hex(), name, "Content-Type: application/octet-stream\r\n");
    return succeed("POST", "/v1/artifacts",
                   R"({"name":")" + name + R"(","kind":"model","files":[{"path":"w.bin","bytes":)" +
                       std::to_string(name.size()) + R"(,"digest":")" + sha256(name).str() + R"("}]})")
        .at("id");
  }
  void edge(const std::string& upstream, const std::string& relation, const std::string& downstream) {
    succeed("POST", "/v1/lineage",
            R"({"upstream":)" + upstream + R"(,"relation":")" + relation + R"(","downstream":)" + downstream +
                "}");
  }

  // A life in "vault", with edges to what all see.
  HiddenThings given_the_vault() {
    HiddenThings is;
    is.first_event = last() + 1;
    is.registry_id = succeed("POST", "/v1/registries",
                             R"({"name":"vault","visibility":"restricted","stages":{"stages":["dev"]}})")
                         .at("id");
    const std::string face = "/v1/registries/vault/models/face";
    is.model_id = succeed("POST", "/v1/registries/vault/models", R"({"name":"face"})").at("id");
    is.artifact = artifact("vault-weights");
    is.unlinked = artifact("vault-loose");
    succeed("POST", face + "/versions",
            R"({"run":{"id":"vault-run"},"artifacts":[")" + is.artifact + R"(",")" + open_artifact_ +
                R"("],"metadata":{"vault":1},"description":"hush"})");
    succeed("POST", face + "/versions", R"({"metrics":{"auc":0.5}})");
    succeed("PUT", face + "/aliases/vaulted", R"({"version":1,"reason":"hush"})");
    succeed("PUT", "/v1/registries/vault/protected-aliases/vaulted");
    succeed("PATCH", face + "/tags", R"({"vault":"1"})");
    succeed("PUT", face + "/card", R"({"text":"# vault"})");
    succeed("POST", face + "/comments", R"({"text":"vault"})");
    succeed("POST", face + "/versions/1/transition", R"({"stage":"dev","reason":"hush"})");
    succeed("POST", face + "/versions/1/usage", R"({"consumer":"vault-service"})");
    is.evaluation = succeed("POST", face + "/versions/1/evaluations",
                            R"({"dataset":{"artifact":")" + is.artifact +
                                R"("},"run":"vault-eval","metrics":{"auc":0.5}})")
                        .at("id");
    edge(R"({"dataset":"vault-rows"})", "used", R"({"run":"vault-run"})");
    edge(R"({"artifact":")" + is.unlinked + R"("})", "used", R"({"run":"vault-run"})");
    edge(R"({"dataset":"open-rows"})", "trained_on", R"({"version":"vault/face:v1"})");
    edge(R"({"version":"open:v1"})", "derived_from", R"({"version":"vault/face:v1"})");
    edge(R"({"version":"vault/face:v1"})", "deployed_as", R"({"deployment":"vault-deploy"})");
    succeed("DELETE", face + "/versions/2?reason=hush");
    succeed("PUT", "/v1/registries/vault/roles/insider", R"({"role":"viewer"})");
    return is;
  }

  void wait_for_the_views() {
    ASSERT_EQ(as("root", "GET", "/v1/models/open?min_sequence=" + std::to_string(last())).status, 200u);
  }

  // But for what is of the request or the moment. A live stream is read up to now.
  std::string answer_to(const std::string& who, const std::string& target) {
    const bool is_live = target.starts_with("/v1/events/stream");
    const std::string more = target.find('?') != std::string::npos ? "&" : "?";
    const Reply reply =
        read_as(who, is_live ? target + more + "before=" + std::to_string(last() + 1) : target);
    EXPECT_NE(reply.at("code"), "unknown-field")
        << target << ": what is asked for must not be refused for how";
    std::string text = std::to_string(reply.status) + " " + reply.body;
    for (const std::string_view member : {R"("instance":")", R"("last_used":")", R"("next":")", "id: "}) {
      for (std::size_t at = 0; (at = text.find(member, at)) != std::string::npos;) {
        at += member.size();
        text.erase(at, text.find_first_of("\"\n", at) - at);
      }
    }
    if (const auto held = text.find(R"("held_seconds":)"); held != std::string::npos)
      text.erase(held, text.find('}', held) - held);
    return text;
  }

  std::string open_artifact_;
};

TEST_F(HiddenRegistry, ChangesNoAnswerToWhoHasNoRoleInIt) {
  const std::vector<std::string> walkers = {"stranger",   "elsewhere",        "restricted",
                                            "of-a-model", "token-of-a-model", "token-of-a-registry"};
  const HiddenThings none;
  wait_for_the_views();
  std::map<std::pair<std::string, std::string>, std::string> before;
  for (const std::string& who : walkers) {
    for (const std::string& target : targets(none)) before[{who, target}] = answer_to(who, target);
  }
  const HiddenThings vault = given_the_vault();
  wait_for_the_views();
  for (const std::string& who : walkers) {
    for (const std::string& target : targets(vault)) {
      const std::string after = translated(answer_to(who, target), vault, none);
      EXPECT_EQ(after, before.at({who, translated(target, vault, none)})) << who << " at " << target;
    }
  }
}

TEST_F(HiddenRegistry, IsSeenByWhoHasARoleThere) {
  const HiddenThings vault = given_the_vault();
  grant("stranger", "restricted_viewer", "/v1/registries/vault");
  for (const std::string& target :
       {"/v1/artifacts/" + vault.artifact, std::string("/v1/runs/vault-run"),
        "/v1/events/" + std::to_string(vault.first_event), std::string("/v1/registries/vault/models/face")})
    EXPECT_EQ(as("stranger", "GET", target).status, 200u) << target;
  EXPECT_EQ(as("stranger", "GET", "/v1/lineage/impact?version=open:v1").items(), 2u);
  EXPECT_EQ(as("stranger", "GET", "/v1/lineage?dataset=vault-rows").at("nodes.0.name"), "vault-run");
  EXPECT_EQ(as("stranger", "GET", "/v1/artifacts/" + vault.unlinked).status, 404u)
      << "linked nowhere, and root's";
}

}  // namespace
}  // namespace herald::api
