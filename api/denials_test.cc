// Which refusals are counted, as what, and how often: once each. And who asks for one name at once.
#include <gmock/gmock.h>

#include "api/denials.h"
#include "api/testing/locked_server.h"
#include "registry/event.h"

namespace herald::api {
namespace {

using testing::Client;
using testing::kClaimCode;
using testing::Reply;

using Counts = std::map<std::string, std::uint64_t>;  // "ada administer models/churn"

class Refused : public testing::LockedServerTest {
 protected:
  void prepare() override {
    ASSERT_EQ(ask("POST", "/v1/registries", R"({"name":"fraud","visibility":"restricted"})").status, 201u);
    for (const char* models : {"/v1/models", "/v1/registries/fraud/models"}) {
      ASSERT_EQ(ask("POST", models, R"({"name":"churn"})").status, 201u);
      ASSERT_EQ(ask("POST", std::string(models) + "/churn/versions", "{}").status, 201u);
    }
    ASSERT_EQ(ask("PUT", "/v1/models/churn/aliases/production", R"({"version":1})").status, 201u);
    ASSERT_EQ(ask("PUT", "/v1/registries/models/protected-aliases/production").status, 200u);
    ASSERT_EQ(ask("PUT", "/v1/secrets/hook", R"({"value":"https://a.example/"})").status, 201u);
    comment_ = ask("POST", "/v1/models/churn/comments", R"({"text":"good"})").at("id");
    ASSERT_EQ(
        ask("POST", "/v1/registries/fraud/models/churn/versions", R"({"run":{"id":"hidden-run"}})").status,
        201u);
    hidden_event_ = last();
    ASSERT_EQ(ask("PUT", "/v1/blobs/" + sha256("of another").hex(), "of another",
                  "Content-Type: application/octet-stream\r\n")
                  .status,
              201u);
    artifact_ = ask("POST", "/v1/artifacts",
                    R"({"name":"w","kind":"model","reference":"s3://w","digest":"sha256:)" +
                        std::string(64, 'a') + "\"}")
                    .at("id");
  }
  void SetUp() override {
    LockedServerTest::SetUp();
    given_user("member", "member");
    given_user("viewer", "viewer");
    given_user("looker", "restricted_viewer");
    given_user("nobody");
    given_user("writer", "member", "/v1/models/churn");
    given_user("guest", "member", "/v1/registries/fraud/models/churn");
    given_token("narrow", "member", R"(,"at_most":"viewer")");
    for (const char* name : {"member", "viewer", "looker", "nobody", "writer", "guest"})
      names_[as("root", "GET", std::string("/v1/principals/") + name).at("id")] = name;
    before_ = std::to_string(last());
  }

  // What the log says, once the server has stopped: what was refused to whom, where, and how often.
  Counts recorded() {
    server_.reset();
    start({.port = 0});
    const Reply events = as("root", "GET", "/v1/events?type=access.denied&limit=1000&after=" + before_);
    Counts counts;
    for (std::size_t i = 0; i < events.items(); ++i) {
      const std::string data = "items." + std::to_string(i) + ".data.";
      const std::string actor = events.at(data + "actor");
      std::string what = names_.contains(actor) ? names_.at(actor) : actor;
      what += " " + events.at(data + "permission");
      const std::string registry = events.at(data + "scope.registry"),
                        model = events.at(data + "scope.model");
      if (!registry.empty()) what += " " + registry;
      if (!model.empty()) what += "/" + model;
      EXPECT_FALSE(counts.contains(what)) << "one event for all of one kind: " << what;
      counts[what] += std::stoull(events.at(data + "count"));
    }
    return counts;
  }

  struct Refusal {
    std::string who, method, target, body;
    unsigned int status;
    std::string counted;
  };
  Counts asked_for(const std::vector<Refusal>& refusals) {
    Counts expected;
    for (const Refusal& refusal : refusals) {
      const Reply reply = as(refusal.who, refusal.method, refusal.target, refusal.body);
      EXPECT_EQ(reply.status, refusal.status)
          << refusal.method << " " << refusal.target << " " << refusal.body << ": " << reply.body;
      if (!refusal.counted.empty()) ++expected[refusal.counted];
    }
    return expected;
  }
  // Of content that root has brought.
  static std::string artifact_of_another() {
    return R"({"name":"x","kind":"model","files":[{"path":"w","bytes":10,"digest":")" +
           sha256("of another").str() + R"("}]})";
  }

  std::string comment_, artifact_, before_;
  std::uint64_t hidden_event_ = 0;
  std::map<std::string, std::string> names_;
};

