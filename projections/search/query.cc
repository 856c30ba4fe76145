#include "projections/search/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>

#include "base/clock.h"
#include "base/limits.h"
#include "reflect/describe.h"
#include "reflect/json_value.h"
#include "reflect/nearest.h"
#include "registry/records.h"

namespace herald::projections::search {
namespace {

enum class Holds { text, number, time, nothing };

struct Grammar {
  std::string_view name;
  Holds holds;
};
// In the order of Field.
constexpr std::array<Grammar, kFieldCount> kGrammar{
    {{"name", Holds::text},    {"registry", Holds::text},       {"owner", Holds::text},
     {"tag", Holds::text},     {"alias", Holds::text},          {"stage", Holds::text},
     {"status", Holds::text},  {"metric", Holds::number},       {"meta", Holds::text},
     {"created", Holds::time}, {"changed", Holds::time},        {"run", Holds::text},
     {"source", Holds::text},  {"framework", Holds::text},      {"artifact", Holds::text},
     {"dataset", Holds::text}, {"archived", Holds::nothing},    {"model", Holds::text},
     {"", Holds::nothing},     {"dataset_version", Holds::text}}};

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

std::string meant_by(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Grammar& field : kGrammar)
    if (!field.name.empty()) names.push_back(field.name);
  const std::string_view nearest = reflect::nearest(name, std::span<const std::string_view>(names));
  return nearest.empty() ? std::string() : fmt::format("did you mean {}? ", nearest);
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

bool is_beyond_numbers(std::string_view text) {
  double number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc::result_out_of_range && end == text.data() + text.size();
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

constexpr const char* kJoinsTwo =
    "AND stands between two terms, and need not be written; for the word itself, write it in quotes";
constexpr const char* kNoBrackets = "there are no brackets: all terms must hold; in quotes they are letters";

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
    if (joined_) wrong(joined_->offset, joined_->length, kJoinsTwo);
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
    if (is_bare(letters->front(), "-"))
      return wrong(begin_, at_ - begin_, "one \"-\" excludes a term; in quotes \"-\" is a letter");
    if (is_unquoted(*letters, {"and"})) {
      if (excluded || joined_ || query_.conditions.empty()) return wrong(begin_, at_ - begin_, kJoinsTwo);
      joined_ = Span{begin_, at_ - begin_};
      return;
    }
    if (is_bare(letters->front(), "(")) return wrong(begin_, at_ - begin_, kNoBrackets);
    if (is_bare(letters->front(), "!") || is_unquoted(*letters, {"or", "not", "|", "||", "&", "&&"})) {
      return wrong(
          begin_, at_ - begin_,
          "all terms must hold, and \"-\" excludes one: -archived; what is meant as text is written in "
          "quotes");
    }
    joined_.reset();
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

  // `words`: small letters; the text's may be capital.
  static bool is_unquoted(const Letters& letters, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), folded(text_of(letters))) != words.end() &&
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
    if (sign != letters.begin() && is_bare(*(sign - 1), "!")) return no_comparison(sign - 1, value);
    if (sign->byte != ':' && value != letters.end() && is_bare(*value, "<>="))
      return no_comparison(sign, value + 1);
    if (!read_field(Letters(letters.begin(), sign))) return;
    read_value(comparison, Letters(value, letters.end()));
  }

  void no_comparison(Letters::const_iterator from, Letters::const_iterator to) {
    wrong(from->offset, (to - 1)->offset + 1 - from->offset,
          "\"" + text_of(Letters(from, to)) +
              "\" is no comparison: it is one of >, >=, <, <= and =; what is not so is asked for with \"-\" "
              "before the term: -metric.auc=0.9");
  }

  // metric.auc, without anything that it is compared with.
  static bool is_dotted_field(const Letters& letters) {
    const auto dot = std::find_if(letters.begin(), letters.end(),
                                  [](const Letter& letter) { return is_bare(letter, "."); });
    return dot != letters.end() && dot + 1 != letters.end() &&
           is_unquoted(Letters(letters.begin(), dot), {"metric", "meta"});
  }

