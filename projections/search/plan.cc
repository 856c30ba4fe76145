#include "projections/search/plan.h"

#include <fmt/format.h>

#include <algorithm>

namespace herald::projections::search {
namespace {

// Whose documents are walked.
Kind unit_of(Kind asked) {
  return asked == Kind::runs ? Kind::versions : asked;
}

bool has_models(Kind kind) {
  return kind == Kind::versions || kind == Kind::evaluations;
}

// Whose field it is, for a search of this kind; nothing: it has none such. `field`: as meant() says.
std::optional<Kind> owner_of(Kind asked, Field field) {
  const Kind unit = unit_of(asked);
  if (has_field(unit, field)) return unit;
  if (unit == Kind::models && has_field(Kind::versions, field)) return Kind::versions;
  if (has_models(unit) && has_field(Kind::models, field)) return Kind::models;
  return std::nullopt;
}

// `model` is the name of the model, and `name` of a version too; that of a run is the run's own.
Field meant(Kind asked, Field field) {
  if (asked == Kind::runs && field == Field::name) return Field::run;
  return field == Field::model && asked != Kind::artifacts ? Field::name : field;
}

std::optional<Kind> owner_of(Kind asked, const Condition& condition) {
  if (condition.field == Field::model)
    return asked == Kind::artifacts ? std::nullopt : std::optional(Kind::models);
  return owner_of(asked, meant(asked, condition.field));
}

std::string no_such_field(Kind kind, Field field) {
  return fmt::format("{} have no \"{}\"", reflect::enum_name(kind), to_string(field));
}

Plan::Driver driver_of(const Condition& condition, Kind kind, Kind unit) {
  Plan::Driver driver;
  driver.range = range_of(kind, condition);
  driver.sure = is_sure(condition.wanted);
  driver.single = has_one_value(kind, condition.field);
  driver.by_model = kind != unit;
  driver.field = condition.field;
  driver.key = condition.key;
  driver.wanted = condition.wanted;
  return driver;
}

void add_drivers(Plan& plan, const std::vector<Condition>& conditions, Kind kind) {
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    if (conditions[i].excluded) continue;
    plan.drivers.push_back(driver_of(conditions[i], kind, plan.unit));
    plan.drivers.back().condition = i;
    plan.drivers.back().collect = plan.sort.has_value();
  }
}

// Where a condition is of what is sorted by, only its part of the order is walked.
void add_order(Plan& plan, const Sort& sort, Kind kind) {
  const auto& conditions = kind == plan.unit ? plan.of_unit : plan.of_model;
  const auto same = std::find_if(conditions.begin(), conditions.end(), [&](const Condition& condition) {
    return condition.field == sort.field && condition.key == sort.key && !condition.excluded;
  });
  const Condition all{sort.field, sort.key, Any{}, false, {}};
  Plan::Driver driver = driver_of(same == conditions.end() ? all : *same, kind, plan.unit);
  if (same != conditions.end()) driver.condition = static_cast<std::size_t>(same - conditions.begin());
  driver.backwards = sort.descending;
  plan.sort_by_model = driver.by_model;
  plan.drivers.push_back(std::move(driver));
}

void add_seen(Plan& plan) {
  Plan::Driver driver;
  driver.seen = true;
  driver.by_model = plan.unit != Kind::models;
  driver.collect = plan.sort.has_value();
  plan.drivers.push_back(std::move(driver));
}

}  // namespace

std::optional<Problem> misplaced(const Query& query, Kind kind) {
  for (const Condition& condition : query.conditions)
    if (!owner_of(kind, condition)) return Problem{condition.at, no_such_field(kind, condition.field)};
  return std::nullopt;
}

Result<Plan> plan_of(const Request& request, bool restricted) {
  if (const auto problem = misplaced(request.query, request.kind)) {
    return error(
        problem->cause,
        fmt::format("at byte {}, {} long: {}", problem->at.offset, problem->at.length, problem->message),
        "q");
  }
  Plan plan;
  plan.asked = request.kind;
  plan.unit = unit_of(request.kind);
  plan.once_for_each_run = request.kind == Kind::runs;
  plan.sort = request.sort;
  std::optional<Kind> sorted;
  if (plan.sort) {
    plan.sort->field = meant(request.kind, plan.sort->field);
    sorted = owner_of(request.kind, plan.sort->field);
    if (!sorted) return error(Cause::invalid_value, no_such_field(request.kind, request.sort->field), "sort");
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
    const Kind kind = *owner_of(request.kind, condition);
    condition.field = meant(request.kind, condition.field);
    if (condition.field == Field::archived)
      condition.wanted = TextPattern{TextPattern::Shape::whole, std::string(kHolds)};
    if (auto* pattern = std::get_if<TextPattern>(&condition.wanted);
        pattern != nullptr && condition.field == Field::owner && !request.me.empty() &&
        *pattern == TextPattern{TextPattern::Shape::whole, "me"})
      pattern->text = folded(request.me);
    (kind == plan.unit ? plan.of_unit : plan.of_model).push_back(std::move(condition));
  }
  const Condition holds{
      Field::latest, {}, TextPattern{TextPattern::Shape::whole, std::string(kHolds)}, false, {}};
  if (plan.only_latest) plan.of_unit.push_back(holds);
  if (plan.once_for_each_run) plan.of_unit.push_back({Field::run, {}, Any{}, false, {}});
  if (sorted) add_order(plan, *plan.sort, *sorted);
  add_drivers(plan, plan.of_unit, plan.unit);
  add_drivers(plan, plan.of_model, Kind::models);
  if (plan.drivers.empty()) {
    plan.drivers.emplace_back();
    plan.drivers.back().everything = true;
  }
  if (restricted && plan.unit != Kind::artifacts) add_seen(plan);
  if (has_models(plan.unit)) plan.of_model.push_back(holds);  // what is deleted takes its versions along
  return plan;
}

}  // namespace herald::projections::search