TEST_F(Refused, RequestsAreShownToAdminsOfThePlaceAsItsRolesAre) {
  given_user("boss", "admin", "/v1/registries/fraud");
  given_user("chief", "admin", "/v1/registries/fraud/models/churn");
  EXPECT_EQ(as("nobody", "GET", "/v1/registries/fraud").status, 404u);
  EXPECT_EQ(as("nobody", "GET", "/v1/registries/fraud/models/churn").status, 404u);
  EXPECT_EQ(as("viewer", "POST", "/v1/models", R"({"name":"x"})").status, 403u);
  EXPECT_EQ(recorded().size(), 3u);
  const auto shown = [&](const std::string& who, const std::string& type) {
    return as(who, "GET", "/v1/events?limit=1000&type=" + type).items();
  };
  EXPECT_EQ(shown("boss", "access.denied"), 2u) << "of the registry and of its model";
  EXPECT_EQ(shown("chief", "access.denied"), 1u) << "of the model alone";
  EXPECT_EQ(shown("guest", "access.denied"), 0u) << "a member of the model";
  EXPECT_EQ(shown("boss", "role.*"), 3u) << "guest, boss, chief";
  EXPECT_EQ(shown("chief", "role.*"), 2u) << "guest, chief";
  EXPECT_EQ(shown("guest", "role.*"), 0u);
  EXPECT_GT(shown("member", "role.*"), 3u) << "with a role on the server";
}

TEST_F(Refused, RequestsOfEachKindAreCountedOnce) {
  const std::string model = "/v1/models/churn", production = model + "/aliases/production";
  const std::string blob = "/v1/blobs/" + std::string(64, 'a');
  const std::vector<Refusal> refusals{
      // by the door
      {"viewer", "PATCH", model + "/tags", R"({"a":"1"})", 403, "viewer write models/churn"},
      {"viewer", "POST", "/v1/models", R"({"name":"x"})", 403, "viewer write models"},
      {"member", "POST", "/v1/registries", R"({"name":"x"})", 403, "member administer"},
      {"member", "GET", "/v1/secrets", "", 403, "member administer"},
      {"viewer", "GET", "/v1/automations", "", 403, "viewer automate"},
      {"nobody", "GET", "/v1/registries/fraud/models/churn", "", 404, "nobody read fraud/churn"},
      {"nobody", "GET", "/v1/registries/fraud", "", 404, "nobody read fraud"},
      {std::string("herald_") + std::string(96, '0'), "GET", "/v1/models", "", 401, "anonymous sign-in"},
      // by handlers
      {"looker", "GET", blob, "", 403, "looker download"},
      {"writer", "DELETE", "/v1/artifacts/" + artifact_, "", 404, "writer write"},
      {"member", "GET", "/v1/tokens?principal=root", "", 403, "member administer"},
      {"narrow", "POST", "/v1/tokens", "{}", 403, "member administer"},
      {"member", "GET", "/v1/principals/root/roles", "", 403, "member administer"},
      {"member", "GET", "/v1/access/explain?principal=root", "", 403, "member administer"},
      {"member", "PATCH", "/v1/principals/root", R"({"full_name":"x"})", 403, "member administer"},
      {"member", "POST", "/v1/automations",
       R"({"name":"x","on":["alias.*"],"actions":[{"kind":"webhook","url_secret":"hook"}]})", 403,
       "member administer"},
      {"guest", "POST", "/v1/registries/fraud/models/churn/rename", R"({"to":"y"})", 403,
       "guest administer fraud/churn"},
      {"viewer", "POST", "/v1/versions:change", R"({"versions":["churn:v1"],"tags":{"a":"1"}})", 403,
       "viewer write"},
      {"writer", "POST", "/v1/versions:change", R"({"versions":["fraud/churn:v1"],"tags":{"a":"1"}})", 404,
       "writer write fraud/churn"},
      {"viewer", "POST", "/v1/models/fresh/versions", R"({"create_model":true})", 403, "viewer write models"},
      {"viewer", "POST", "/v1/models/fresh/versions", "{}", 404, ""},
      {"guest", "POST", "/v1/registries/fraud/models/hidden/versions", R"({"create_model":true})", 403,
       "guest write fraud"},
      {"writer", "POST", "/v1/versions:register", R"({"versions":[{"model":"fresh","create_model":true}]})",
       403, "writer write models"},
      // by rules
      {"member", "PUT", production, R"({"version":1,"expected":null})", 409, ""},
      {"member", "DELETE", production, "", 403, "member administer models/churn"},
      {"member", "POST", model + "/rename", R"({"to":"y"})", 403, "member administer models/churn"},
      {"member", "DELETE", model, "", 403, "member administer models/churn"},
      {"member", "POST", model + "/archive", "", 403, "member administer models/churn"},
      {"member", "PATCH", model + "/versions/1", R"({"metadata":{"a":1}})", 403,
       "member administer models/churn"},
      {"member", "DELETE", model + "/comments/" + comment_, "", 403, "member administer models/churn"},
      {"member", "POST", "/v1/models:change", R"({"models":["churn"],"delete_models":true})", 403,
       "member administer"},
      // that say nothing of rights
      {"member", "GET", "/v1/models/absent", "", 404, ""},
      {"member", "POST", "/v1/models", R"({"nmae":"x"})", 422, ""},
      {"", "GET", "/v1/models", "", 401, ""},
  };
  const Counts expected = asked_for(refusals);
  EXPECT_EQ(recorded(), expected);
}

