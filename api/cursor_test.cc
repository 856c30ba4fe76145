#include "api/cursor.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/hex.h"

namespace herald::api {
namespace {

const Cursors kCursors(std::string(32, 'k'));

TEST(ACursor, ComesBackAsItWent) {
  for (const std::string& position :
       {std::string("42"), std::string("\0\xff binary", 9), std::string(200, 'x')}) {
    EXPECT_EQ(*kCursors.open("/v1/models", kCursors.seal("/v1/models", position)), position);
  }
}

TEST(ACursor, NeedsNoEncodingInAQuery) {
  const std::string cursor = kCursors.seal("/v1/models", std::string(100, '\xff'));
  EXPECT_TRUE(std::all_of(cursor.begin(), cursor.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  })) << cursor;
}

TEST(ACursor, OfAnotherListIsRefused) {
  const auto opened = kCursors.open("/v1/events", kCursors.seal("/v1/models", "42"));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().cause, Cause::invalid_value);
  EXPECT_EQ(opened.error().field, "cursor");
}

TEST(ACursor, OfAnotherServerIsRefused) {
  EXPECT_FALSE(Cursors(std::string(32, 'x')).open("/v1/models", kCursors.seal("/v1/models", "42")));
}

TEST(ACursor, ThatWasForgedIsRefused) {
  const std::string good = kCursors.seal("/v1/models", "42");
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = bad[i] == 'A' ? 'B' : 'A';
    const auto opened = kCursors.open("/v1/models", bad);
    EXPECT_TRUE(!opened || *opened == "42") << bad;  // unused bits of the last character
  }
  for (const char* bad : {"", "x", "42", "====", "+/+/", "\xff\xff", "AAAAAAAAAAAAAAAAAAAAAAAA"})
    EXPECT_FALSE(kCursors.open("/v1/models", bad)) << bad;
}

TEST(ACursor, TellsNothingOfItsPosition) {
  const std::string position = std::string(32, 'x') + std::string(32, 'x');
  const std::string cursor = kCursors.seal("/v1/runs", position);
  for (const std::size_t before : {0, 1, 2}) {
    const std::string plain = to_base64(std::string(before, 'y') + std::string(24, 'x'));
    EXPECT_EQ(cursor.find(plain.substr(4, 20)), std::string::npos) << plain;
  }
  const std::string body = cursor.substr(16);  // behind the tag
  EXPECT_NE(body.substr(0, 40), body.substr(body.size() - 43, 40));
  EXPECT_EQ(kCursors.open("/v1/runs", cursor).value(), position);
}

}  // namespace
}  // namespace herald::api
