// The door with its lock: claims, tokens, roles, what is shown to whom, and what is told of refusals.
#include "api/testing/locked_server.h"
#include "api/testing/moved_clock.h"
#include "work/texts.h"

namespace herald::api {
namespace {

using testing::Client;
using ::testing::HasSubstr;
using testing::kClaimCode;
using ::testing::Not;
using testing::Reply;

// ---- claiming ----

class AnOpenServer : public testing::ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    server_.reset();
    start({.port = 0, .claim_code = kClaimCode});
  }
  Reply claim(const std::string& code, const std::string& name = "ada") {
    return ask("POST", "/v1/claim", R"({"code":")" + code + R"(","name":")" + name + "\"}");
  }
};

TEST_F(AnOpenServer, TakesEverybodyForAnonymousUntilItIsClaimed) {
  EXPECT_EQ(get("/v1/me").at("open"), "true");
  const Reply claimed = claim(kClaimCode);
  ASSERT_EQ(claimed.status, 201u) << claimed.body;
  EXPECT_TRUE(claimed.at("token").starts_with("herald_"));
  EXPECT_EQ(get("/v1/models").status, 401u);
  const Reply me = get("/v1/me", "Authorization: Bearer " + claimed.at("token") + "\r\n");
  EXPECT_EQ(me.at("principal.name"), "ada");
  EXPECT_EQ(me.at("role"), "admin");
}

TEST_F(AnOpenServer, IsClaimedByTheCodeOfItsLinkAlone) {
  const Reply refused = claim(std::string(32, '0'));
  EXPECT_EQ(refused.status, 403u);
  EXPECT_EQ(refused.at("field"), "code");
  EXPECT_EQ(get("/v1/models").status, 200u);
}

TEST_F(AnOpenServer, IsClaimedOnce) {
  ASSERT_EQ(claim(kClaimCode).status, 201u);
  EXPECT_EQ(claim(kClaimCode, "bob").status, 409u);
}

TEST_F(AnOpenServer, ShowsTheTokenOfAClaimOnceHoweverOftenItIsRetried) {
  const std::string body = R"({"code":")" + std::string(kClaimCode) + "\"}", key = "Idempotency-Key: k1\r\n";
  const Reply first = ask("POST", "/v1/claim", body, key), again = ask("POST", "/v1/claim", body, key);
  EXPECT_NE(first.at("token"), "");
  ASSERT_EQ(again.status, 201u) << again.body;
  EXPECT_EQ(again.header("herald-idempotent-replay"), "true");
  EXPECT_THAT(again.body, Not(HasSubstr("herald_")));
  EXPECT_EQ(again.at("token_id"), first.at("token_id")) << again.body;
}

TEST_F(AnOpenServer, GivesARetryOfAnotherNameTheFirstAnswerThoughNobodyIsCalledSoAnyMore) {
  ASSERT_EQ(ask("POST", "/v1/principals", R"({"name":"ada"})").status, 201u);
  const std::string body = R"({"name":"countess"})", key = "Idempotency-Key: k1\r\n";
  const Reply first = ask("PATCH", "/v1/principals/ada", body, key);
  ASSERT_EQ(first.status, 200u) << first.body;
  ASSERT_EQ(ask("POST", "/v1/principals", R"({"name":"ada"})").status, 201u);
  const Reply again = ask("PATCH", "/v1/principals/ada", body, key);
  EXPECT_EQ(again.header("herald-idempotent-replay"), "true");
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(get("/v1/principals/ada").at("name"), "ada") << "who took the name keeps it";
}

TEST_F(AnOpenServer, HasAPageBehindItsLinkThatClaimsNothingByBeingLookedAt) {
  const Reply page = get("/claim");
  EXPECT_EQ(page.status, 200u);
  EXPECT_THAT(page.header("content-type"), HasSubstr("text/html"));
  EXPECT_THAT(page.header("content-security-policy"), HasSubstr("default-src 'none'"));
  EXPECT_EQ(get("/v1/me").at("open"), "true");
}

TEST_F(AnOpenServer, IssuesNoTokenBeforeItIsClaimed) {
  ASSERT_EQ(ask("POST", "/v1/principals", R"({"name":"ada"})").status, 201u);
  EXPECT_EQ(ask("POST", "/v1/tokens", R"({"principal":"ada"})").status, 409u);
}

TEST_F(AnOpenServer, RefusesATokenThatItDoesNotKnowEvenSo) {
  EXPECT_EQ(get("/v1/models", "Authorization: Bearer herald_" + std::string(96, '0') + "\r\n").status, 401u);
}

