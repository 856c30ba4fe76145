#include "cli/manual.h"

#include <gmock/gmock.h>

#include "cli/commands/commands.h"

namespace herald::cli {
namespace {

using testing::HasSubstr;

const ManualPage& page(const std::vector<ManualPage>& pages, std::string_view name) {
  const auto found =
      std::find_if(pages.begin(), pages.end(), [&](const ManualPage& p) { return p.name == name; });
  EXPECT_NE(found, pages.end()) << name;
  return *found;
}

TEST(ManualPages, AreOneForTheProgramAndOneForEachNounOrCommand) {
  Program program;
  add_commands(program);
  const auto pages = manual_pages(program.tree(), "2026-11-24");
  EXPECT_EQ(pages.size(), 1 + commands_of(program.tree().root).size());
  EXPECT_THAT(page(pages, "herald").text, HasSubstr(".BR herald\\-model (1)\n"));
  EXPECT_THAT(page(pages, "herald").text, HasSubstr(".SH EXIT STATUS\n.TP\n.B 0\n"));
  EXPECT_THAT(page(pages, "herald-model").text, HasSubstr(".SS herald model list\n"));
  EXPECT_THAT(page(pages, "herald-model").text, HasSubstr(".B \\-\\-as\\-of \\fIWHEN\\fR\n"));
  EXPECT_THAT(page(pages, "herald-resolve").text, HasSubstr(".B herald resolve\n.I REFERENCE\n"));
  EXPECT_THAT(page(pages, "herald-resolve").text, testing::StartsWith(".TH HERALD\\-RESOLVE 1 2026-11-24 "));
}

TEST(ManualPages, TakeNoTextForARequest) {
  EXPECT_EQ(roff_text(".TH"), "\\&.TH");
  EXPECT_EQ(roff_text("'quoted'"), "\\&\\(aqquoted\\(aq");
  EXPECT_EQ(roff_text("a\\b --all"), "a\\eb \\-\\-all");
}

}  // namespace
}  // namespace herald::cli