  void bare_word(const Letters& letters) {
    if (is_unquoted(letters, {"archived"})) {
      condition_.field = Field::archived;
      condition_.wanted = Any{};
      return;
    }
    if (is_dotted_field(letters)) {
      const std::string field = text_of(letters);
      return wrong(
          begin_, at_ - begin_,
          fmt::format("\"{}\" asks for nothing: {}:* where there is any, {}>0.9; in quotes it is a part of a "
                      "name",
                      field, field, field));
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
    const auto field = field_named(folded(name));
    const std::size_t begin = letters.empty() ? begin_ : letters.front().offset;
    const std::size_t length = letters.empty() ? 1 : letters.back().offset + 1 - begin;
    if (!field) {
      wrong(begin, length,
            fmt::format("there is no field \"{}\": {}it is one of {}; what is no field is written in quotes",
                        name, meant_by(folded(name)), field_names()));
      return false;
    }
    condition_.field = *field;
    const bool dotted = *field == Field::metric || *field == Field::meta;
    if (dotted != !condition_.key.empty()) {
      wrong(begin, length,
            dotted ? fmt::format("{} of which name? Write {}.<name>", name, name)
                   : fmt::format("\"{}\" takes no name behind a dot: write {}:{}", name, name,
                                 *field == Field::tag ? "key=value" : "value"));
      return false;
    }
    return true;
  }

  void read_value(const std::string& comparison, const Letters& value) {
    const std::string name(grammar(condition_.field).name);
    if (value.empty()) return wrong(begin_, at_ - begin_, "there is no value behind \"" + comparison + "\"");
    const bool says_equal = comparison == ":" || comparison == "=";
    if (is_bare(value.front(), "(")) return wrong(value.front().offset, 1, kNoBrackets);
    if (value.size() == 1 && is_bare(value.front(), "*") && says_equal && condition_.field != Field::tag &&
        condition_.field != Field::archived) {
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
    condition_.written = text_of(value);
    const bool bare = std::none_of(value.begin(), value.end(), [](const Letter& l) { return l.quoted; });
    if (condition_.field == Field::meta && (!says_equal || (bare && number_in(text_of(value)))))
      return read_number(comparison, value);
    if (!says_equal) {
      return wrong(begin_, at_ - begin_,
                   fmt::format("\"{}\" is a text and has no \"{}\": write {}:value", name, comparison, name));
    }
    if (condition_.field == Field::tag) return read_tag(value);
    if (condition_.field == Field::alias && is_unquoted(value, {"latest"})) {
      return wrong(
          begin_, at_ - begin_,
          "latest is computed, and no alias that something is found by: MODEL:latest names it; in quotes it "
          "is an alias that is written so, but for capitals");
    }
    if (!read_pattern(value) || condition_.field != Field::status) return;
    const auto* const pattern = std::get_if<TextPattern>(&condition_.wanted);
    if (pattern != nullptr && pattern->shape == TextPattern::Shape::whole &&
        !reflect::enum_value<registry::VersionStatus>(pattern->text)) {
      wrong(value.front().offset, value.back().offset + 1 - value.front().offset,
            "\"" + text_of(value) + "\" is no status: it is pending, ready or failed");
    }
  }

  void read_tag(const Letters& letters) {
    const auto equals = std::find_if(letters.begin(), letters.end(),
                                     [](const Letter& letter) { return is_bare(letter, "="); });
    const Letters key(letters.begin(), equals);
    condition_.key = text_of(key);
    if (key.empty() || std::any_of(key.begin(), key.end(), [](const Letter& l) { return is_bare(l, "*"); }))
      return wrong(begin_, at_ - begin_, "a tag is asked for by its whole key: tag:key or tag:key=value");
    const auto compares =
        std::find_if(key.begin(), key.end(), [](const Letter& l) { return is_bare(l, "<>"); });
    if (compares != key.end() || is_bare(key.back(), "!")) {
      return wrong(begin_, at_ - begin_,
                   "tags are texts: tag:key=value, with \"-\" before it what is not so; in quotes \"<\", "
                   "\">\" and \"!\" are letters");
    }
    if (equals == letters.end()) {
      if (std::any_of(key.begin(), key.end(), [](const Letter& l) { return is_bare(l, ":"); }))
        return wrong(
            begin_, at_ - begin_,
            "a tag's value stands behind \"=\": tag:key=value; in quotes \":\" is a letter of the key");
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
    const std::string text = text_of(letters);
    const auto number = number_in(text);
    if (!number) {
      return wrong(
          letters.front().offset, letters.back().offset + 1 - letters.front().offset,
          "\"" + text +
              (is_beyond_numbers(text) ? "\" is too large or too small: at most 1.7e308, at least 1e-307"
                                       : "\" is no number: 0.9, -3, 1e-4"));
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
  std::optional<Span> joined_;  // an AND behind which nothing stands yet
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
  constexpr std::size_t kRepeated = 60;  // of a longer one its place says enough
  const std::string_view there = text.substr(problem.at.offset, std::min(problem.at.length, kRepeated));
  const bool whole = there.size() == problem.at.length && json::is_utf8(there);
  return error(problem.cause,
               fmt::format("at byte {}, {} long{}: {}", problem.at.offset, problem.at.length,
                           whole ? " (" + std::string(there) + ")" : "", problem.message),
               "q");
}

namespace {

// A name may be written as in a search: metric."val loss".
std::string_view without_quotes(std::string_view name) {
  if (name.size() < 2 || name.front() != '"' || name.back() != '"') return name;
  return name.substr(1, name.size() - 2);
}

}  // namespace

Result<Sort> parse_sort(std::string_view text) {
  Sort sort;
  std::string_view rest = text;
  if (rest.starts_with('-')) {
    sort.descending = true;
    rest.remove_prefix(1);
  }
  constexpr std::string_view kMetric = "metric.";
  const std::string small = folded(rest);
  if (small.starts_with(kMetric) && rest.size() > kMetric.size()) {
    const std::string_view written = rest.substr(kMetric.size()), name = without_quotes(written);
    sort.field = Field::metric;
    sort.key = name;
    if (!name.empty() && (name != written || name.find(',') == name.npos)) return sort;
  }
  for (const Field field : {Field::name, Field::created, Field::changed}) {
    if (small != to_string(field)) continue;
    sort.field = field;
    return sort;
  }
  return error(Cause::invalid_value,
               "\"" + std::string(text) +
                   "\" is nothing to sort by: one of name, created, changed or metric.<name>, with - for "
                   "downwards",
               "sort");
}

}  // namespace herald::projections::search
