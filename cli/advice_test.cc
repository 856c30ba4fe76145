#include "cli/advice.h"

#include <gtest/gtest.h>

#include "cli/exit_code.h"

namespace herald::cli {
namespace {

TEST(Advice, IsThereForWhateverAnotherCommandHelpsAgainst) {
  for (int i = 0; i <= static_cast<int>(Cause::internal); ++i) {
    const auto cause = static_cast<Cause>(i);
    const std::string advice = advice_on(error(cause, "x", "--metric"));
    EXPECT_EQ(advice.find("{}"), std::string::npos) << advice;
    if (exit_code_of(cause) == ExitCode::failure) continue;
    EXPECT_FALSE(advice.empty()) << to_string(cause);
  }
}

TEST(Advice, NamesTheOptionAndWhereToLook) {
  EXPECT_EQ(advice_on(error(Cause::missing_field, "x", "--data")), "the same with --data");
  EXPECT_EQ(advice_on(error(Cause::not_found, "x", "alias")), "herald alias list MODEL");
  EXPECT_EQ(advice_on(error(Cause::invalid_value, "x", "type")), "herald schema list");
  EXPECT_EQ(advice_on(error(Cause::not_found, "x", "--profile")), "herald profile list");
  EXPECT_EQ(advice_on(error(Cause::invalid_value, "x")), "the same command with --help, which has examples");
}

}  // namespace
}  // namespace herald::cli