TEST_F(Refused, RequestsOfWhatIsHiddenAreCountedHoweverTheyNameIt) {
  const std::string artifact = "/v1/artifacts/" + artifact_, churn = "/v1/models/churn";
  const std::string face = "nobody read fraud/churn";
  const auto edge = [](const std::string& upstream, const char* relation, const std::string& downstream) {
    return R"({"upstream":)" + upstream + R"(,"relation":")" + relation + R"(","downstream":)" + downstream +
           "}";
  };
  const std::string open = R"({"version":"churn:v1"})", by_id = R"({"artifact":")" + artifact_ + "\"}";
  const Counts expected = asked_for({
      // in the query
      {"nobody", "GET", "/v1/resolve?ref=fraud/churn:v1", "", 404, face},
      {"nobody", "GET", "/v1/resolve?ref=fraud/absent:v1", "", 404, "nobody read fraud"},
      {"nobody", "GET", "/v1/events?model=fraud/churn", "", 404, face},
      {"nobody", "GET", "/v1/events/export?model=fraud/churn", "", 404, face},
      {"nobody", "GET", "/v1/events/stream?model=fraud/churn", "", 404, face},
      {"nobody", "GET", "/v1/compare?versions=churn:v1,fraud/churn:v1", "", 404, face},
      {"nobody", "GET", "/v1/compare?versions=churn:v1&with=fraud/churn:v1", "", 404, face},
      {"nobody", "GET", "/v1/compare/evaluations?versions=churn:v1,fraud/churn:v1", "", 404, face},
      {"nobody", "GET", "/v1/lineage?version=fraud/churn:v1", "", 404, face},
      {"nobody", "GET", "/v1/lineage/impact?version=fraud/churn:v1", "", 404, face},
      {"nobody", "GET", "/v1/access/explain?registry=fraud", "", 404, "nobody read fraud"},
      {"nobody", "GET", "/v1/access/explain?registry=fraud&model=churn", "", 404, face},
      {"nobody", "GET", churn + "/evaluations?dataset_version=fraud/churn:v1", "", 404, face},
      {"nobody", "GET", "/v1/search?kind=versions&q=dataset_version:fraud/churn:v1", "", 404, face},
      // by id, in the query and in the path
      {"nobody", "GET", "/v1/lineage?artifact=" + artifact_, "", 404, "nobody read"},
      {"nobody", "GET", "/v1/lineage/impact?artifact=" + artifact_, "", 404, "nobody read"},
      {"nobody", "GET", artifact, "", 404, "nobody read"},
      {"nobody", "GET", artifact + "/files", "", 404, "nobody read"},
      {"nobody", "GET", artifact + "/manifest", "", 404, "nobody read"},
      {"nobody", "GET", artifact + "/versions", "", 404, "nobody read"},
      {"nobody", "GET", artifact + "/files/w", "", 404, "nobody download"},
      {"nobody", "GET", "/v1/runs/hidden-run", "", 404, "nobody read"},
      {"nobody", "GET", "/v1/events/" + std::to_string(hidden_event_), "", 404, "nobody read"},
      {"member", "DELETE", "/v1/tokens/" + token_ids_.at("viewer"), "", 404, "member administer"},
      {"writer", "PUT", churn + "/versions/1/artifacts/" + artifact_, "", 404, "writer write"},
      // in the body
      {"writer", "POST", "/v1/lineage", edge(R"({"version":"fraud/churn:v1"})", "derived_from", open), 404,
       "writer read fraud/churn"},
      {"writer", "POST", "/v1/lineage", edge(open, "derived_from", R"({"version":"fraud/churn:v1"})"), 404,
       "writer write fraud/churn"},
      {"writer", "POST", "/v1/lineage", edge(by_id, "trained_on", open), 404, "writer write"},
      {"writer", "POST", "/v1/lineage", edge(R"({"dataset":"d"})", "used", R"({"run":"hidden-run"})"), 403,
       "writer write"},
      {"writer", "POST", churn + "/versions", R"({"artifacts":[")" + artifact_ + R"("]})", 404,
       "writer write"},
      {"writer", "PATCH", churn + "/versions/1", R"({"run":{"id":"hidden-run"}})", 403, "writer write"},
      {"writer", "POST", churn + "/versions/1/evaluations", R"({"metrics":{"a":1},"dataset":)" + by_id + "}",
       404, "writer write"},
      {"writer", "POST", "/v1/artifacts", artifact_of_another(), 404, "writer download"},
      {"nobody", "POST", "/v1/tokens", R"({"registry":"fraud"})", 404, "nobody read fraud"},
      {"nobody", "POST", "/v1/tokens", R"({"registry":"fraud","model":"churn"})", 404, face},
  });
  EXPECT_EQ(recorded(), expected);
}

