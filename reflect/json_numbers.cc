#include "reflect/json_numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "reflect/json_mistake.h"

namespace herald::json {
namespace {

constexpr std::string_view kOfNumbers = "0123456789+-.eE";

std::size_t end_of_string(std::string_view text, std::size_t opening) {
  for (std::size_t i = opening + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return text.size();
}

template <class Number>
std::errc read(std::string_view number) {
  Number value{};
  return std::from_chars(number.data(), number.data() + number.size(), value).ec;
}

bool is_whole(std::string_view number) {
  return number.find_first_of(".eE") == std::string_view::npos;
}

bool is_out_of_range(std::string_view number) {
  constexpr auto kOut = std::errc::result_out_of_range;
  // As many digits always fit, and nearly all numbers are that short.
  constexpr std::size_t kDigitsThatFit = 18;
  if (!is_whole(number)) return read<double>(number) == kOut;
  if (number.size() <= kDigitsThatFit) return false;
  return number.front() == '-' ? read<std::int64_t>(number) == kOut : read<std::uint64_t>(number) == kOut;
}

std::string cut(std::string_view number) {
  constexpr std::size_t kShown = 48;
  return number.size() <= kShown ? std::string(number) : std::string(number.substr(0, kShown)) + "...";
}

Error out_of_range(std::string_view text, std::size_t at, std::string_view number) {
  return error(
      Cause::invalid_value,
      fmt::format("the number {} ({}) is out of range: {}", cut(number), place_in(text, at),
                  is_whole(number)
                      ? "whole numbers go from -9223372036854775808 to 18446744073709551615"
                      : "other numbers go from 4.9e-324 to 1.7976931348623157e308 on either side of zero"));
}

}  // namespace

std::optional<Error> number_that_cannot_be_kept(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      at = end_of_string(text, at);
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      const std::size_t end = std::min(text.find_first_not_of(kOfNumbers, at), text.size());
      const std::string_view number = text.substr(at, end - at);
      if (is_out_of_range(number)) return out_of_range(text, at, number);
      at = end;
    } else {
      ++at;
    }
  }
  return std::nullopt;
}

}  // namespace herald::json