class AServerOnAPublicAddress : public testing::ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    server_.reset();
    start({.port = 0, .stands_open = false, .claim_code = kClaimCode});
  }
};

TEST_F(AServerOnAPublicAddress, OpensNothingButTheLinkUntilItIsClaimed) {
  for (const char* path : {"/v1/models", "/metrics", "/v1/me", "/", "/openapi.json", "/nowhere"}) {
    const Reply refused = get(path);
    EXPECT_EQ(refused.status, 401u) << path;
    EXPECT_THAT(refused.at("detail"), HasSubstr("claim it by the link")) << path;
  }
  for (const char* path : {"/claim", "/healthz", "/readyz"}) EXPECT_EQ(get(path).status, 200u) << path;
  EXPECT_EQ(ask("POST", "/v1/claim", R"({"code":")" + std::string(kClaimCode) + "\"}").status, 201u);
  for (const char* path : {"/", "/openapi.json"})
    EXPECT_EQ(get(path).status, 200u) << path << " answers who asks when it has its administrator";
}

class ALockedServer : public testing::LockedServerTest {
 protected:
  void prepare() override {
    ASSERT_EQ(ask("POST", "/v1/models", R"({"name":"churn"})").status, 201u);
    ASSERT_EQ(ask("POST", "/v1/models/churn/versions", "{}").status, 201u);
  }
  void given_a_restricted_registry() {
    ASSERT_EQ(as("root", "POST", "/v1/registries", R"({"name":"secret","visibility":"restricted"})").status,
              201u);
    ASSERT_EQ(as("root", "POST", "/v1/registries/secret/models", R"({"name":"face"})").status, 201u);
  }
};

TEST_F(ALockedServer, CanBeOpenedAgainByWhoRunsIt) {
  server_.reset();
  start({.port = 0, .claim_code = kClaimCode, .is_recovery = true});
  const std::string body = R"({"code":")" + std::string(kClaimCode) + R"(","name":"second"})";
  const Reply claimed = ask("POST", "/v1/claim", body);
  ASSERT_EQ(claimed.status, 201u) << claimed.body;
  EXPECT_EQ(as(claimed.at("token"), "GET", "/v1/me").at("role"), "admin");
  EXPECT_EQ(ask("POST", "/v1/claim", body).status, 409u) << "the link is used up";
}

// ---- who comes in ----

TEST_F(ALockedServer, AsksForATokenWhateverThePath) {
  for (const char* path :
       {"/v1/models", "/v1/models/churn", "/v1/nothing", "/v1/events/stream", "/metrics"}) {
    const Reply refused = as("", "GET", path);
    EXPECT_EQ(refused.status, 401u) << path;
    EXPECT_EQ(refused.at("code"), "unauthenticated");
    EXPECT_EQ(refused.header("www-authenticate"), "Bearer realm=\"herald\"");
  }
}

TEST_F(ALockedServer, AnswersWithoutOneToWhatWatchesIt) {
  for (const char* path : {"/", "/healthz", "/readyz", "/openapi.json"})
    EXPECT_EQ(as("", "GET", path).status, 200u) << path;
}

TEST_F(ALockedServer, RefusesWhatIsNoTokenOfItsOwn) {
  const std::string good = tokens_["root"];
  for (const std::string& bad :
       {std::string("x"), good.substr(1), good + "00", good.substr(0, good.size() - 2),
        good.substr(0, 39) + std::string(64, '0'), "herald_" + std::string(96, 'z')}) {
    const Reply refused = as(bad, "GET", "/v1/models");
    EXPECT_EQ(refused.status, 401u) << bad;
    EXPECT_EQ(refused.header("www-authenticate"), "Bearer realm=\"herald\", error=\"invalid_token\"");
    if (bad.size() > 20) {
      EXPECT_THAT(refused.body, Not(HasSubstr(bad.substr(bad.size() - 20)))) << "tokens are not told back";
    }
  }
  EXPECT_EQ(get("/v1/models", "Authorization: Basic cm9vdDpyb290\r\n").status, 401u);
  EXPECT_EQ(get("/v1/models", "Authorization:\r\n").status, 401u);
  EXPECT_EQ(get("/v1/models", "Authorization: Bearer " + good + "\r\nAuthorization: Bearer " + good + "\r\n")
                .status,
            400u);
  EXPECT_EQ(get("/v1/models", "Authorization: bearer   " + good + "\r\n").status, 200u) << "RFC 9110, 11.1";
}

