// What a search asks for: text in, conditions out. Pure; knows no store.
//
//   query      := term (space term)*          all must hold; the word AND between them may be written
//   term       := ["-"] (word | field ":" value | field comparison value)
//   word       := text                        the name contains it (with * as below); `archived` is a field
//   value      := text | prefix "*" | "*" part "*" | "*"      "*" alone: there is any
//   comparison := ">" | ">=" | "<" | "<=" | "="
//   text       := anything but spaces; in "double quotes" anything, where \ takes the next character as it is
// Upper and lower case of ASCII letters are told apart in names of metrics, keys of tags and paths in metadata only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace herald::projections::search {

// What a document says of itself. Part of the index's keys: append only, or raise kViewsVersion.
enum class Field : std::uint8_t {
  name,
  registry,
  owner,
  tag,  // has a key, as metric and meta do
  alias,
  stage,
  status,
  metric,
  meta,
  created,
  changed,
  run,
  source,
  framework,
  artifact,
  dataset,
  archived,
  model,   // the name of the model; the same as `name` for models and versions
  latest,  // of versions: it is its model's; of models: it is there. No word of the language
  data  // "dataset_version": as `dataset`, of versions of data sets and of artifacts by their ids. Whoever asks puts the id of
        // one that the caller sees in the place of its name
};
inline constexpr std::size_t kFieldCount = 20;
std::string_view to_string(Field field);

// Numbers as unsigned ones in the same order; minus zero is zero.
std::uint64_t ordered(double number);

// Some value is there.
struct Any {
  friend bool operator==(const Any&, const Any&) = default;
};
struct TextPattern {
  enum class Shape { whole, beginning, part } shape = Shape::whole;
  std::string text;  // folded
  bool matches(std::string_view folded) const;
  friend bool operator==(const TextPattern&, const TextPattern&) = default;
};
// Both ends are within, as ordered() numbers. Times are milliseconds since 1970.
struct NumberRange {
  std::uint64_t from = 0, to = ~0ull;
  bool holds(std::uint64_t number) const { return from <= number && number <= to; }
  friend bool operator==(const NumberRange&, const NumberRange&) = default;
};
using Wanted = std::variant<Any, TextPattern, NumberRange>;

// Where in the text, in bytes.
struct Span {
  std::size_t offset = 0, length = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

struct Condition {
  Field field = Field::name;
  std::string key;  // of a tag, a metric, a path in metadata
  Wanted wanted;
  bool excluded = false;
  Span at;
  std::string written = {};  // a text as it was written
};
struct Query {
  std::vector<Condition> conditions;
};

// What cannot be read: where, and what would be right.
struct Problem {
  Span at;
  std::string message;
  Cause cause = Cause::invalid_value;
};
std::variant<Query, Problem> parse(std::string_view text);
// For callers: with the place in the sentence; field "q".
Error as_error(const Problem& problem, std::string_view text);

// ASCII letters as small ones.
std::string folded(std::string_view text);

struct Sort {
  Field field = Field::created;  // name, created, changed or metric
  std::string key;
  bool descending = false;
};
// "name", "-created", "-metric.auc". Errors: invalid_value, field "sort".
Result<Sort> parse_sort(std::string_view text);

}  // namespace herald::projections::search
