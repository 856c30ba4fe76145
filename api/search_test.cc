// Search over HTTP as those see it who do not see everything.
#include "api/testing/locked_server.h"

namespace herald::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::Reply;

class SearchOfALockedServer : public testing::LockedServerTest {
 protected:
  void prepare() override { ASSERT_EQ(ask("POST", "/v1/models", R"({"name":"churn"})").status, 201u); }
  void given_a_laboratory() {
    ASSERT_EQ(as("root", "POST", "/v1/registries", R"({"name":"lab","visibility":"restricted"})").status,
              201u);
    for (const char* model : {"alpha", "beta"}) {
      const std::string models = "/v1/registries/lab/models";
      ASSERT_EQ(as("root", "POST", models, R"({"name":")" + std::string(model) + "\"}").status, 201u);
      ASSERT_EQ(as("root", "POST", models + "/" + model + "/versions",
                   R"({"metrics":{"auc":0.9},"run":{"id":"run-of-)" + std::string(model) + "\"}}")
                    .status,
                201u);
    }
  }
  // After all that was recorded before.
  Reply search(const std::string& who, const std::string& query) {
    return as(who, "GET", "/v1/search?min_sequence=" + std::to_string(last()) + "&" + query);
  }
};

TEST_F(SearchOfALockedServer, FindsOnlyWhatTheCallerSees) {
  given_a_laboratory();
  given_user("ada");
  EXPECT_EQ(search("root", "q=").items(), 3u);
  EXPECT_EQ(search("ada", "q=").items(), 1u);
  EXPECT_EQ(search("ada", "q=metric.auc%3E0.5&kind=versions").items(), 0u);
  EXPECT_EQ(search("ada", "q=&kind=runs").items(), 0u);
  grant("ada", "viewer", "/v1/registries/lab/models/alpha");
  for (const char* kind : {"models", "versions", "runs"}) {
    const Reply found = search("ada", std::string("q=&kind=") + kind);
    EXPECT_THAT(found.body, HasSubstr("alpha")) << kind;
    EXPECT_THAT(found.body, Not(HasSubstr("beta"))) << kind;
  }
  EXPECT_EQ(search("", "q=").status, 401u);
}

TEST_F(SearchOfALockedServer, ShowsOfAnArtifactOnlyTheVersionsThatAreSeen) {
  given_a_laboratory();
  given_user("ada");
  const Reply made = as("root", "POST", "/v1/artifacts",
                        R"({"name":"rows","kind":"dataset","reference":"s3://rows","digest":")" +
                            sha256("rows").str() + R"(","bytes":4})");
  ASSERT_EQ(made.status, 201u) << made.body;
  EXPECT_EQ(search("ada", "q=rows&kind=artifacts").items(), 0u);
  for (const char* model : {"alpha", "beta"}) {
    const std::string version = "/v1/registries/lab/models/" + std::string(model) + "/versions/1";
    ASSERT_EQ(as("root", "PUT", version + "/artifacts/" + made.at("id")).status, 201u);
  }
  grant("ada", "viewer", "/v1/registries/lab/models/alpha");
  const Reply found = search("ada", "q=rows&kind=artifacts");
  EXPECT_EQ(found.items(), 1u);
  EXPECT_THAT(found.body, HasSubstr("alpha"));
  EXPECT_THAT(found.body, Not(HasSubstr("beta")));
  EXPECT_THAT(search("root", "q=rows&kind=artifacts").body, HasSubstr("beta"));
}

// As of before a role was granted it counts all the same: who may see is not of the past.
TEST_F(SearchOfALockedServer, ShowsThePastToThoseWhoMaySeeNow) {
  given_a_laboratory();
  given_user("ada");
  const std::string then = std::to_string(last());
  EXPECT_EQ(search("ada", "q=alpha&as_of=" + then).items(), 0u);
  grant("ada", "viewer", "/v1/registries/lab/models/alpha");
  EXPECT_EQ(search("ada", "q=alpha&as_of=" + then).items(), 1u);
}

TEST_F(SearchOfALockedServer, OwnerMeIsWhoeverAsks) {
  given_user("ada");
  const std::string ada = as("ada", "GET", "/v1/me").at("principal.id");
  ASSERT_EQ(as("root", "PUT", "/v1/models/churn/owner", R"({"owner":")" + ada + "\"}").status, 200u);
  EXPECT_EQ(search("ada", "q=owner:me").items(), 1u);
  EXPECT_EQ(search("root", "q=owner:me").items(), 0u);
  EXPECT_EQ(search("root", "q=owner:" + ada).items(), 1u);
}

TEST_F(SearchOfALockedServer, ShowsAnArtifactThatIsLinkedNowhereToItsMaker) {
  given_user("ada");
  given_user("bob");
  for (const char* who : {"ada", "bob"}) grant(who, "member", "/v1/registries/models");
  const Reply made = as("ada", "POST", "/v1/artifacts",
                        R"({"name":"rows","kind":"dataset","reference":"s3://rows","digest":")" +
                            sha256("rows").str() + R"(","bytes":4})");
  ASSERT_EQ(made.status, 201u) << made.body;
  EXPECT_EQ(search("ada", "q=rows&kind=artifacts").items(), 1u);
  EXPECT_EQ(search("bob", "q=rows&kind=artifacts").items(), 0u);
  EXPECT_EQ(search("root", "q=rows&kind=artifacts").items(), 1u);
}

TEST_F(SearchOfALockedServer, RefusesTheCursorOfAnotherCaller) {
  given_a_laboratory();
  given_user("ada");
  given_user("bob");
  for (const char* who : {"ada", "bob"}) grant(who, "viewer", "/v1/registries/lab");
  const std::string cursor = search("ada", "q=&limit=1").at("next");
  ASSERT_FALSE(cursor.empty());
  EXPECT_EQ(search("ada", "q=&limit=1&cursor=" + cursor).items(), 1u);
  const Reply refused = search("bob", "q=&limit=1&cursor=" + cursor);
  EXPECT_EQ(refused.status, 422u);
  EXPECT_EQ(refused.at("field"), "cursor");
}

}  // namespace
}  // namespace herald::api
