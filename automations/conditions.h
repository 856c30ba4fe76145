// The conditions of an automation, ready to be held against events. All must hold.
//
//   equals, not_equals            JSON values by type and content: 1 equals 1.0, never "1"; objects whatever
//   their order any_of, none_of               the same against each element of a list prefix, suffix, matches
//   strings; `matches` takes a pattern with * and ? greater, greater_or_equal, less, less_or_equal numbers
//   exists, absent                no value; a member that is null exists
//
// A condition speaks of a field that is there: of one that is missing only `absent` is true (not_equals and
// none_of are not, as with the "anything-but" of other event routers). A value of another type than the
// operator asks is no match.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "automations/constant.h"
#include "automations/field_path.h"
#include "reflect/json_value.h"
#include "registry/facts.h"

namespace herald::automations {

class Conditions {
 public:
  // Errors: invalid_value, missing_field (field: `conditions[2].value`).
  static Result<Conditions> compile(const std::vector<registry::Condition>& conditions);

  bool empty() const { return checks_.empty(); }
  // `event`: the root of the event as recorded.
  bool hold(json::Value event) const;

 private:
  struct Check {
    FieldPath path;
    registry::Operator op;
    std::optional<Constant> value;
  };
  static bool holds(const Check& check, json::Value event);
  std::vector<Check> checks_;
};

}  // namespace herald::automations
