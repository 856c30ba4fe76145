// Numbers there and back, and those that cannot make the journey.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

#include "base/testing/sanitized.h"
#include "reflect/json_read.h"
#include "reflect/json_write.h"

namespace herald::json {
namespace {

std::uint64_t bits(double value) {
  return std::bit_cast<std::uint64_t>(value);
}

// By the reader that every follower uses, and again from the text that the reader itself writes (metadata).
void expect_read_back(double value) {
  const std::string text = to_json(value);
  const auto once = Document::parse(text);
  ASSERT_TRUE(once) << text << ": " << once.error().message;
  ASSERT_EQ(bits(once->root().number().value()), bits(value)) << text;
  const std::string dumped = once->root().dump();
  const auto twice = Document::parse(dumped);
  ASSERT_TRUE(twice) << dumped << ": " << twice.error().message;
  ASSERT_EQ(bits(twice->root().number().value()), bits(value)) << text << " dumped as " << dumped;
  ASSERT_TRUE(from_json<double>(text, Mode::request)) << text;
}

void expect_read_back_on_both_sides_of_zero(double value) {
  expect_read_back(value);
  expect_read_back(-value);
}

TEST(Doubles, ComeBackTheSameAroundEveryPowerOfTwo) {
  for (int power = -1074; power < 1024; ++power) {
    const double value = std::ldexp(1.0, power);
    expect_read_back_on_both_sides_of_zero(value);
    expect_read_back_on_both_sides_of_zero(std::nextafter(value, 0));
    expect_read_back_on_both_sides_of_zero(std::nextafter(value, std::numeric_limits<double>::max()));
  }
}

TEST(Doubles, ComeBackTheSameAtEveryPowerOfTen) {
  for (int power = -323; power <= 308; ++power) {
    const double value = std::strtod(("1e" + std::to_string(power)).c_str(), nullptr);
    expect_read_back_on_both_sides_of_zero(value);
    expect_read_back_on_both_sides_of_zero(value * 1.2345678901234567);
  }
}

TEST(Doubles, ComeBackTheSameWhereDigitsAloneWouldBeABrokenInteger) {
  for (const double value :
       {0.0, 1.8446744073709552e19, 2.3456789012345678e19, 9.2233720368547758e18, 1e19, 1e20, 1e21, 1e22,
        1e23, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308}) {
    expect_read_back_on_both_sides_of_zero(value);
  }
}

TEST(Doubles, ComeBackTheSameWhateverTheirBits) {
  constexpr std::uint64_t kSeed = 20261124;
  std::mt19937_64 random(kSeed);
  constexpr int kValues = herald::testing::kSanitized ? 20'000 : 200'000;
  for (int i = 0; i < kValues; ++i) {
    const double value = std::bit_cast<double>(random());
    if (std::isfinite(value)) expect_read_back(value);
    // Uniform bits seldom fall where short forms change: between 2^50 and 2^80.
    expect_read_back_on_both_sides_of_zero(
        std::ldexp(1 + static_cast<double>(random() >> 12) * 0x1p-52, 50 + static_cast<int>(random() % 30)));
  }
}

TEST(Doubles, ThatAreWholeAndSmallAreWrittenAsPeopleWriteThem) {
  EXPECT_EQ(to_json(3.0), "3");
  EXPECT_EQ(to_json(-0.0), "-0.0");
  EXPECT_EQ(to_json(9007199254740992.0), "9007199254740992");
  EXPECT_EQ(to_json(18446744073709551616.0), "1.8446744073709552e+19");
}

TEST(Doubles, HaveNoWordForInfinityAndNotANumber) {
  EXPECT_THROW(to_json(std::numeric_limits<double>::infinity()), std::logic_error);
  EXPECT_THROW(to_json(std::numeric_limits<double>::quiet_NaN()), std::logic_error);
}

Error refusal(std::string_view text) {
  const auto document = Document::parse_request(text);
  EXPECT_FALSE(document) << text;
  return document ? Error{} : document.error();
}

TEST(NumbersFromOutside, SayWhereAndWhyTheyAreOutOfRange) {
  const Error beyond = refusal("{\"a\":1,\n \"b\":18446744073709551616}");
  EXPECT_EQ(beyond.cause, Cause::invalid_value);
  EXPECT_EQ(beyond.message,
            "the number 18446744073709551616 (line 2, column 6) is out of range: whole numbers go from "
            "-9223372036854775808 to 18446744073709551615");
  EXPECT_EQ(refusal("[1e400]").message,
            "the number 1e400 (line 1, column 2) is out of range: other numbers go from 4.9e-324 to "
            "1.7976931348623157e308 on either side of zero");
  for (const char* text :
       {"-9223372036854775809", "-1e309", "1e-400", "-0.1e-330", "123456789012345678901234567890"}) {
    EXPECT_EQ(refusal(text).cause, Cause::invalid_value) << text;
  }
}

TEST(NumbersFromOutside, AreTakenUpToTheirBounds) {
  for (const char* text : {"18446744073709551615", "-9223372036854775808", "1.7976931348623157e308", "5e-324",
                           "0e-400", "0.0", "-0", R"("1e400")", R"({"\"1e400":"18446744073709551616"})"}) {
    EXPECT_TRUE(Document::parse_request(text)) << text;
  }
}

TEST(NumbersFromOutside, OfAFieldThatIsADoubleAreHeldExactlyOrRefused) {
  for (const char* text :
       {"9007199254740992", "9007199254740994", "9223372036854775808", "-9223372036854775808", "0.1"}) {
    EXPECT_TRUE(from_json<double>(text, Mode::request)) << text;
  }
  for (const char* text :
       {"9007199254740993", "-9007199254740993", "18446744073709551615", "9223372036854775807"}) {
    EXPECT_EQ(from_json<double>(text, Mode::request).error().cause, Cause::invalid_value) << text;
    EXPECT_TRUE(from_json<double>(text, Mode::stored)) << text;
  }
  using Numbers = std::map<std::string, double>;
  const Error inexact = from_json<Numbers>(R"({"loss":9007199254740993})", Mode::request).error();
  EXPECT_EQ(inexact.field, "loss");
  EXPECT_NE(
      inexact.message.find("\"loss\" is 9007199254740993: it is kept as a 64-bit floating-point number"),
      std::string::npos)
      << inexact.message;
}

}  // namespace
}  // namespace herald::json