TEST_F(ALockedServer, RecordsWhoDidWhat) {
  given_user("ada", "member");
  const Reply tagged = as("ada", "PATCH", "/v1/models/churn/tags", R"({"tier":"1"})");
  ASSERT_EQ(tagged.status, 200u) << tagged.body;
  const Reply event = as("root", "GET", "/v1/events/" + tagged.header("herald-sequence"));
  EXPECT_EQ(event.at("actorid"), as("ada", "GET", "/v1/me").at("principal.id"));
  EXPECT_EQ(event.at("actorkind"), "user");
}

TEST_F(ALockedServer, ForgetsATokenAtOnceWhenItIsRevoked) {
  given_user("ada", "viewer");
  Client connection(server_->port());
  const std::string credentials = "Authorization: Bearer " + tokens_["ada"] + "\r\n";
  ASSERT_EQ(connection.request("GET", "/v1/models", {}, credentials).status, 200u);
  ASSERT_EQ(as("root", "DELETE", "/v1/tokens/" + token_ids_["ada"]).status, 200u);
  EXPECT_EQ(connection.request("GET", "/v1/models", {}, credentials).status, 401u);
}

TEST_F(ALockedServer, ShutsOutWhoIsDisabledUntilItIsEnabled) {
  given_user("ada", "viewer");
  ASSERT_EQ(as("root", "POST", "/v1/principals/ada/disable", R"({"reason":"left"})").status, 200u);
  EXPECT_EQ(as("ada", "GET", "/v1/models").status, 401u);
  ASSERT_EQ(as("root", "POST", "/v1/principals/ada/enable").status, 200u);
  EXPECT_EQ(as("ada", "GET", "/v1/models").status, 200u);
}

class ALockedServerWhileTimePasses : public ALockedServer {
 protected:
  void SetUp() override {
    ALockedServer::SetUp();
    server_.reset();
    server_ = HttpServer::start(parts(clock_), {.port = 0}).value();
  }
  void TearDown() override {
    server_.reset();  // before its clock
    ALockedServer::TearDown();
  }
  testing::MovedClock clock_;
};

TEST_F(ALockedServerWhileTimePasses, TakesAnExpiredTokenForNone) {
  given_user("ada", "viewer");
  const Timestamp at = clock_.now().plus(std::chrono::hours(1));
  given_token("short", "ada", R"(,"expires":")" + at.str() + "\"");
  EXPECT_EQ(as("short", "GET", "/v1/models").status, 200u);
  clock_.move(std::chrono::hours(2));
  const Reply refused = as("short", "GET", "/v1/models");
  EXPECT_EQ(refused.status, 401u);
  EXPECT_THAT(refused.at("detail"), HasSubstr("has expired"));
}

TEST_F(ALockedServer, NotesWhenATokenWasLastUsed) {
  given_user("ada", "viewer");
  EXPECT_EQ(as("root", "GET", "/v1/tokens?principal=ada").at("items.0.last_used"), "");
  ASSERT_EQ(as("ada", "GET", "/v1/models").status, 200u);
  // It is noted after the answer: by now, since jobs are done in the order in which they come.
  ASSERT_TRUE(work_->run([](lmdb::WriteTxn&, const work::Tables&) { return Result<void>(); }));
  EXPECT_NE(as("root", "GET", "/v1/tokens?principal=ada").at("items.0.last_used"), "");
}

// ---- tokens ----

TEST_F(ALockedServer, ShowsATokenOnce) {
  given_user("ada", "viewer");
  const Reply list = as("ada", "GET", "/v1/tokens");
  EXPECT_EQ(list.items(), 1u);
  EXPECT_THAT(list.body, Not(HasSubstr(tokens_["ada"].substr(39))));
  const std::string body = R"({"label":"ci"})", key = "Idempotency-Key: k2\r\n";
  const Reply first = as("ada", "POST", "/v1/tokens", body, key),
              again = as("ada", "POST", "/v1/tokens", body, key);
  EXPECT_EQ(again.at("id"), first.at("id"));
  EXPECT_NE(first.at("token"), "");
  EXPECT_EQ(again.at("token"), "");
  EXPECT_EQ(as("ada", "GET", "/v1/tokens").items(), 2u);
}

