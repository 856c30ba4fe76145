#include "api/markdown.h"

#include <gmock/gmock.h>

#include "base/limits.h"

namespace herald::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> titles(std::string_view markdown) {
  std::vector<std::string> out;
  for (const registry::Label& section : sections_of(markdown)) out.push_back(section.str());
  return out;
}

TEST(SectionsOfACard, AreHeadingsOfBothKinds) {
  EXPECT_THAT(titles("# Churn\n\ntext\n\n## Intended use\n\nLimits\n======\n\nRisks\n-----\n"),
              ElementsAre("Churn", "Intended use", "Limits", "Risks"));
}

TEST(SectionsOfACard, AreNotWhatOnlyLooksLikeAHeading) {
  EXPECT_THAT(
      titles("```\n# in code\n```\n\n    # indented\n\n#tag\n\n\\# escaped\n\n<!-- \n# comment\n-->\n"),
      IsEmpty());
  EXPECT_THAT(titles("> # quoted\n\n- # in a list\n"), IsEmpty());
}

TEST(SectionsOfACard, AreReadWithoutTheirMarks) {
  EXPECT_THAT(titles("# The **intended** use of `churn` & co. [here](x) #\n\nTwo\n  lines\n===\n"),
              ElementsAre("The intended use of churn & co. here", "Two lines"));
}

TEST(SectionsOfACard, AreNamedOnce) {
  EXPECT_THAT(titles("# Use\n# Limits\n# Use\n#\n"), ElementsAre("Use", "Limits"));
}

TEST(SectionsOfACard, AreCutAtACharacterAndPassedOverWhereNoLabelCouldHoldThem) {
  const std::string long_title = std::string(limits::kMaxNameBytes - 1, 'a') + "\u00e4\u00e4";
  EXPECT_THAT(titles("# " + long_title + "\n"), ElementsAre(std::string(limits::kMaxNameBytes - 1, 'a')));
  EXPECT_THAT(titles("# in\u200bvisible\n# Use\n"), ElementsAre("Use"));
}

TEST(SectionsOfACard, AreNotCountedFurtherThanToSeeThatThereAreTooMany) {
  std::string many;
  for (std::size_t i = 0; i < 2 * limits::kMaxCardSections; ++i) many += "# h" + std::to_string(i) + "\n";
  EXPECT_EQ(titles(many).size(), limits::kMaxCardSections + 1);
}

TEST(SectionsOfACard, OfDeepNestingAndOddBytesAreFoundInTime) {
  EXPECT_THAT(titles(std::string(60'000, '>') + "# x"), IsEmpty());
  EXPECT_THAT(titles("# " + std::string(60'000, '[')), ::testing::SizeIs(1));
  EXPECT_THAT(titles("# a\0b"), ::testing::SizeIs(1));
}

std::vector<std::string> empty_titles(std::string_view markdown) {
  std::vector<std::string> out;
  for (const registry::Label& section : empty_sections_of(markdown)) out.push_back(section.str());
  return out;
}

TEST(EmptySectionsOfACard, AreHeadingsWithNothingBehindThem) {
  EXPECT_THAT(empty_titles("# Churn\n\n## Use\n\n## Limits\n\nNone known.\n\n## Risks\n"),
              ElementsAre("Use", "Risks"));
  EXPECT_THAT(empty_titles("# Use\n# Limits\n"), ElementsAre("Use", "Limits"));
  EXPECT_THAT(empty_titles("text\n\n# Use\n"), ElementsAre("Use"));
}

TEST(EmptySectionsOfACard, AreNotThoseWhoseSubsectionsSaySomething) {
  EXPECT_THAT(empty_titles("# Use\n\n### Whom for\n\nAll.\n\n## Why\n\n# Limits\n\n## Of age\n"),
              ElementsAre("Why", "Limits", "Of age"));
}

TEST(EmptySectionsOfACard, HoldNothingThatAReaderWouldSee) {
  EXPECT_THAT(empty_titles("# Use\n\n<!-- to be written -->\n\n---\n\n-\n\n```\n\n```\n\n> \n"),
              ElementsAre("Use"));
  for (const std::string_view text : {"a", "- a", "`a`", "    a", "![](a.png)", "<table></table>", "> a"})
    EXPECT_THAT(empty_titles("# Use\n\n" + std::string(text) + "\n"), IsEmpty()) << text;
}

TEST(EmptySectionsOfACard, AreNotThoseWithATextBesideAComment) {
  for (const std::string_view text :
       {"<!-- note --> The limits are known.", "The limits <!-- note --> are known.", "<!-- a\nb --> text",
        "  <!-- a --><!-- b --> text", "<!--> text", "<!-- a -->\ntext", "<!-- a --><table></table>"})
    EXPECT_THAT(empty_titles("# Limits\n\n" + std::string(text) + "\n"), IsEmpty()) << text;
  for (const std::string_view text : {"<!-- a --> <!-- b -->", "  <!-- a -->", "<!-- a\n\nb -->",
                                      "<!-- never ended\n\ntext", "<!-->", "<!--->"})
    EXPECT_THAT(empty_titles("# Limits\n\n" + std::string(text) + "\n"), ElementsAre("Limits")) << text;
}

TEST(EmptySectionsOfACard, AreNoneThatComeAgainWithAText) {
  EXPECT_THAT(empty_titles("# Use\n\n# Limits\n\n# Use\n\ntext\n"), ElementsAre("Limits"));
}

}  // namespace
}  // namespace herald::api
