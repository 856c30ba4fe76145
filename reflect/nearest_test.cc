#include "reflect/nearest.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace herald::reflect {
namespace {

std::string_view nearest_of(std::string_view word, std::initializer_list<std::string_view> choices) {
  return nearest(word, std::span(choices.begin(), choices.size()));
}

TEST(Suggestions, FindWhatWasProbablyMeant) {
  EXPECT_EQ(nearest_of("modle", {"model", "version"}), "model");
  EXPECT_EQ(nearest_of("lst", {"list", "show"}), "list");
  EXPECT_EQ(nearest_of("--registri", {"--registry", "--name"}), "--registry");
  EXPECT_EQ(nearest_of("elephant", {"model", "version"}), "");
}

TEST(Suggestions, AreNotMadeForWhatIsNoTypingMistake) {
  const std::string_view known = "model";
  EXPECT_EQ(nearest(std::string(10'000, 'm'), std::span(&known, 1)), "");
}

}  // namespace
}  // namespace herald::reflect
