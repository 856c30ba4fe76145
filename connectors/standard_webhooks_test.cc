#include "connectors/standard_webhooks.h"

#include <gtest/gtest.h>

#include "base/hex.h"

namespace herald::connectors {
namespace {

constexpr std::string_view kId = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr Timestamp kTime{1'614'265'330'999};
constexpr std::string_view kBody = R"({"test": 2432232314})";
constexpr std::string_view kSymmetric = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr std::string_view kAsymmetric =
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
constexpr std::string_view kV1 = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
constexpr std::string_view kV1a =
    "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";

TEST(StandardWebhooks, SignsTheGoldenVectorOfVersion1) {
  EXPECT_EQ(*sign_webhook(kSymmetric, kId, kTime, kBody), kV1);
}

TEST(StandardWebhooks, SignsTheGoldenVectorOfVersion1a) {
  EXPECT_EQ(*sign_webhook(kAsymmetric, kId, kTime, kBody), kV1a);
}

TEST(StandardWebhooks, ListsASignatureOfEachKeyWhileKeysAreChanged) {
  const std::string both = std::string(kSymmetric) + " " + std::string(kAsymmetric);
  EXPECT_EQ(*sign_webhook(both, kId, kTime, kBody), std::string(kV1) + " " + std::string(kV1a));
}

TEST(StandardWebhooks, AnotherByteOfIdTimeOrBodyIsAnotherSignature) {
  EXPECT_NE(*sign_webhook(kSymmetric, "msg_other", kTime, kBody), kV1);
  EXPECT_NE(*sign_webhook(kSymmetric, kId, kTime.plus(std::chrono::seconds(1)), kBody), kV1);
  EXPECT_NE(*sign_webhook(kSymmetric, kId, kTime, "{}"), kV1);
}

TEST(StandardWebhooks, TimestampIsWholeSeconds) {
  EXPECT_EQ(webhook_timestamp(kTime), "1614265330");
}

TEST(StandardWebhooks, RefusesKeysThatVerifiersCouldNotUseWithoutTellingThem) {
  const std::string short_key = "whsec_" + to_base64(std::string(23, 'k')),
                    long_key = "whsec_" + to_base64(std::string(65, 'k'));
  for (const std::string& secret :
       {std::string(""), std::string(" "), std::string("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        std::string("whsec_not*base64"), short_key, long_key,
        std::string("whsk_") + to_base64(std::string(33, 'k'))}) {
    const auto result = sign_webhook(secret, kId, kTime, kBody);
    ASSERT_FALSE(result) << secret;
    EXPECT_EQ(result.error().cause, Cause::invalid_value);
    EXPECT_TRUE(secret.size() < 10 || result.error().message.find(secret.substr(6)) == std::string::npos)
        << result.error().message;
  }
}

}  // namespace
}  // namespace herald::connectors
