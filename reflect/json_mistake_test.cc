#include "reflect/json_mistake.h"

#include <gmock/gmock.h>

#include "reflect/json_value.h"

namespace herald::json {
namespace {

TEST(MistakesInJson, AreToldByWhereTheyAreAndWhatBelongsThere) {
  const std::vector<std::pair<std::string_view, std::string_view>> expected = {
      {R"({"name":"x",})",
       R"(line 1, column 13: a name in double quotes after the comma is expected, not "}")"},
      {R"([1,])", R"(line 1, column 4: a value after the comma is expected, not "]")"},
      {R"({"name":tru})",
       R"(line 1, column 9: "tru" is no value: true, false and null are the only words without quotes)"},
      {"{\n  \"a\": 1\n  \"b\": 2\n}", R"(line 3, column 3: a comma or "}" is expected, not a string)"},
      {R"({"a" 1})", R"(line 1, column 6: a colon behind the name is expected, not "1")"},
      {R"({a:1})", R"(line 1, column 2: a name in double quotes or "}" is expected, not "a")"},
      {R"({'a':1})",
       R"(line 1, column 2: a name in double quotes or "}" is expected, not "'": strings stand in double quotes)"},
      {R"(["a" "b"])", R"(line 1, column 6: a comma or "]" is expected, not a string)"},
      {R"([1}])", R"(line 1, column 3: a comma or "]" is expected, not "}")"},
      {R"({"a":})", R"(line 1, column 6: a value is expected, not "}")"},
      {R"({"name":"churn")", R"(line 1, column 16: it ends where a comma or "}" is expected)"},
      {R"({"name":)", R"(line 1, column 9: it ends where a value is expected)"},
      {"[", R"(line 1, column 2: it ends where a value or "]" is expected)"},
      {"{", R"(line 1, column 2: it ends where a name in double quotes or "}" is expected)"},
      {R"({} {})", R"(line 1, column 4: the document ends before "{", and nothing may follow it)"},
      {R"({"a":"b)", "line 1, column 6: the string that begins here is never closed"},
      {"{\"a\":\"b\\", "line 1, column 6: the string that begins here is never closed"},
      {"[\"a\nb\"]",
       R"(line 1, column 4: a control character stands in a string: write a line break as \n, a tab as \t)"},
      {R"(["\x"])",
       R"(line 1, column 3: "\x" is no escape: \" \\ \/ \b \f \n \r \t and \u with four hexadecimal digits are)"},
      {R"(["\u12g4"])",
       R"(line 1, column 3: "\u12g4" is no escape: \" \\ \/ \b \f \n \r \t and \u with four hexadecimal digits are)"},
      {R"(["\ud800x"])",
       R"(line 1, column 3: half of a character: \ud800 to \udbff and \udc00 to \udfff come in pairs, in this order)"},
      {R"([01])", R"(line 1, column 2: "01" is no number as JSON writes them: 0, -12, 0.5 and 1e-3 are)"},
      {R"([1.])", R"(line 1, column 2: "1." is no number as JSON writes them: 0, -12, 0.5 and 1e-3 are)"},
      {R"([-])", R"(line 1, column 2: "-" is no number as JSON writes them: 0, -12, 0.5 and 1e-3 are)"},
      {R"([1e])", R"(line 1, column 2: "1e" is no number as JSON writes them: 0, -12, 0.5 and 1e-3 are)"},
      {R"([NaN])",
       R"(line 1, column 2: "NaN" is no value: true, false and null are the only words without quotes)"},
  };
  for (const auto& [text, sentence] : expected) {
    EXPECT_EQ(mistake_in(text), sentence) << text;
    const auto refused = Document::parse(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().message, "this is not JSON, " + std::string(sentence)) << text;
  }
}

TEST(MistakesInJson, AreNoneInWhatIsJson) {
  for (const std::string_view text : {"0", "-0.5e+3", "\"\"", "[]", "{}", " [ 1 , true , null ] ",
                                      R"({"a":{"b":[{}]},"c":"\u00e4\ud83d\ude00\n"})"}) {
    EXPECT_EQ(mistake_in(text), "") << text;
    EXPECT_TRUE(Document::parse(text)) << text;
  }
}

TEST(MistakesInJson, AreToldOfTheSecondLine) {
  EXPECT_EQ(mistake_in("  \n "), "line 2, column 2: it ends where a value is expected");
  EXPECT_EQ(place_in("a\nbc\n", 3), "line 2, column 2");
}

TEST(MistakesInJson, OfTextsWithoutEndAreShownInShort) {
  EXPECT_EQ(mistake_in("[" + std::string(1'000'000, 'a') + "]"),
            "line 1, column 2: \"" + std::string(24, 'a') +
                "...\" is no value: true, false and null are the only words without quotes");
  EXPECT_EQ(mistake_in(std::string(1'000'000, '[')),
            "line 1, column 1000001: it ends where a value or \"]\" is expected");
}

TEST(MistakesInJson, AreToldInWholeCharacters) {
  EXPECT_EQ(mistake_in("[\"\\u12\u20ac\"]"),
            "line 1, column 3: \"\\u12\u20ac\" is no escape: \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with "
            "four hexadecimal digits are");
  for (const std::string character : {"\u00e4", "\u20ac", "\U0001f600"}) {
    for (std::size_t digits = 0; digits < 4; ++digits) {
      const std::string text = "[\"\\u" + std::string(digits, '1') + character + "g\"]";
      EXPECT_THAT(mistake_in(text), ::testing::HasSubstr(character)) << text;
      EXPECT_TRUE(is_utf8(mistake_in(text))) << text;
    }
  }
}

TEST(MistakesInJson, AreBytesThatAreNoUtf8) {
  EXPECT_EQ(Document::parse("{\"a\":\n\"b\xff\"}").error().message,
            "this is not JSON, line 2, column 3: the bytes from here on are no UTF-8");
  for (const std::string_view bad : {"\x80", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
                                     "\xf5\x80\x80\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\xe2\x28\xa1"}) {
    EXPECT_EQ(end_of_utf8("ab" + std::string(bad)), 2U) << bad;
    EXPECT_FALSE(is_utf8(bad));
  }
  EXPECT_EQ(end_of_utf8("a\u00e4\u20ac\U0001f600"), 10U);
}

}  // namespace
}  // namespace herald::json