TEST_F(Refused, RequestsOfWhatIsNotThereAreNotCounted) {
  const std::string nothing = "0190a8b0-0000-7000-8000-00000000000a";
  std::string no_content = artifact_of_another();
  no_content.replace(no_content.find("sha256:") + 7, 64, std::string(64, '0'));
  asked_for({
      {"nobody", "GET", "/v1/registries/nowhere", "", 404, ""},
      {"nobody", "GET", "/v1/resolve?ref=nowhere/churn:v1", "", 404, ""},
      {"nobody", "GET", "/v1/resolve?ref=absent:v1", "", 404, ""},
      {"nobody", "GET", "/v1/resolve?ref=churn:v9", "", 404, ""},
      {"nobody", "GET", "/v1/events?model=absent", "", 404, ""},
      {"nobody", "GET", "/v1/compare?versions=churn:v1,absent:v1", "", 404, ""},
      {"nobody", "GET", "/v1/lineage?version=absent:v1", "", 404, ""},
      {"nobody", "GET", "/v1/lineage?artifact=" + nothing, "", 404, ""},
      {"nobody", "GET", "/v1/lineage?run=hidden-run", "", 200, ""},
      {"nobody", "GET", "/v1/access/explain?registry=nowhere", "", 404, ""},
      {"nobody", "GET", "/v1/search?kind=versions&q=dataset_version:nowhere/x:v1", "", 404, ""},
      {"nobody", "GET", "/v1/artifacts/" + nothing, "", 404, ""},
      {"nobody", "GET", "/v1/runs/absent", "", 404, ""},
      {"nobody", "GET", "/v1/events/1000000", "", 404, ""},
      {"member", "DELETE", "/v1/tokens/" + nothing, "", 404, ""},
      {"writer", "POST", "/v1/artifacts", no_content, 404, ""},
  });
  EXPECT_EQ(recorded(), Counts());
}

TEST_F(Refused, RequestsAreCountedOnceHoweverOftenTheyAreAuthorised) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(as("viewer", "PATCH", "/v1/models/churn/tags", R"({"a":"1"})", "Idempotency-Key: k\r\n").status,
              403u);
  }
  EXPECT_EQ(recorded(), (Counts{{"viewer write models/churn", 3}}));
}

// ---- a full disk ----

