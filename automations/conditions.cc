#include "automations/conditions.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "automations/wildcard.h"

namespace herald::automations {
namespace {

using registry::Operator;

bool takes_value(Operator op) {
  return op != Operator::exists && op != Operator::absent;
}
bool takes_list(Operator op) {
  return op == Operator::any_of || op == Operator::none_of;
}
bool takes_string(Operator op) {
  return op == Operator::prefix || op == Operator::suffix || op == Operator::matches;
}
bool takes_number(Operator op) {
  return op == Operator::greater || op == Operator::greater_or_equal || op == Operator::less ||
         op == Operator::less_or_equal;
}

Error wrong_value(Operator op, std::string_view takes, std::string_view got, const std::string& field) {
  return error(Cause::invalid_value,
               fmt::format("the operator {} takes {}, not {}", reflect::enum_name(op), takes, got), field);
}

Result<void> check_value(Operator op, const Constant& value, const std::string& field) {
  const json::Kind kind = value.kind();
  if (takes_list(op)) {
    if (kind != json::Kind::array) return wrong_value(op, "a list of values", to_string(kind), field);
    if (value.elements().empty())
      return wrong_value(op, "a list with at least one value", "an empty one", field);
  }
  if (takes_string(op) && kind != json::Kind::string)
    return wrong_value(op, "a string", to_string(kind), field);
  if (takes_number(op) && kind != json::Kind::integer && kind != json::Kind::real) {
    return wrong_value(op, "a number", to_string(kind), field);
  }
  return {};
}

bool is_one_of(json::Value value, const Constant::List& list) {
  return std::any_of(list.begin(), list.end(), [&](const Constant& wanted) { return wanted.equals(value); });
}

bool compare_strings(Operator op, std::string_view value, std::string_view wanted) {
  if (op == Operator::prefix) return value.starts_with(wanted);
  if (op == Operator::suffix) return value.ends_with(wanted);
  return wildcard_match(wanted, value);
}

bool compare_numbers(Operator op, double value, double wanted) {
  switch (op) {
    case Operator::greater:
      return value > wanted;
    case Operator::greater_or_equal:
      return value >= wanted;
    case Operator::less:
      return value < wanted;
    default:
      return value <= wanted;
  }
}

}  // namespace

Result<Conditions> Conditions::compile(const std::vector<registry::Condition>& conditions) {
  Conditions compiled;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const registry::Condition& condition = conditions[i];
    const std::string at = fmt::format("conditions[{}]", i);
    auto path = FieldPath::parse(condition.field);
    if (!path) return error(path.error().cause, path.error().message, at + ".field");
    Check& check = compiled.checks_.emplace_back(Check{std::move(*path), condition.op, std::nullopt});
    if (takes_value(condition.op) != condition.value.has_value()) {
      const auto name = reflect::enum_name(condition.op);
      return condition.value
                 ? error(Cause::invalid_value,
                         fmt::format("the operator {} takes no value: leave it out", name), at + ".value")
                 : error(Cause::missing_field, fmt::format("the operator {} needs a value", name),
                         at + ".value");
    }
    if (!condition.value) continue;
    HERALD_TRY(const json::Document value, json::Document::parse(condition.value->text()));
    check.value.emplace(value.root());
    HERALD_CHECK(check_value(condition.op, *check.value, at + ".value"));
  }
  return compiled;
}

bool Conditions::hold(json::Value event) const {
  return std::all_of(checks_.begin(), checks_.end(), [&](const Check& check) { return holds(check, event); });
}

bool Conditions::holds(const Check& check, json::Value event) {
  const std::optional<json::Value> found = check.path.find(event);
  if (check.op == Operator::absent) return !found;
  if (!found) return false;
  if (check.op == Operator::exists) return true;
  const Constant& wanted = *check.value;
  if (takes_string(check.op)) {
    const auto text = found->string();
    return text && compare_strings(check.op, *text, wanted.string());
  }
  if (takes_number(check.op)) {
    const auto number = found->number();
    return number && compare_numbers(check.op, *number, wanted.number());
  }
  switch (check.op) {
    case Operator::equals:
      return wanted.equals(*found);
    case Operator::not_equals:
      return !wanted.equals(*found);
    case Operator::any_of:
      return is_one_of(*found, wanted.elements());
    default:
      return !is_one_of(*found, wanted.elements());
  }
}

}  // namespace herald::automations
