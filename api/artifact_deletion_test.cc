// Who deletes an artifact, and what is told of versions that hold it out of sight.
#include "api/testing/locked_server.h"

namespace herald::api {
namespace {

using ::testing::HasSubstr;
using testing::Reply;

// A version in the restricted registry "secret", which ada does not see, and one of "churn", where ada is a member.
class DeletingAnArtifact : public testing::LockedServerTest {
 protected:
  void prepare() override {
    ASSERT_EQ(ask("POST", "/v1/registries", R"({"name":"secret","visibility":"restricted"})").status, 201u);
    for (const char* models : {"/v1/models", "/v1/registries/secret/models"}) {
      ASSERT_EQ(ask("POST", models, R"({"name":"churn"})").status, 201u);
      ASSERT_EQ(ask("POST", std::string(models) + "/churn/versions", "{}").status, 201u);
    }
  }
  void SetUp() override {
    LockedServerTest::SetUp();
    given_user("ada", "member", "/v1/models/churn");
    given_token("narrow", "ada", R"(,"model":"churn")");
    const Reply made = as("ada", "POST", "/v1/artifacts",
                          R"({"name":"weights","kind":"model","reference":"s3://w","digest":"sha256:)" +
                              std::string(64, 'a') + "\"}");
    ASSERT_EQ(made.status, 201u) << made.body;
    artifact_ = "/v1/artifacts/" + made.at("id");
    link_ = kHidden + std::string("/artifacts/") + made.at("id");
  }
  Reply deletes(const std::string& who) { return as(who, "DELETE", artifact_); }

  static constexpr const char* kHidden = "/v1/registries/secret/models/churn/versions/1";
  std::string artifact_, link_;
};

TEST_F(DeletingAnArtifact, IsForItsMaker) {
  given_user("bob", "member", "/v1/models/churn");
  EXPECT_EQ(deletes("bob").status, 404u);
  EXPECT_EQ(deletes("ada").status, 200u);
}

TEST_F(DeletingAnArtifact, TellsNothingOfAVersionThatHoldsItOutOfSight) {
  ASSERT_LT(as("root", "PUT", link_).status, 300u);
  const Reply held = deletes("ada");
  EXPECT_EQ(held.status, 409u) << held.body;
  EXPECT_THAT(held.at("detail"), HasSubstr("is in use"));
  ASSERT_EQ(as("root", "DELETE", kHidden).status, 200u);
  EXPECT_EQ(deletes("ada").at("detail"), held.at("detail")) << "whatever became of the version";
  EXPECT_THAT(deletes("root").at("detail"), HasSubstr("is deleted and can be restored"));
  ASSERT_EQ(as("root", "DELETE", "/v1/registries/secret/models/churn").status, 200u);
  EXPECT_EQ(deletes("ada").status, 200u) << "versions of deleted models hold nothing";
}

TEST_F(DeletingAnArtifact, SaysWhatHoldsItToWhoSeesThat) {
  ASSERT_LT(as("ada", "PUT", "/v1/models/churn/versions/1" + link_.substr(link_.find("/artifacts"))).status,
            300u);
  const Reply held = deletes("ada");
  EXPECT_EQ(held.status, 409u) << held.body;
  EXPECT_THAT(held.at("detail"), HasSubstr("unlink it first"));
}

TEST_F(DeletingAnArtifact, IsNotForATokenOfOneModel) {
  ASSERT_EQ(as("narrow", "GET", artifact_).status, 200u) << "to link it there";
  const Reply refused = deletes("narrow");
  EXPECT_EQ(refused.status, 403u) << refused.body;
  EXPECT_THAT(refused.at("detail"), HasSubstr("token of one registry or model"));
}

}  // namespace
}  // namespace herald::api