TEST_F(ALockedServer, LetsNobodyHaveTokensOfAnother) {
  given_user("ada", "member");
  given_user("bob", "member");
  EXPECT_EQ(as("ada", "POST", "/v1/tokens", R"({"principal":"bob"})").status, 403u);
  EXPECT_EQ(as("ada", "GET", "/v1/tokens?principal=bob").status, 403u);
  EXPECT_EQ(as("ada", "DELETE", "/v1/tokens/" + token_ids_["bob"]).status, 404u);
  EXPECT_EQ(as("bob", "GET", "/v1/me").status, 200u);
}

TEST_F(ALockedServer, LooksAgainWhetherACallerMayWhenTheBodyHasCome) {
  given_user("ada", "member");
  Client slow(server_->port());
  slow.send("PATCH /v1/models/churn/tags HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
            tokens_["ada"] + "\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"a\":\"1");
  ASSERT_EQ(as("root", "DELETE", "/v1/tokens/" + token_ids_["ada"]).status, 200u);
  slow.send("\"}");
  EXPECT_EQ(slow.read_reply().status, 401u);
  EXPECT_EQ(as("root", "GET", "/v1/models/churn").at("tags"), "{}");
}

TEST_F(ALockedServer, LetsALimitedTokenSeeAndRevokeItselfAlone) {
  given_user("ada", "admin");
  given_token("narrow", "ada", R"(,"at_most":"viewer")");
  EXPECT_EQ(as("narrow", "GET", "/v1/tokens").status, 403u);
  EXPECT_EQ(as("narrow", "GET", "/v1/principals/me/roles").status, 403u);
  EXPECT_EQ(as("narrow", "DELETE", "/v1/tokens/" + token_ids_["ada"]).status, 404u);
  EXPECT_EQ(as("narrow", "DELETE", "/v1/tokens/" + token_ids_["narrow"]).status, 200u);
  EXPECT_EQ(as("ada", "GET", "/v1/me").status, 200u);
}

TEST_F(ALockedServer, LetsAdministratorsAloneSayWhereSecretsAreSentTo) {
  ASSERT_LT(as("root", "PUT", "/v1/secrets/deploy", R"({"value":"s3cret"})").status, 300u);
  given_user("ada", "member");
  const std::string body =
      R"({"name":"x","on":["alias.*"],"actions":[{"kind":"webhook","url":"https://example.com","secret_headers":{"X":"deploy"}}]})";
  EXPECT_EQ(as("ada", "POST", "/v1/automations", body).status, 403u);
  EXPECT_EQ(as("root", "POST", "/v1/automations", body).status, 201u);
  EXPECT_EQ(as("ada", "PUT", "/v1/automations/x", body).status, 403u);
}

TEST_F(ALockedServer, HidesInThePastWhatIsHiddenNow) {
  const std::string before = std::to_string(last() + 1);
  given_a_restricted_registry();
  given_user("ada");
  EXPECT_EQ(as("ada", "GET", "/v1/registries?as_of=" + before).items(), 1u);
  EXPECT_EQ(as("ada", "GET", "/v1/registries/secret?as_of=" + before).status, 404u);
}

TEST_F(ALockedServer, LetsALimitedTokenIssueNone) {
  given_user("ada", "admin");
  given_token("narrow", "ada", R"(,"at_most":"viewer")");
  given_token("placed", "ada", R"(,"registry":"models")");
  const Timestamp later = system_clock().now().plus(std::chrono::hours(1));
  given_token("ending", "ada", R"(,"expires":")" + later.str() + "\"");
  EXPECT_EQ(as("narrow", "POST", "/v1/tokens", "{}").status, 403u);
  EXPECT_EQ(as("placed", "POST", "/v1/tokens", "{}").status, 403u);
  EXPECT_EQ(as("ending", "POST", "/v1/tokens", "{}").status, 403u);
  EXPECT_EQ(as("ending", "POST", "/v1/tokens", R"({"expires":")" + later.str() + "\"}").status, 201u);
}

TEST_F(ALockedServer, RefusesTokensThatMakeNoSense) {
  given_user("ada");
  EXPECT_EQ(as("ada", "POST", "/v1/tokens", R"({"expires":"2001-01-01T00:00:00Z"})").at("field"), "expires");
  EXPECT_EQ(as("ada", "POST", "/v1/tokens", R"({"label":""})").at("field"), "label");
  EXPECT_EQ(as("ada", "POST", "/v1/tokens", R"({"label":")" + std::string(300, 'x') + "\"}").at("field"),
            "label");
  EXPECT_EQ(as("ada", "POST", "/v1/tokens", R"({"at_most":"king"})").status, 422u);
  EXPECT_EQ(as("ada", "POST", "/v1/tokens", R"({"registry":"nothing"})").status, 404u);
  EXPECT_EQ(as("root", "POST", "/v1/tokens", R"({"principal":"nobody"})").status, 404u);
}

