#include "api/target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reflect/json_value.h"

namespace herald::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(PercentDecoding, GivesTheBytesBack) {
  EXPECT_EQ(*percent_decoded("a%20b%2fc%C3%A9", "the path"), "a b/c\xC3\xA9");
  EXPECT_EQ(*percent_decoded("", "the path"), "");
}

TEST(PercentDecoding, RefusesAPercentWithoutTwoHexDigits) {
  for (const char* text : {"%", "%4", "a%zz", "%%41", "abc%4g"}) {
    const auto decoded = percent_decoded(text, "the path");
    ASSERT_FALSE(decoded) << text;
    EXPECT_EQ(decoded.error().cause, Cause::malformed);
    EXPECT_THAT(decoded.error().message, HasSubstr("two hex digits"));
  }
}

TEST(PercentDecoding, RefusesNulAndWhatIsNotUtf8) {
  for (const char* text : {"%00", "a%00b", "%ff", "%C3", "%C0%80", "%ED%A0%80", "%F5%80%80%80", "\xff"}) {
    const auto decoded = percent_decoded(text, "the path");
    ASSERT_FALSE(decoded) << text;
    EXPECT_EQ(decoded.error().cause, Cause::malformed);
  }
}

TEST(Paths, AreSplitBeforeTheyAreDecoded) {
  EXPECT_THAT(*path_segments("/v1/models/a%2Fb"), ElementsAre("v1", "models", "a/b"));
  EXPECT_THAT(*path_segments("/"), ElementsAre());
  EXPECT_THAT(*path_segments("/v1/"), ElementsAre("v1", ""));
  EXPECT_THAT(*path_segments("//v1"), ElementsAre("", "v1"));
}

TEST(Paths, BeginWithASlash) {
  for (const char* path : {"", "*", "v1", "example.com:443"}) {
    ASSERT_FALSE(path_segments(path)) << path;
    EXPECT_EQ(path_segments(path).error().cause, Cause::malformed);
  }
}

TEST(Queries, AreReadAsFormsWriteThem) {
  const auto query =
      Query::parse("name=a+b&limit=5&as_of=2026-11-24T05%3A02%3A00%2B01%3A00&&flag&empty=").value();
  EXPECT_EQ(query.get("name"), "a b");
  EXPECT_EQ(query.get("limit"), "5");
  EXPECT_EQ(query.get("as_of"), "2026-11-24T05:02:00+01:00");
  EXPECT_EQ(query.get("flag"), "");
  EXPECT_EQ(query.get("empty"), "");
  EXPECT_EQ(query.get("absent"), std::nullopt);
  EXPECT_EQ(query.all().size(), 5u);
}

TEST(Queries, RefuseAParameterThatComesTwice) {
  const auto query = Query::parse("limit=1&lim%69t=2");
  ASSERT_FALSE(query);
  EXPECT_EQ(query.error().cause, Cause::duplicate_field);
  EXPECT_EQ(query.error().field, "limit");
}

TEST(Queries, RefuseBadEncoding) {
  for (const char* text : {"a=%", "%zz=1", "a=%00", "a=%ff"}) {
    ASSERT_FALSE(Query::parse(text)) << text;
    EXPECT_EQ(Query::parse(text).error().cause, Cause::malformed);
  }
}

TEST(ListsInParameters, ArePartedAtCommasAndKeepWhatIsEmpty) {
  EXPECT_THAT(split_at_commas("name,latest"), ElementsAre("name", "latest"));
  EXPECT_THAT(split_at_commas("name"), ElementsAre("name"));
  EXPECT_THAT(split_at_commas(",a,"), ElementsAre("", "a", ""));
  EXPECT_THAT(split_at_commas(""), ElementsAre(""));
}

TEST(WholeNumbers, AreDigitsWithinTheirBounds) {
  EXPECT_EQ(*whole_number("1000", "limit", 1, 1000), 1000u);
  for (const char* text :
       {"", "0", "1001", "-1", "+1", "1.0", "1e2", " 1", "1 ", "0x1", "99999999999999999999999"}) {
    const auto number = whole_number(text, "limit", 1, 1000);
    ASSERT_FALSE(number) << text;
    EXPECT_EQ(number.error().cause, Cause::invalid_value);
    EXPECT_EQ(number.error().field, "limit");
  }
}

TEST(Quoting, IsFitForASentenceWhateverCame) {
  EXPECT_EQ(shown("a\xC3\xA9"), "\"a\xC3\xA9\"");
  EXPECT_EQ(shown("a\xff\n\x7f"), "\"a???\"");
  const std::string cut = shown(std::string(1000, 'x'));
  EXPECT_LT(cut.size(), 130u);
  EXPECT_TRUE(cut.ends_with("...\""));
  EXPECT_TRUE(json::is_utf8(shown(std::string(119, 'x') + "\xC3\xA9\xC3\xA9")));
}

}  // namespace
}  // namespace herald::api
