#include "projections/search/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>

#include "base/clock.h"
#include "base/limits.h"
#include "reflect/json_value.h"

namespace herald::projections::search {
namespace {

enum class Holds { text, number, time, nothing };

struct Grammar {
  std::string_view name;
  Holds holds;
  bool keyed = false;
};
// In the order of Field.
constexpr std::array<Grammar, kFieldCount> kGrammar{{{"name", Holds::text},
                                                     {"registry", Holds::text},
                                                     {"owner", Holds::text},
                                                     {"tag", Holds::text, true},
                                                     {"alias", Holds::text},
                                                     {"stage", Holds::text},
                                                     {"status", Holds::text},
                                                     {"metric", Holds::number, true},
                                                     {"meta", Holds::text, true},
                                                     {"created", Holds::time},
                                                     {"changed", Holds::time},
                                                     {"run", Holds::text},
                                                     {"source", Holds::text},
                                                     {"framework", Holds::text},
                                                     {"artifact", Holds::text},
                                                     {"dataset", Holds::text},
                                                     {"archived", Holds::nothing},
                                                     {"model", Holds::text},
                                                     {"", Holds::nothing}}};

const Grammar& grammar(Field field) {
  return kGrammar[static_cast<std::size_t>(field)];
}

std::optional<Field> field_named(std::string_view name) {
  for (std::size_t i = 0; i < kFieldCount; ++i)
    if (kGrammar[i].name == name && !name.empty()) return static_cast<Field>(i);
  return std::nullopt;
}

std::string field_names() {
  std::string names;
  for (const Grammar& field : kGrammar) {
    if (field.name.empty()) continue;
    if (!names.empty()) names += ", ";
    names += field.name;
    if (field.name == "metric" || field.name == "meta") names += ".<name>";
  }
  return names;
}

// One byte of a term, once the quotes are off.
struct Letter {
  char byte;
  bool quoted;
  std::size_t offset;
};
using Letters = std::vector<Letter>;

std::string text_of(const Letters& letters) {
  std::string text;
  for (const Letter& letter : letters) text.push_back(letter.byte);
  return text;
}

bool is_bare(const Letter& letter, std::string_view any_of) {
  return !letter.quoted && any_of.find(letter.byte) != std::string_view::npos;
}

std::optional<double> number_in(std::string_view text) {
  double number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size() || !std::isfinite(number))
    return std::nullopt;
  return number;
}

// The moments that a text stands for, both ends within: a date is a day long.
struct Moments {
  std::int64_t first, last;
};
std::optional<Moments> moments_in(std::string_view text) {
  constexpr std::int64_t kDay = 24 * 3'600 * 1'000;
  if (text.size() == 10) {
    const auto day = Timestamp::parse(std::string(text) + "T00:00:00Z");
    if (!day) return std::nullopt;
    return Moments{day->unix_ms(), day->unix_ms() + kDay - 1};
  }
  const auto moment = Timestamp::parse(text);
  if (!moment) return std::nullopt;
  return Moments{moment->unix_ms(), moment->unix_ms()};
}

// `first` and `last`: the ends of what is compared with.
NumberRange compared(std::string_view comparison, std::uint64_t first, std::uint64_t last) {
  if (comparison == ">") return {last + 1, ~0ull};
  if (comparison == ">=") return {first, ~0ull};
  if (comparison == "<") return {0, first - 1};
  if (comparison == "<=") return {0, last};
  return {first, last};
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::variant<Query, Problem> parse() {
    if (text_.size() > limits::kMaxSearchBytes) {
      return Problem{{limits::kMaxSearchBytes, text_.size() - limits::kMaxSearchBytes},
                     fmt::format("a search has at most {} bytes", limits::kMaxSearchBytes),
                     Cause::too_large};
    }
    while (!problem_ && skip_spaces()) term();
    if (problem_) return std::move(*problem_);
    return std::move(query_);
  }

 private:
  bool skip_spaces() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    return at_ < text_.size();
  }
  static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

  void term() {
    begin_ = at_;
    const bool excluded = text_[at_] == '-';
    if (excluded) ++at_;
    const auto letters = read_letters();
    if (!letters) return;
    if (letters->empty()) {
      return wrong(begin_, std::max<std::size_t>(at_ - begin_, 1),
                   excluded ? "\"-\" excludes the term right behind it: -archived"
                            : "empty quotes ask for nothing: take them away");
    }
    if (!excluded && is_unquoted(*letters, "AND")) return;
    if (is_unquoted(*letters, "OR") || is_unquoted(*letters, "NOT")) {
      return wrong(begin_, at_ - begin_,
                   "all terms must hold, and \"-\" excludes one; for the word itself, write it in quotes");
    }
    if (query_.conditions.size() == limits::kMaxSearchTerms) {
      problem_ = Problem{{begin_, at_ - begin_},
                         fmt::format("a search has at most {} terms", limits::kMaxSearchTerms),
                         Cause::too_many};
      return;
    }
    condition_ = {};
    condition_.excluded = excluded;
    read_condition(*letters);
    condition_.at = {begin_, at_ - begin_};
    if (!problem_) query_.conditions.push_back(std::move(condition_));
  }