// ---- principals, teams and roles ----

TEST_F(ALockedServer, KnowsPrincipalsByNameInAnyCaseAndById) {
  given_user("Ada");
  const Reply shown = as("root", "GET", "/v1/principals/ada");
  EXPECT_EQ(shown.at("name"), "Ada");
  EXPECT_EQ(as("root", "GET", "/v1/principals/" + shown.at("id")).at("name"), "Ada");
  EXPECT_EQ(as("root", "POST", "/v1/principals", R"({"name":"ADA"})").status, 409u);
  EXPECT_EQ(as("root", "POST", "/v1/principals", R"({"name":"a b"})").at("field"), "name");
  EXPECT_EQ(as("root", "GET", "/v1/principals/nobody").status, 404u);
}

TEST_F(ALockedServer, KeepsNamesAndAddressesOutOfTheLog) {
  ASSERT_EQ(as("root", "POST", "/v1/principals",
               R"({"name":"lovelace","full_name":"Ada King","email":"ada@example.com"})")
                .status,
            201u);
  const Reply events = as("root", "GET", "/v1/events?limit=1000");
  EXPECT_THAT(events.body, HasSubstr("herald.principal.created.v1"));
  for (const char* personal : {"lovelace", "Ada King", "ada@example.com"})
    EXPECT_THAT(events.body, Not(HasSubstr(personal)));
}

TEST_F(ALockedServer, ShowsAddressesToAdministratorsAndToTheirOwners) {
  ASSERT_EQ(as("root", "POST", "/v1/principals", R"({"name":"ada","email":"ada@example.com"})").status, 201u);
  given_token("ada", "ada", "");
  given_user("bob", "viewer");
  EXPECT_EQ(as("root", "GET", "/v1/principals/ada").at("email"), "ada@example.com");
  EXPECT_EQ(as("ada", "GET", "/v1/principals/me").at("email"), "ada@example.com");
  EXPECT_EQ(as("bob", "GET", "/v1/principals/ada").at("email"), "");
  EXPECT_EQ(as("bob", "GET", "/v1/principals/ada").at("name"), "ada");
}

TEST_F(ALockedServer, CountsRolesOfTeams) {
  given_user("ada");
  ASSERT_EQ(as("root", "POST", "/v1/principals", R"({"name":"ml","kind":"team"})").status, 201u);
  grant("ml", "member", "/v1/models/churn");
  EXPECT_EQ(as("ada", "PATCH", "/v1/models/churn/tags", R"({"a":"1"})").status, 403u);
  ASSERT_EQ(as("root", "PUT", "/v1/principals/ml/members/ada").status, 200u);
  EXPECT_EQ(as("ada", "PATCH", "/v1/models/churn/tags", R"({"a":"1"})").status, 200u);
  EXPECT_EQ(as("ada", "GET", "/v1/principals/ml/members").at("items.0.name"), "ada");
  ASSERT_EQ(as("root", "DELETE", "/v1/principals/ml/members/ada").status, 200u);
  EXPECT_EQ(as("ada", "PATCH", "/v1/models/churn/tags", R"({"a":"2"})").status, 403u);
}

TEST_F(ALockedServer, LetsAdministratorsOfAModelGrantRolesOnItAlone) {
  given_user("ada", "admin", "/v1/models/churn");
  given_user("bob");
  EXPECT_EQ(as("ada", "PUT", "/v1/models/churn/roles/bob", R"({"role":"member"})").status, 201u);
  EXPECT_EQ(as("ada", "PUT", "/v1/registries/models/models/churn/roles/bob", R"({"role":"viewer"})").status,
            200u);
  EXPECT_EQ(as("ada", "PUT", "/v1/registries/models/roles/bob", R"({"role":"member"})").status, 403u);
  EXPECT_EQ(as("ada", "PUT", "/v1/roles/bob", R"({"role":"member"})").status, 403u);
  EXPECT_EQ(as("ada", "GET", "/v1/models/churn/roles").items(), 2u);
  EXPECT_EQ(as("ada", "DELETE", "/v1/models/churn/roles/bob").status, 200u);
}

