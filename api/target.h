// The request target: percent-encoding, the segments of the path, the parameters of the query. Everything decoded is
// valid UTF-8 without NUL, or refused (malformed).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace herald::api {

// What a caller sent, in quotation marks, fit for a sentence: cut, and without bytes that are not printable UTF-8.
std::string shown(std::string_view text);

// Errors: malformed. `what`: for the sentence ("the path").
Result<std::string> percent_decoded(std::string_view text, std::string_view what);

// "/v1/models/a%20b" -> "v1", "models", "a b". An empty segment (as at a slash at the end) stays, and matches nothing.
Result<std::vector<std::string>> path_segments(std::string_view path);

// Parameters in the order they came; "+" is a space, as forms write it.
class Query {
 public:
  // Errors: malformed; duplicate_field.
  static Result<Query> parse(std::string_view text);
  std::optional<std::string_view> get(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return parameters_; }

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

// "a,b" -> "a", "b"; never none: what is empty is one, too.
std::vector<std::string> split_at_commas(std::string_view list);

// Digits only. Errors: invalid_value, naming the parameter.
Result<std::uint64_t> whole_number(std::string_view text, std::string_view parameter, std::uint64_t lowest,
                                   std::uint64_t highest);

}  // namespace herald::api