class OnAFullDisk : public testing::ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    server_.reset();
    recorder_.reset();
    recorder_ = std::make_unique<recorder::Recorder>(
        recorder::Options{.disk_reserve_bytes = 1,
                          .data_folder = path(""),
                          .free_bytes = [this](const std::string&) { return free_.load(); }},
        *log_, *head_, recorded_, clock_, random_ids());
  }
  void TearDown() override {
    recorder_.reset();  // which asks the clock
    ServerTest::TearDown();
  }
  // Once what was handed to the recorder before has been answered.
  bool records() {
    recorder::Submission submission;
    submission.actor = registry::Actor::system();
    submission.command = registry::SetAliasProtected{registry::RegistryName::trusted("models"),
                                                     registry::AliasName::trusted("production")};
    return recorder_->record(std::move(submission)).has_value();
  }

  ManualClock clock_{system_clock().now()};
  std::atomic<std::uint64_t> free_{0};
};

TEST_F(OnAFullDisk, RefusalsAreCountedOnUntilTheyCanBeRecorded) {
  const Parts with = parts(clock_);
  Denials denials(with, limits::kDenialsCounted);
  denials.count("ada", {"write"});
  clock_.advance(limits::kDenialsCounted);
  denials.record_when_due();
  EXPECT_FALSE(records());
  denials.count("ada", {"write"});
  free_ = 1 << 20;
  clock_.advance(limits::kDenialsCounted);
  const std::uint64_t before = last();
  denials.record_when_due();
  EXPECT_TRUE(records());
  ASSERT_EQ(last(), before + 2);
  const auto log = log_->read();
  const auto event = registry::decode(*log.event(Sequence(before + 1))).value();
  const auto& denied = std::get<registry::AccessDenied>(event.payload);
  EXPECT_EQ(denied.actor, "ada");
  EXPECT_EQ(denied.count, 2u);
  EXPECT_EQ(denied.until.unix_ms() - denied.since.unix_ms(), limits::kDenialsCounted.count());
}

// ---- at once ----

class AtOnce : public testing::LockedServerTest {
 protected:
  static constexpr int kMany = 8;
  // The same on so many connections, all sent before an answer is read.
  std::vector<Reply> all_ask(const std::string& target, const std::string& body,
                             const std::string& headers = {}) {
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < kMany; ++i) clients.push_back(std::make_unique<Client>(server_->port()));
    for (const auto& client : clients) {
      client->send("POST " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
                   headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    }
    std::vector<Reply> replies;
    for (const auto& client : clients) replies.push_back(client->read_reply());
    return replies;
  }
  std::string as_root() { return "Authorization: Bearer " + tokens_.at("root") + "\r\n"; }
  static std::map<unsigned int, int> statuses(const std::vector<Reply>& replies) {
    std::map<unsigned int, int> counts;
    for (const Reply& reply : replies) ++counts[reply.status];
    return counts;
  }
  using Statuses = std::map<unsigned int, int>;
};

TEST_F(AtOnce, OneGetsTheNameAndTheOthersHearThatItIsTaken) {
  for (int round = 0; round < 5; ++round) {
    const std::string body = R"({"name":"ada)" + std::to_string(round) + "\"}";
    EXPECT_EQ(statuses(all_ask("/v1/principals", body, as_root())), (Statuses{{201, 1}, {409, kMany - 1}}));
  }
}

TEST_F(AtOnce, ARequestThatIsSentSeveralTimesIsMadeOnceAndAnsweredEachTime) {
  const auto replies =
      all_ask("/v1/principals", R"({"name":"ada"})", as_root() + "Idempotency-Key: the-same\r\n");
  EXPECT_EQ(statuses(replies), (Statuses{{201, kMany}}));
  for (const Reply& reply : replies) EXPECT_EQ(reply.at("id"), replies.front().at("id"));
}

TEST_F(AtOnce, OneClaimsTheServerAgainAndTheOthersHearThatItIsClaimed) {
  server_.reset();
  start({.port = 0, .claim_code = kClaimCode, .is_recovery = true});
  const std::string body = R"({"code":")" + std::string(kClaimCode) + R"(","name":"ada"})";
  EXPECT_EQ(statuses(all_ask("/v1/claim", body)), (Statuses{{201, 1}, {409, kMany - 1}}));
}

}  // namespace
}  // namespace herald::api