TEST_F(ALockedServer, SaysWhatItTakesWhenItRefuses) {
  given_user("ada");
  const Reply refused = as("ada", "PATCH", "/v1/models/churn/tags", R"({"a":"1"})");
  EXPECT_EQ(refused.status, 403u);
  EXPECT_EQ(refused.at("code"), "denied");
  EXPECT_THAT(refused.at("detail"), HasSubstr("takes the role member, and you are viewer there"));
}

TEST_F(ALockedServer, RefusesBeforeItLooksAtTheBody) {
  given_user("ada");
  EXPECT_EQ(as("ada", "PATCH", "/v1/models/churn/tags", "no JSON", "Content-Type: text/plain\r\n").status,
            403u);
}

TEST_F(ALockedServer, ExplainsWhySomebodyMayOrMayNot) {
  given_user("ada");
  const Reply no = as("ada", "GET", "/v1/access/explain?permission=write&model=churn");
  EXPECT_EQ(no.at("allowed"), "false");
  EXPECT_EQ(no.at("role"), "viewer");
  EXPECT_EQ(no.at("needed"), "member");
  EXPECT_THAT(no.at("because"), HasSubstr("visible to the organization"));
  grant("ada", "member", "/v1/models/churn");
  const Reply yes = as("root", "GET", "/v1/access/explain?principal=ada&permission=write&model=churn");
  EXPECT_EQ(yes.at("allowed"), "true");
  EXPECT_THAT(yes.at("because"), HasSubstr("the role member on model \\\"churn\\\""));
  EXPECT_EQ(as("ada", "GET", "/v1/access/explain?principal=root").status, 403u);
  EXPECT_EQ(as("root", "GET", "/v1/access/explain?permission=rule").at("field"), "permission");
}

// ---- what is shown ----

TEST_F(ALockedServer, HidesWhatIsRestrictedAsIfItWereNotThere) {
  given_a_restricted_registry();
  given_user("ada");
  const Reply hidden = as("ada", "GET", "/v1/registries/secret/models/face");
  const Reply missing = as("ada", "GET", "/v1/registries/secret/models/nose");
  EXPECT_EQ(hidden.status, 404u);
  EXPECT_EQ(hidden.at("detail"), missing.at("detail")) << "the words must not tell the two apart";
  EXPECT_EQ(as("ada", "GET", "/v1/registries/secret").status, 404u);
  EXPECT_EQ(as("ada", "PATCH", "/v1/registries/secret/models/face/tags", R"({"a":"1"})").status, 404u);
  grant("ada", "viewer", "/v1/registries/secret/models/face");
  EXPECT_EQ(as("ada", "GET", "/v1/registries/secret/models/face").status, 200u);
  EXPECT_EQ(as("ada", "GET", "/v1/registries/secret").status, 200u);
}

TEST_F(ALockedServer, ListsWhatIsSeenAlone) {
  given_a_restricted_registry();
  ASSERT_EQ(as("root", "POST", "/v1/registries/secret/models", R"({"name":"iris"})").status, 201u);
  given_user("ada");
  EXPECT_EQ(as("ada", "GET", "/v1/registries").items(), 1u);
  grant("ada", "viewer", "/v1/registries/secret/models/face");
  EXPECT_EQ(as("ada", "GET", "/v1/registries").items(), 2u);
  const Reply models = as("ada", "GET", "/v1/registries/secret/models");
  EXPECT_EQ(models.items(), 1u) << models.body;
  EXPECT_EQ(models.at("items.0.name"), "face");
}

TEST_F(ALockedServer, ShowsEventsOfWhatIsSeenAlone) {
  given_a_restricted_registry();
  given_user("ada");
  const std::string of_face =
      as("root", "GET", "/v1/events?type=model.registered&order=desc&limit=1").at("items.0.sequence");
  const Reply seen = as("ada", "GET", "/v1/events?limit=1000");
  EXPECT_THAT(seen.body, HasSubstr("churn"));
  for (const char* hidden : {"secret", "face", "principal.created", "token.issued"})
    EXPECT_THAT(seen.body, Not(HasSubstr(hidden)));
  EXPECT_THAT(as("ada", "GET", "/v1/events/export").body, Not(HasSubstr("face")));
  EXPECT_EQ(as("ada", "GET", "/v1/events/" + std::to_string(std::stoull(of_face))).status, 404u);
  EXPECT_EQ(as("ada", "GET", "/v1/events?model=secret/face").status, 404u);
  grant("ada", "restricted_viewer", "/v1/registries/secret");
  EXPECT_THAT(as("ada", "GET", "/v1/events?limit=1000").body, HasSubstr("face"));
}

