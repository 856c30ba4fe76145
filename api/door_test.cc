#include "api/door.h"

#include <gtest/gtest.h>

namespace herald::api {
namespace {

TEST(Loopback, HasManyNames) {
  for (const char* host :
       {"localhost", "LocalHost:8420", "127.0.0.1", "127.0.0.1:80", "127.255.3.4", "[::1]", "[::1]:8420"}) {
    EXPECT_TRUE(names_loopback(host)) << host;
  }
}

TEST(Loopback, IsNothingElse) {
  for (const char* host : {"",
                           "example.com",
                           "localhost.example.com",
                           "localhost.",
                           "127.0.0.1.example.com",
                           "127.1",
                           "127.0.0.256",
                           "127.0.0.1.1",
                           "128.0.0.1",
                           "0.0.0.0",
                           "[::2]",
                           "::1",
                           "[::1",
                           "localhost:",
                           "localhost:x",
                           "localhost:70000",
                           "[::1]x",
                           "127.0.0.1:80:80",
                           "user@localhost",
                           "0177.0.0.1",
                           "2130706433",
                           "127.0.0.",
                           "127..0.1"}) {
    EXPECT_FALSE(names_loopback(host)) << host;
  }
}

constexpr bool kOpen = true, kLocked = false;

Request request_with(std::string_view host) {
  Request request;
  request.authority = host;
  return request;
}

TEST(TheDoor, LetsInWhoNamesThisMachine) {
  EXPECT_TRUE(admit(request_with("localhost:8420"), kOpen));
}

TEST(TheDoor, AsksForAHost) {
  EXPECT_EQ(admit(request_with(""), kOpen).error().cause, Cause::malformed);
  EXPECT_EQ(admit(request_with(""), kLocked).error().cause, Cause::malformed);
}

TEST(TheDoor, RefusesAForeignHost) {
  EXPECT_EQ(admit(request_with("rebound.example.com:8420"), kOpen).error().cause, Cause::foreign_origin);
}

TEST(TheDoor, RefusesAForeignOrigin) {
  for (const char* origin : {"https://example.com", "null", "", "http://localhost.example.com",
                             "file://localhost", "http://localhost/path", "localhost"}) {
    Request request = request_with("localhost");
    request.origin = origin;
    for (const bool mode : {kOpen, kLocked}) {
      const auto admitted = admit(request, mode);
      ASSERT_FALSE(admitted) << origin;
      EXPECT_EQ(admitted.error().cause, Cause::foreign_origin);
    }
  }
}

TEST(TheDoor, LetsInPagesOfThisMachine) {
  for (const char* origin : {"http://localhost:3000", "https://127.0.0.1", "http://[::1]:8420"}) {
    Request request = request_with("localhost");
    request.origin = origin;
    EXPECT_TRUE(admit(request, kOpen)) << origin;
  }
}

TEST(TheDoor, OfWhoAsksForTokensIsNotOnThisMachineAlone) {
  Request request = request_with("registry.example.com");
  EXPECT_TRUE(admit(request, kLocked));
  request.origin = "https://registry.example.com";
  EXPECT_TRUE(admit(request, kLocked));
  for (const char* origin :
       {"https://registry.example.com:444", "http://localhost", "https://other.example.com"}) {
    request.origin = origin;
    EXPECT_EQ(admit(request, kLocked).error().cause, Cause::foreign_origin) << origin;
  }
}

TEST(TraceContext, IsTakenWhenItIsValid) {
  const char* valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  EXPECT_EQ(valid_traceparent(valid), valid);
}

TEST(TraceContext, IsPassedOverWhenItIsNot) {
  for (const char* text : {"", "00", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                           "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736x00f067aa0ba902b7-01"}) {
    EXPECT_EQ(valid_traceparent(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace herald::api
