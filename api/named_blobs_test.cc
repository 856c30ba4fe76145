// A digest opens nothing: who names content as a file has brought the bytes, or may take any content.
#include <gmock/gmock.h>

#include "api/testing/locked_server.h"

namespace herald::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::Reply;

// A restricted registry "secret" with a file of weights; "ada" is a member elsewhere, "seeing" a restricted viewer in it too.
class NamingContent : public testing::LockedServerTest {
 protected:
  void SetUp() override {
    LockedServerTest::SetUp();
    given_user("ada", "member", "/v1/registries/models");
    given_user("seeing", "member", "/v1/registries/models");
    grant("seeing", "restricted_viewer", "/v1/registries/secret");
    given_token("narrow", "root", R"(,"registry":"models","model":"open")");
  }
  void prepare() override {
    ASSERT_EQ(ask("POST", "/v1/registries", R"({"name":"secret","visibility":"restricted"})").status, 201u);
    ASSERT_EQ(ask("POST", "/v1/registries/secret/models", R"({"name":"face"})").status, 201u);
    ASSERT_EQ(ask("POST", "/v1/models", R"({"name":"open"})").status, 201u);
    ASSERT_EQ(ask("POST", "/v1/models/open/versions", "{}").status, 201u);
    ASSERT_EQ(ask("PUT", blob_, kBytes, kOctets).status, 201u);
    const Reply artifact = ask("POST", "/v1/artifacts", artifact_of(13));
    ASSERT_EQ(artifact.status, 201u) << artifact.body;
    ASSERT_EQ(ask("POST", "/v1/registries/secret/models/face/versions",
                  R"({"artifacts":[")" + artifact.at("id") + R"("]})")
                  .status,
              201u);
  }
  std::string artifact_of(int bytes) const {
    return R"({"name":"copy","kind":"model","files":[{"path":"w.bin","bytes":)" + std::to_string(bytes) +
           R"(,"digest":")" + digest_ + R"("}]})";
  }
  std::string evaluation() const {
    return R"({"files":[{"name":"f","kind":"table","media_type":"text/csv","digest":")" + digest_ + R"("}]})";
  }

  static constexpr const char* kBytes = "secret weight";
  static constexpr const char* kOctets = "Content-Type: application/octet-stream\r\n";
  static constexpr const char* kEvaluations = "/v1/models/open/versions/1/evaluations";
  const std::string digest_ = sha256(kBytes).str();
  const std::string blob_ = "/v1/blobs/" + sha256(kBytes).hex();
};

TEST_F(NamingContent, IsRefusedToWhoKnowsTheDigestAlone) {
  const auto before = last();
  for (const std::string who : {"ada", "seeing", "narrow"}) {
    for (const int bytes : {13, 7}) {
      const Reply artifact = as(who, "POST", "/v1/artifacts", artifact_of(bytes));
      EXPECT_EQ(artifact.status, 404u) << who << ": " << artifact.body;
      EXPECT_EQ(artifact.at("field"), "files[0].digest");
      EXPECT_THAT(artifact.at("detail"), Not(HasSubstr(" bytes")));
    }
    const Reply evaluation_ = as(who, "POST", kEvaluations, evaluation());
    EXPECT_EQ(evaluation_.status, 404u) << who << ": " << evaluation_.body;
    EXPECT_EQ(evaluation_.at("field"), "files[0].digest");
    EXPECT_EQ(as(who, "HEAD", blob_).status, 404u) << who;
    EXPECT_EQ(as(who, "GET", blob_).status, 403u) << who;
  }
  EXPECT_EQ(last(), before);
}

TEST_F(NamingContent, IsRefusedInTheWordsOfContentThatIsNotThere) {
  const std::string nowhere = sha256("nowhere").str();
  const Reply there = as("ada", "POST", "/v1/artifacts", artifact_of(13));
  std::string request = artifact_of(13);
  request.replace(request.find(digest_), digest_.size(), nowhere);
  std::string expected = there.at("detail");
  expected.replace(expected.find(digest_), digest_.size(), nowhere);
  EXPECT_EQ(as("ada", "POST", "/v1/artifacts", request).at("detail"), expected);
}

TEST_F(NamingContent, TakesHavingUploadedItWhoeverDidBefore) {
  EXPECT_EQ(as("ada", "PUT", blob_, kBytes, kOctets).status, 201u) << "that it was there is not told";
  EXPECT_EQ(as("ada", "PUT", blob_, kBytes, kOctets).status, 200u);
  EXPECT_EQ(as("ada", "HEAD", blob_).status, 200u);
  EXPECT_EQ(as("ada", "POST", "/v1/artifacts", artifact_of(7)).at("field"), "files[0].bytes");
  EXPECT_EQ(as("ada", "POST", "/v1/artifacts", artifact_of(13)).status, 201u);
  EXPECT_EQ(as("ada", "POST", kEvaluations, evaluation()).status, 201u);
  EXPECT_EQ(as("seeing", "POST", "/v1/artifacts", artifact_of(13)).status, 404u) << "another uploaded it";
}

TEST_F(NamingContent, IsNotOpenedByAnUploadThatDoesNotHoldTheBytes) {
  EXPECT_EQ(as("ada", "PUT", blob_, "other bytes..", kOctets).status, 422u);
  EXPECT_EQ(as("ada", "POST", "/v1/artifacts", artifact_of(13)).status, 404u);
}

TEST_F(NamingContent, IsFreeToWhoMayTakeAnyContent) {
  given_user("all", "member");
  EXPECT_EQ(as("all", "POST", "/v1/artifacts", artifact_of(13)).status, 201u);
}

}  // namespace
}  // namespace herald::api
