#include "projections/search/plan.h"

#include <fmt/format.h>

#include <algorithm>

namespace herald::projections::search {
namespace {

bool has_models(Kind kind) {
  return kind == Kind::versions || kind == Kind::evaluations;
}

// Whose field it is, for a search of this kind; nothing: it has none such.
std::optional<Kind> owner_of(Kind asked, Field field) {
  if (has_field(asked, field)) return asked;
  if (asked == Kind::models && has_field(Kind::versions, field)) return Kind::versions;
  if (has_models(asked) && has_field(Kind::models, field)) return Kind::models;
  return std::nullopt;
}

// `model` is the name of the model, and `name` of a version too.
Field meant(Kind asked, Field field) {
  return field == Field::model && asked != Kind::artifacts ? Field::name : field;
}

std::optional<Kind> owner_of(Kind asked, const Condition& condition) {
  if (condition.field == Field::model)
    return asked == Kind::artifacts ? std::nullopt : std::optional(Kind::models);
  return owner_of(asked, condition.field);
}

Error no_such_field(Kind kind, Field field, const char* where) {
  return error(Cause::invalid_value,
               fmt::format("{} have no \"{}\"", reflect::enum_name(kind), to_string(field)), where);
}

Plan::Driver driver_of(const Condition& condition, Kind kind, Kind unit) {
  Plan::Driver driver;
  driver.range = range_of(kind, condition);
  driver.by_model = kind != unit;
  driver.field = condition.field;
  driver.key = condition.key;
  if (const auto* pattern = std::get_if<TextPattern>(&condition.wanted);
      pattern != nullptr && pattern->shape == TextPattern::Shape::part)
    driver.part = *pattern;
  return driver;
}

void add_drivers(Plan& plan, const std::vector<Condition>& conditions, Kind kind) {
  for (const Condition& condition : conditions) {
    if (condition.excluded) continue;
    plan.drivers.push_back(driver_of(condition, kind, plan.unit));
    plan.drivers.back().collect = plan.sort.has_value();
  }
}

void add_order(Plan& plan, const Sort& sort, Kind kind) {
  Plan::Driver driver;
  driver.range = range_of(kind, sort.field, sort.key);
  driver.by_model = kind != plan.unit;
  driver.backwards = sort.descending;
  driver.field = sort.field;
  driver.key = sort.key;
  plan.sort_by_model = driver.by_model;
  plan.drivers.push_back(std::move(driver));
}

}  // namespace

Result<Plan> plan_of(const Request& request) {
  Plan plan;
  plan.asked = plan.unit = request.kind;
  plan.sort = request.sort;
  std::optional<Kind> sorted;
  if (request.sort) {
    sorted = owner_of(request.kind, request.sort->field);
    if (!sorted) return no_such_field(request.kind, request.sort->field, "sort");
  }
  const auto of_latest = [&](const Condition& condition) {
    return owner_of(request.kind, condition) == Kind::versions;
  };
  const auto& conditions = request.query.conditions;
  if (request.kind == Kind::models &&
      (sorted == Kind::versions || std::any_of(conditions.begin(), conditions.end(), of_latest))) {
    plan.unit = Kind::versions;
    plan.only_latest = true;
  }
  for (Condition condition : conditions) {
    const auto kind = owner_of(request.kind, condition);
    if (!kind) {
      return error(
          Cause::invalid_value,
          fmt::format("at byte {}, {} long: {} have no \"{}\"", condition.at.offset, condition.at.length,
                      reflect::enum_name(request.kind), to_string(condition.field)),
          "q");
    }
    condition.field = meant(request.kind, condition.field);
    if (auto* pattern = std::get_if<TextPattern>(&condition.wanted);
        pattern != nullptr && condition.field == Field::owner && pattern->text == "me" && !request.me.empty())
      pattern->text = folded(request.me);
    (*kind == plan.unit ? plan.of_unit : plan.of_model).push_back(std::move(condition));
  }
  if (sorted) add_order(plan, *request.sort, *sorted);
  add_drivers(plan, plan.of_unit, plan.unit);
  add_drivers(plan, plan.of_model, Kind::models);
  if (plan.drivers.empty()) {
    plan.drivers.emplace_back();
    plan.drivers.back().everything = true;
  }
  return plan;
}

}  // namespace herald::projections::search