TEST_F(ALockedServer, EndsAStreamWhoseTokenIsRevokedAndHidesInItWhatIsHidden) {
  given_a_restricted_registry();
  given_user("ada");
  Client stream(server_->port());
  stream.send("GET /v1/events/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + tokens_["ada"] +
              "\r\n\r\n");
  stream.read_until(": heartbeat\n\n");
  ASSERT_EQ(as("root", "PATCH", "/v1/registries/secret/models/face/tags", R"({"hidden":"1"})").status, 200u);
  ASSERT_EQ(as("root", "PATCH", "/v1/models/churn/tags", R"({"shown":"1"})").status, 200u);
  const std::string frames = stream.read_until("\"shown\"");
  EXPECT_THAT(frames, HasSubstr("herald.tag.set.v1"));
  EXPECT_THAT(frames, Not(HasSubstr("hidden")));
  stream.read_until("\n\n");
  ASSERT_EQ(as("root", "DELETE", "/v1/tokens/" + token_ids_["ada"]).status, 200u);
  EXPECT_TRUE(stream.ended());
}

TEST_F(ALockedServer, LetsARestrictedViewerSeeButNotDownload) {
  const std::string blob = sha256("bytes").hex();
  ASSERT_LT(
      as("root", "PUT", "/v1/blobs/" + blob, "bytes", "Content-Type: application/octet-stream\r\n").status,
      300u);
  given_user("rob");
  given_token("seeing", "rob", R"(,"at_most":"restricted_viewer")");
  EXPECT_EQ(as("seeing", "GET", "/v1/models/churn").status, 200u);
  EXPECT_EQ(as("seeing", "GET", "/v1/blobs/" + blob).status, 403u);
}

TEST_F(ALockedServer, GivesContentByItsDigestToWhoMayDownloadEverythingAlone) {
  const std::string blob = "/v1/blobs/" + sha256("bytes").hex();
  ASSERT_LT(as("root", "PUT", blob, "bytes", "Content-Type: application/octet-stream\r\n").status, 300u);
  given_user("ada", "member", "/v1/models/churn");
  EXPECT_EQ(as("ada", "GET", blob).status, 403u);
  given_user("bob", "viewer");
  EXPECT_EQ(as("bob", "GET", blob).body, "bytes");
  Client uploader(server_->port());
  EXPECT_EQ(uploader.request("HEAD", blob, {}, "Authorization: Bearer " + tokens_["ada"] + "\r\n").status,
            404u)
      << "not ada's own";
  ASSERT_EQ(as("ada", "PUT", blob, "bytes", "Content-Type: application/octet-stream\r\n").status, 201u);
  EXPECT_EQ(uploader.request("HEAD", blob, {}, "Authorization: Bearer " + tokens_["ada"] + "\r\n").status,
            200u)
      << "whoever uploads asks what of it is there";
}

TEST_F(ALockedServer, ShowsArtifactsToWhoSeesAModelThatTheyAreLinkedInAndToTheirMakers) {
  given_a_restricted_registry();
  given_user("ada", "member", "/v1/registries/secret/models/face");
  given_user("bob", "member", "/v1/models/churn");
  const std::string sha = sha256("bytes").hex();
  ASSERT_LT(
      as("ada", "PUT", "/v1/blobs/" + sha, "bytes", "Content-Type: application/octet-stream\r\n").status,
      300u);
  const Reply made =
      as("ada", "POST", "/v1/artifacts",
         R"({"name":"weights","kind":"model","files":[{"path":"w","bytes":5,"digest":"sha256:)" + sha +
             R"("}]})");
  ASSERT_EQ(made.status, 201u) << made.body;
  const std::string artifact = "/v1/artifacts/" + made.at("id");
  EXPECT_EQ(as("bob", "GET", artifact).status, 404u) << "linked nowhere, and another's";
  EXPECT_EQ(as("bob", "GET", "/v1/artifacts").items(), 0u);
  EXPECT_EQ(as("bob", "PUT", "/v1/models/churn/versions/1/artifacts/" + made.at("id")).status, 404u);
  EXPECT_EQ(
      as("bob", "POST", "/v1/models/churn/versions", R"({"artifacts":[")" + made.at("id") + R"("]})").status,
      404u);
  ASSERT_EQ(as("ada", "POST", "/v1/registries/secret/models/face/versions",
               R"({"artifacts":[")" + made.at("id") + R"("]})")
                .status,
            201u);
  EXPECT_EQ(as("bob", "GET", artifact).status, 404u);
  EXPECT_EQ(as("ada", "GET", artifact + "/files/w").body, "bytes");
  grant("bob", "restricted_viewer", "/v1/registries/secret/models/face");
  EXPECT_EQ(as("bob", "GET", artifact).status, 200u);
  EXPECT_EQ(as("bob", "GET", artifact + "/files/w").status, 403u);
  EXPECT_EQ(as("bob", "PUT", "/v1/models/churn/versions/1/artifacts/" + made.at("id")).status, 403u)
      << "seen, and not to be passed on to those who may download there";
}

