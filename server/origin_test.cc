#include "server/origin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"

namespace herald::server {
namespace {

using ::testing::HasSubstr;

TEST(AnOrigin, IsAUriReference) {
  for (const char* origin : {"models.example.com/prod", "https://models.example.com/prod",
                             "herald.host-1/0a1b", "urn:herald:prod", "prod", "a%20b", "/prod"}) {
    EXPECT_TRUE(check_origin(origin)) << origin;
  }
  EXPECT_TRUE(check_origin(std::string(limits::kMaxOriginBytes, 'a')));
  EXPECT_TRUE(check_origin("")) << "one is made up";
}

TEST(AnOrigin, IsRefusedWithItsOptionWhenItIsNone) {
  for (const std::string& origin :
       {std::string("a b"), std::string("a b\nc <x>"), std::string("<x>"), std::string("a\tb"),
        std::string("a%zz"), std::string("a+b"), std::string("1:a"), std::string("caf\xc3\xa9"),
        std::string("a\0b", 3), std::string(limits::kMaxOriginBytes + 1, 'a'), std::string(66'000, 'a')}) {
    const auto refused = check_origin(origin);
    ASSERT_FALSE(refused) << origin;
    EXPECT_EQ(refused.error().cause, Cause::invalid_value);
    EXPECT_EQ(refused.error().field, "--origin");
    EXPECT_THAT(refused.error().message, HasSubstr("is no name of a log: "));
    EXPECT_THAT(refused.error().message, HasSubstr("has its name already: leave --origin out"));
    EXPECT_EQ(refused.error().message.find('\n'), std::string::npos) << "one line";
  }
}

TEST(AnOrigin, IsMadeUpOfAnyHostname) {
  for (const std::string& host :
       {std::string("build-7.lan"), std::string("a b\n"), std::string(), std::string(300, 'h')})
    EXPECT_TRUE(check_origin(make_up_origin(host))) << host;
  EXPECT_THAT(make_up_origin("build-7.lan"), HasSubstr("herald.build-7.lan/"));
  EXPECT_NE(make_up_origin("one"), make_up_origin("one"));
}

}  // namespace
}  // namespace herald::server
