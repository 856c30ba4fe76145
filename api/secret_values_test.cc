// How large the value of a secret may be.
#include "api/testing/server_fixture.h"

namespace herald::api {
namespace {

class SecretValues : public testing::ServerTest {
 protected:
  testing::Reply set(std::size_t bytes) {
    return ask("PUT", "/v1/secrets/hook", R"({"value":")" + std::string(bytes, 'x') + R"("})");
  }
};

TEST_F(SecretValues, AreOfSoManyBytes) {
  EXPECT_EQ(set(limits::kMaxSecretBytes).status, 201u);
  const std::uint64_t before = last();
  const testing::Reply refused = set(limits::kMaxSecretBytes + 1);
  EXPECT_EQ(refused.status, 413u);
  EXPECT_EQ(refused.at("code"), "too-large");
  EXPECT_EQ(refused.at("field"), "value");
  EXPECT_EQ(last(), before);
}

}  // namespace
}  // namespace herald::api
