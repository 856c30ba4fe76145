// Parameters that take one of several words: what is none of them is refused in one sentence, wherever it is.
#include "api/testing/server_fixture.h"

namespace herald::api {
namespace {

class AChoice : public testing::ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    given_model("churn", 2);
  }
  void expect_refused(std::string_view method, const std::string& target, const std::string& name,
                      const std::string& choices) {
    const testing::Reply refused = ask(method, target);
    EXPECT_EQ(refused.status, 422u) << target;
    EXPECT_EQ(refused.at("field"), name) << target;
    EXPECT_EQ(refused.at("detail"), "\"" + name + "\" must be one of " + choices + ", not \"perhaps\"");
  }
};

TEST_F(AChoice, ThatIsNoneIsRefusedWithThoseThatThereAre) {
  expect_refused("GET", "/v1/models?state=perhaps", "state", "active, archived, deleted, all");
  expect_refused("GET", "/v1/models/churn/versions?state=perhaps", "state", "active, deleted, all");
  expect_refused("GET", "/v1/events?order=perhaps", "order", "asc, desc");
  expect_refused("GET", "/v1/lineage?version=churn:v1&direction=perhaps", "direction",
                 "upstream, downstream, both");
  expect_refused("GET", "/v1/access/explain?permission=perhaps", "permission",
                 "read, download, write, automate, administer");
}

TEST_F(AChoice, BetweenTrueAndFalseIsOneToo) {
  expect_refused("GET", "/v1/models/churn/compare?versions=1,2&all=perhaps", "all", "true, false");
  expect_refused("DELETE", "/v1/models/churn/versions/1?remove_aliases=perhaps", "remove_aliases",
                 "true, false");
  EXPECT_EQ(get("/v1/models/churn/compare?versions=1,2&all=true").status, 200u);
  EXPECT_EQ(ask("DELETE", "/v1/models/churn/versions/1?remove_aliases=false").status, 200u);
}

}  // namespace
}  // namespace herald::api
