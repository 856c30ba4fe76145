#include "reflect/json_mistake.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace herald::json {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kHexDigits = "0123456789abcdefABCDEF";
constexpr std::string_view kBetweenValues = " \t\r\n,:[]{}\"";

bool is_one_of(char c, std::string_view characters) {
  return characters.find(c) != std::string_view::npos;
}

// Of a text without end, as much as a sentence takes; at a character's border.
std::string in_short(std::string_view text) {
  constexpr std::size_t kShown = 24;
  if (text.size() <= kShown) return std::string(text);
  std::size_t end = kShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) --end;
  return std::string(text.substr(0, end)) + "...";
}

// Follows the grammar of RFC 8259, with what is open on a stack of its own.
class Mistake {
 public:
  explicit Mistake(std::string_view text) : text_(text) {}

  std::string find() {
    while (found_.empty() && !done_) {
      at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size());
      step();
    }
    return found_;
  }

 private:
  enum class Next { value, first_element, first_name, name, colon, comma };

  void step() {
    if (next_ == Next::comma && open_.empty()) return at_end();
    if (at_ == text_.size()) return say(at_, fmt::format("it ends where {} is expected", expected()));
    const char c = text_[at_];
    switch (next_) {
      case Next::first_element:
        if (c == ']') return close();
        return value();
      case Next::value:
        return value();
      case Next::first_name:
        if (c == '}') return close();
        return name();
      case Next::name:
        return name();
      case Next::colon:
        if (c != ':') return unexpected();
        ++at_;
        next_ = Next::value;
        return;
      case Next::comma:
        return comma_or_close();
    }
  }

  void at_end() {
    if (at_ < text_.size())
      return say(at_, fmt::format("the document ends before \"{}\", and nothing may follow it", word()));
    done_ = true;
  }

  void comma_or_close() {
    const char c = text_[at_];
    if (c == (open_.back() == '{' ? '}' : ']')) return close();
    if (c != ',') return unexpected();
    ++at_;
    next_ = open_.back() == '{' ? Next::name : Next::value;
    after_comma_ = true;
  }

  void close() {
    ++at_;
    open_.pop_back();
    next_ = Next::comma;
    after_comma_ = false;
  }

  void name() {
    if (text_[at_] != '"') return unexpected();
    if (!string()) return;
    next_ = Next::colon;
    after_comma_ = false;
  }

  void value() {
    const char c = text_[at_];
    if (c == '{' || c == '[') {
      open_.push_back(c);
      ++at_;
      next_ = c == '{' ? Next::first_name : Next::first_element;
      after_comma_ = false;
      return;
    }
    if (c == '"') {
      if (!string()) return;
    } else if (c == '-' || is_one_of(c, kDigits)) {
      if (!number()) return;
    } else if (c == '\'' || is_one_of(c, kBetweenValues)) {
      return unexpected();
    } else if (const std::string_view literal = run();
               literal != "true" && literal != "false" && literal != "null") {
      return say(at_,
                 fmt::format("\"{}\" is no value: true, false and null are the only words without quotes",
                             in_short(literal)));
    } else {
      at_ += literal.size();
    }
    next_ = Next::comma;
    after_comma_ = false;
  }

  bool string() {
    const std::size_t opening = at_++;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) {
        say(at_, "a control character stands in a string: write a line break as \\n, a tab as \\t");
        return false;
      }
      if (text_[at_] != '\\') {
        ++at_;
      } else if (!escape()) {
        return false;
      }
    }
    if (at_ >= text_.size()) {
      say(opening, "the string that begins here is never closed");
      return false;
    }
    ++at_;
    return true;
  }

  // From the backslash on. Half of a pair of surrogates is no character.
  bool escape() {
    const std::size_t begin = at_;
    if (const auto unit = unicode_escape()) {
      const bool is_high = *unit >= 0xD800 && *unit < 0xDC00, is_low = *unit >= 0xDC00 && *unit < 0xE000;
      const auto second = is_high ? unicode_escape() : std::nullopt;
      if (!is_low && (!is_high || (second && *second >= 0xDC00 && *second < 0xE000))) return true;
      say(begin,
          "half of a character: \\ud800 to \\udbff and \\udc00 to \\udfff come in pairs, in this order");
      return false;
    }
    if (at_ + 1 >= text_.size()) {
      at_ = text_.size();  // the string has no end, either
      return true;
    }
    if (is_one_of(text_[at_ + 1], "\"\\/bfnrt")) {
      at_ += 2;
      return true;
    }
    const std::size_t last =
        text_[begin + 1] == 'u' ? 5 : 1;  // may stand within a character: it is shown whole
    say(begin,
        fmt::format("\"{}\" is no escape: \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hexadecimal "
                    "digits are",
                    in_short(text_.substr(begin, last + length_of_character(begin + last)))));
    return false;
  }

  // Steps behind \uXXXX where it stands.
  std::optional<std::uint32_t> unicode_escape() {
    constexpr std::size_t kLength = 6;
    if (text_.substr(at_, 2) != "\\u" || at_ + kLength > text_.size()) return std::nullopt;
    std::uint32_t unit = 0;
    for (const char c : text_.substr(at_ + 2, 4)) {
      if (!is_one_of(c, kHexDigits)) return std::nullopt;
      const std::size_t digit = kHexDigits.find(c);
      unit = unit * 16 + static_cast<std::uint32_t>(digit < 16 ? digit : digit - 6);
    }
    at_ += kLength;
    return unit;
  }

  bool number() {
    const std::size_t begin = at_;
    if (text_[at_] == '-') ++at_;
    const std::size_t whole = digits();
    bool is_good = whole == 1 || (whole > 1 && text_[at_ - whole] != '0');
    if (is_good && next_is(".")) {
      ++at_;
      is_good = digits() > 0;
    }
    if (is_good && next_is("eE")) {
      ++at_;
      if (next_is("+-")) ++at_;
      is_good = digits() > 0;
    }
    if (is_good && (at_ == text_.size() || is_one_of(text_[at_], kBetweenValues))) return true;
    at_ = begin;
    say(begin,
        fmt::format("\"{}\" is no number as JSON writes them: 0, -12, 0.5 and 1e-3 are", in_short(run())));
    return false;
  }

  std::size_t digits() {
    const std::size_t begin = at_;
    at_ = std::min(text_.find_first_not_of(kDigits, at_), text_.size());
    return at_ - begin;
  }
  bool next_is(std::string_view characters) const {
    return at_ < text_.size() && is_one_of(text_[at_], characters);
  }

  // What stands here without a blank or a mark in it.
  std::string_view run() const {
    return text_.substr(at_, std::min(text_.find_first_of(kBetweenValues, at_), text_.size()) - at_);
  }
  // The same, or one mark.
  std::string word() const {
    const std::string_view here = run();
    return in_short(here.empty() ? text_.substr(at_, 1) : here);
  }
  std::size_t length_of_character(std::size_t at) const {
    std::size_t end = at + 1;
    while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0u) == 0x80u) ++end;
    return end - at;
  }

  std::string expected() const {
    const std::string_view where = after_comma_ ? " after the comma" : "";
    switch (next_) {
      case Next::value:
        return fmt::format("a value{}", where);
      case Next::first_element:
        return "a value or \"]\"";
      case Next::first_name:
        return "a name in double quotes or \"}\"";
      case Next::name:
        return fmt::format("a name in double quotes{}", where);
      case Next::colon:
        return "a colon behind the name";
      case Next::comma:
        return open_.back() == '{' ? "a comma or \"}\"" : "a comma or \"]\"";
    }
    return "a value";
  }
  void unexpected() {
    const bool is_single_quote = text_[at_] == '\'';
    say(at_, fmt::format("{} is expected, not {}{}", expected(),
                         text_[at_] == '"' ? "a string" : "\"" + (is_single_quote ? "'" : word()) + "\"",
                         is_single_quote ? ": strings stand in double quotes" : ""));
  }
  void say(std::size_t at, std::string_view what) {
    found_ = fmt::format("{}: {}", place_in(text_, at), what);
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  Next next_ = Next::value;
  bool after_comma_ = false;
  std::vector<char> open_;  // { and [
  bool done_ = false;
  std::string found_;
};

}  // namespace

std::string place_in(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto column = before.size() - (before.rfind('\n') + 1) + 1;
  return fmt::format("line {}, column {}", line, column);
}

std::string mistake_in(std::string_view text) {
  return Mistake(text).find();
}

// The table of well-formed sequences of the Unicode standard (3-7): what the second byte may be depends on the first.
std::size_t end_of_utf8(std::string_view text) {
  const auto byte = [&](std::size_t at) -> unsigned { return static_cast<unsigned char>(text[at]); };
  std::size_t at = 0;
  while (at < text.size()) {
    const unsigned first = byte(at);
    if (first < 0x80) {
      ++at;
      continue;
    }
    if (first < 0xC2 || first > 0xF4) return at;
    const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (at + length > text.size()) return at;
    const unsigned lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const unsigned highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (byte(at + 1) < lowest || byte(at + 1) > highest) return at;
    for (std::size_t i = 2; i < length; ++i) {
      if ((byte(at + i) & 0xC0u) != 0x80u) return at;
    }
    at += length;
  }
  return at;
}

}  // namespace herald::json
