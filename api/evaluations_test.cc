// Evaluations of a restricted registry: who sees what of their files.
#include "api/testing/locked_server.h"

namespace herald::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::Reply;

class ComparedMatrices : public testing::LockedServerTest {
 protected:
  void SetUp() override {
    LockedServerTest::SetUp();
    succeed("POST", "/v1/registries", R"({"name":"lab","visibility":"restricted"})");
    succeed("POST", "/v1/registries/lab/models", R"({"name":"face"})");
    for (const int version : {1, 2}) {
      succeed("POST", kFace + "/versions", "{}");
      const std::string matrix =
          R"({"labels":["cat","dog"],"counts":[[)" + std::to_string(version) + ",0],[0,9]]}";
      ASSERT_EQ(as("root", "PUT", "/v1/blobs/" + sha256(matrix).hex(), matrix,
                   "Content-Type: application/octet-stream\r\n")
                    .status,
                201u);
      succeed(
          "POST", kFace + "/versions/" + std::to_string(version) + "/evaluations",
          R"({"files":[{"name":"confusion","kind":"confusion_matrix","media_type":"application/json","digest":")" +
              sha256(matrix).str() + R"("}]})");
    }
  }
  void succeed(const std::string& method, const std::string& path, const std::string& body) {
    const Reply reply = as("root", method, path, body);
    ASSERT_LT(reply.status, 300u) << path << reply.body;
  }

  const std::string kCell = R"("cell":["cat","cat"])";
  const std::string kFace = "/v1/registries/lab/models/face";
};

TEST_F(ComparedMatrices, ShowCellsToThoseWhoMayDownloadThem) {
  given_user("eve", "restricted_viewer", "/v1/registries/lab");
  given_user("bob", "viewer", "/v1/registries/lab");
  for (const std::string& asked :
       {kFace + "/compare/evaluations?versions=1,2&all=true", kFace + "/compare?versions=1,2",
        std::string("/v1/compare/evaluations?versions=lab/face:v1,lab/face:v2")}) {
    const Reply seen = as("eve", "GET", asked);
    EXPECT_EQ(seen.status, 200u) << asked;
    EXPECT_THAT(seen.body, HasSubstr("file confusion")) << "that they differ";
    EXPECT_THAT(seen.body, Not(HasSubstr(kCell))) << asked;
    EXPECT_THAT(as("bob", "GET", asked).body, HasSubstr(kCell)) << asked;
  }
}

}  // namespace
}  // namespace herald::api