  // Up to the next space outside quotes.
  std::optional<Letters> read_letters() {
    Letters letters;
    std::optional<std::size_t> quote;
    for (; at_ < text_.size() && (quote || !is_space(text_[at_])); ++at_) {
      if (text_[at_] == '"') {
        quote = quote ? std::nullopt : std::optional(at_);
      } else {
        if (quote && text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
        letters.push_back({text_[at_], quote.has_value(), at_});
      }
    }
    if (!quote) return letters;
    wrong(*quote, text_.size() - *quote, "the quote is not closed: add a \"");
    return std::nullopt;
  }

  static bool is_unquoted(const Letters& letters, std::string_view word) {
    return text_of(letters) == word &&
           std::none_of(letters.begin(), letters.end(), [](const Letter& letter) { return letter.quoted; });
  }

  void read_condition(const Letters& letters) {
    const auto sign = std::find_if(letters.begin(), letters.end(),
                                   [](const Letter& letter) { return is_bare(letter, ":<>="); });
    if (sign == letters.end()) return bare_word(letters);
    auto value = sign + 1;
    if (sign->byte != ':' && value != letters.end() && is_bare(*value, "=")) ++value;
    std::string comparison;
    for (auto letter = sign; letter != value; ++letter) comparison.push_back(letter->byte);
    if (!read_field(Letters(letters.begin(), sign))) return;
    read_value(comparison, Letters(value, letters.end()));
  }

  void bare_word(const Letters& letters) {
    if (is_unquoted(letters, "archived")) {
      condition_.field = Field::archived;
      condition_.wanted = Any{};
      return;
    }
    condition_.field = Field::name;
    if (!read_pattern(letters)) return;
    auto* const pattern = std::get_if<TextPattern>(&condition_.wanted);
    if (pattern != nullptr && pattern->shape == TextPattern::Shape::whole)
      pattern->shape = TextPattern::Shape::part;
  }

  bool read_field(const Letters& letters) {
    const auto dot = std::find_if(letters.begin(), letters.end(),
                                  [](const Letter& letter) { return is_bare(letter, "."); });
    const std::string name = text_of(Letters(letters.begin(), dot));
    if (dot != letters.end()) condition_.key = text_of(Letters(dot + 1, letters.end()));
    const auto field = field_named(name);
    const std::size_t begin = letters.empty() ? begin_ : letters.front().offset;
    const std::size_t length = letters.empty() ? 1 : letters.back().offset + 1 - begin;
    if (!field) {
      wrong(begin, length, fmt::format("there is no field \"{}\": it is one of {}", name, field_names()));
      return false;
    }
    condition_.field = *field;
    const bool dotted = *field == Field::metric || *field == Field::meta;
    if (dotted != !condition_.key.empty()) {
      wrong(begin, length,
            dotted ? fmt::format("{} of which name? Write {}.<name>", name, name)
                   : fmt::format("\"{}\" takes no name behind a dot", name));
      return false;
    }
    return true;
  }

  void read_value(const std::string& comparison, const Letters& value) {
    const std::string name(grammar(condition_.field).name);
    if (value.empty()) return wrong(begin_, at_ - begin_, "there is no value behind \"" + comparison + "\"");
    if (value.size() == 1 && is_bare(value.front(), "*") && comparison == ":" &&
        condition_.field != Field::tag) {
      condition_.wanted = Any{};
      return;
    }
    switch (grammar(condition_.field).holds) {
      case Holds::number:
        return read_number(comparison, value);
      case Holds::time:
        return read_time(comparison, value);
      case Holds::nothing:
        return wrong(begin_, at_ - begin_, "\"" + name + "\" takes no value: " + name + " or -" + name);
      case Holds::text:
        break;
    }
    const bool bare = std::none_of(value.begin(), value.end(), [](const Letter& l) { return l.quoted; });
    if (condition_.field == Field::meta &&
        ((comparison != ":" && comparison != "=") || (bare && number_in(text_of(value)))))
      return read_number(comparison, value);
    if (comparison != ":" && comparison != "=") {
      return wrong(begin_, at_ - begin_,
                   fmt::format("\"{}\" is a text and has no \"{}\": write {}:value", name, comparison, name));
    }
    if (condition_.field == Field::tag) return read_tag(value);
    read_pattern(value);
  }

  void read_tag(const Letters& letters) {
    const auto equals = std::find_if(letters.begin(), letters.end(),
                                     [](const Letter& letter) { return is_bare(letter, "="); });
    const Letters key(letters.begin(), equals);
    condition_.key = text_of(key);
    if (key.empty() || std::any_of(key.begin(), key.end(), [](const Letter& l) { return is_bare(l, "*"); }))
      return wrong(begin_, at_ - begin_, "a tag is asked for by its whole key: tag:key or tag:key=value");
    if (equals == letters.end()) {
      condition_.wanted = Any{};
      return;
    }
    const Letters value(equals + 1, letters.end());
    if (value.empty())
      return wrong(begin_, at_ - begin_, "there is no value behind \"=\": tag:key alone asks for any");
    read_pattern(value);
  }

  // With * at the end, or at both.
  bool read_pattern(Letters letters) {
    TextPattern pattern;
    const bool behind = is_bare(letters.back(), "*");
    const bool before = is_bare(letters.front(), "*");
    if (letters.size() == 1 && behind) {
      condition_.wanted = Any{};
      return true;
    }
    const std::size_t begin = letters.front().offset, length = letters.back().offset + 1 - begin;
    if (behind) letters.pop_back();
    if (before) letters.erase(letters.begin());
    const bool inside = std::any_of(letters.begin(), letters.end(),
                                    [](const Letter& letter) { return is_bare(letter, "*"); });
    if (letters.empty() || inside || (before && !behind)) {
      wrong(begin, length,
            "* stands at the end (fraud*) or at both ends (*fraud*); in quotes it is a letter");
      return false;
    }
    pattern.shape = before   ? TextPattern::Shape::part
                    : behind ? TextPattern::Shape::beginning
                             : TextPattern::Shape::whole;
    pattern.text = folded(text_of(letters));
    condition_.wanted = std::move(pattern);
    return true;
  }

  void read_number(const std::string& comparison, const Letters& letters) {
    const auto number = number_in(text_of(letters));
    if (!number) {
      return wrong(letters.front().offset, letters.back().offset + 1 - letters.front().offset,
                   "\"" + text_of(letters) + "\" is no number: 0.9, -3, 1e-4");
    }
    condition_.wanted = compared(comparison, ordered(*number), ordered(*number));
  }

  void read_time(const std::string& comparison, const Letters& letters) {
    const auto moments = moments_in(text_of(letters));
    if (!moments) {
      return wrong(letters.front().offset, letters.back().offset + 1 - letters.front().offset,
                   "\"" + text_of(letters) + "\" is no time: 2026-01-31 or 2026-01-31T09:00:00Z");
    }
    condition_.wanted = compared(comparison, ordered(static_cast<double>(moments->first)),
                                 ordered(static_cast<double>(moments->last)));
  }

  void wrong(std::size_t offset, std::size_t length, std::string message) {
    if (!problem_) problem_ = Problem{{offset, std::min(length, text_.size() - offset)}, std::move(message)};
  }

  std::string_view text_;
  std::size_t at_ = 0, begin_ = 0;
  Query query_;
  Condition condition_;
  std::optional<Problem> problem_;
};

}  // namespace