TEST_F(ALockedServer, SaysOfRolesAndTokensOnADeletedModelThatItIsDeleted) {
  ASSERT_EQ(as("root", "POST", "/v1/models", R"({"name":"tomb"})").status, 201u);
  given_user("ada", "member", "/v1/models/tomb");
  given_token("of-tomb", "ada", R"(,"model":"tomb")");
  const auto role = [&] { return as("root", "GET", "/v1/principals/ada/roles"); };
  EXPECT_EQ(role().at("items.0.on.deleted"), "");
  ASSERT_EQ(as("root", "DELETE", "/v1/models/tomb").status, 200u);
  ASSERT_EQ(as("root", "POST", "/v1/models", R"({"name":"tomb"})").status, 201u);
  EXPECT_EQ(role().at("items.0.on.model"), "tomb");
  EXPECT_EQ(role().at("items.0.on.deleted"), "true");
  EXPECT_EQ(as("root", "GET", "/v1/tokens?principal=ada").at("items.1.on.deleted"), "true");
  EXPECT_EQ(as("ada", "PATCH", "/v1/models/tomb/tags", R"({"a":"1"})").status, 403u);
  EXPECT_EQ(as("of-tomb", "GET", "/v1/models/tomb").status, 404u);
}

TEST_F(ALockedServer, TakesATokenOfAModelNowhereElse) {
  ASSERT_EQ(as("root", "POST", "/v1/models", R"({"name":"fraud"})").status, 201u);
  given_user("ada", "admin");
  given_token("churn-only", "ada", R"(,"model":"churn")");
  EXPECT_EQ(as("churn-only", "PATCH", "/v1/models/churn/tags", R"({"a":"1"})").status, 200u);
  EXPECT_EQ(as("churn-only", "GET", "/v1/models/fraud").status, 404u);
  EXPECT_EQ(as("churn-only", "GET", "/v1/models").items(), 1u);
  EXPECT_EQ(as("churn-only", "GET", "/v1/automations").status, 403u);
  EXPECT_EQ(as("churn-only", "POST", "/v1/models", R"({"name":"new"})").status, 403u);
}

// ---- refusals are told of ----

TEST_F(ALockedServer, CountsRefusalsByTheMinute) {
  given_user("ada");
  const std::string before = std::to_string(last());
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(as("ada", "PATCH", "/v1/models/churn/tags", R"({"a":"1"})").status, 403u);
  EXPECT_EQ(as("herald_" + std::string(96, '0'), "GET", "/v1/models").status, 401u);
  server_.reset();  // records what was counted
  start({.port = 0});
  std::uint64_t refused = 0;
  const Reply events = as("root", "GET", "/v1/events?type=access.denied&after=" + before);
  ASSERT_GE(events.items(), 2u) << events.body;
  for (std::size_t i = 0; i < events.items(); ++i) {
    const std::string item = "items." + std::to_string(i) + ".data.";
    if (events.at(item + "permission") != "write") continue;
    EXPECT_EQ(events.at(item + "scope.model"), "churn");
    refused += std::stoull(events.at(item + "count"));
  }
  EXPECT_EQ(refused, 3u);
  EXPECT_THAT(events.body, HasSubstr("sign-in"));
}

TEST_F(ALockedServer, RecordsRefusalsWhenTheirTimeIsOver) {
  server_.reset();
  start({.port = 0, .denials_counted = std::chrono::milliseconds(1)});
  given_user("ada");
  const std::uint64_t before = last();
  EXPECT_EQ(as("ada", "GET", "/v1/secrets").status, 403u);
  recorded_.wait_beyond(Sequence(before), {});
  EXPECT_EQ(as("root", "GET", "/v1/events/" + std::to_string(before + 1)).at("data.permission"),
            "administer");
}

}  // namespace
}  // namespace herald::api
