// A JSON value that is kept for long (a condition's): small, and compared with values of documents that come
// and go. json::Document would keep its parser's buffers with it, some fifty kilobytes each.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "reflect/json_value.h"

namespace herald::automations {

class Constant {
 public:
  using List = std::vector<Constant>;
  using Members = std::vector<std::pair<std::string, Constant>>;

  explicit Constant(json::Value value);

  json::Kind kind() const { return kind_; }
  // By type and content: numbers by their value (1 equals 1.0), objects whatever the order of their members.
  bool equals(json::Value value) const;

  // Each must be of the kind that it asks for.
  double number() const;
  const std::string& string() const { return std::get<std::string>(value_); }
  const List& elements() const { return std::get<List>(value_); }

 private:
  json::Kind kind_;
  std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, List, Members> value_;
};

}  // namespace herald::automations