std::string_view to_string(Field field) {
  return grammar(field).name;
}

std::uint64_t ordered(double number) {
  constexpr std::uint64_t kSign = 1ull << 63;
  const auto bits = std::bit_cast<std::uint64_t>(number == 0 ? 0.0 : number);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

std::string folded(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool TextPattern::matches(std::string_view value) const {
  switch (shape) {
    case Shape::whole:
      return value == text;
    case Shape::beginning:
      return value.starts_with(text);
    case Shape::part:
      return value.find(text) != std::string_view::npos;
  }
  return false;
}

std::variant<Query, Problem> parse(std::string_view text) {
  return Parser(text).parse();
}

Error as_error(const Problem& problem, std::string_view text) {
  const std::string_view there = text.substr(problem.at.offset, std::min<std::size_t>(problem.at.length, 60));
  const bool whole = there.size() == problem.at.length && json::is_utf8(there);
  return error(problem.cause,
               fmt::format("at byte {}, {} long{}: {}", problem.at.offset, problem.at.length,
                           whole ? " (" + std::string(there) + ")" : "", problem.message),
               "q");
}

Result<Sort> parse_sort(std::string_view text) {
  Sort sort;
  std::string_view rest = text;
  if (rest.starts_with('-')) {
    sort.descending = true;
    rest.remove_prefix(1);
  }
  if (rest.starts_with("metric.") && rest.size() > 7) {
    sort.field = Field::metric;
    sort.key = rest.substr(7);
    return sort;
  }
  for (const Field field : {Field::name, Field::created, Field::changed}) {
    if (rest != to_string(field)) continue;
    sort.field = field;
    return sort;
  }
  return error(Cause::invalid_value,
               "\"" + std::string(text) +
                   "\" is nothing to sort by: name, created, changed or metric.<name>, with - for downwards",
               "sort");
}

}  // namespace herald::projections::search
