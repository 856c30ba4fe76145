#include "automations/validate.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "automations/conditions.h"
#include "automations/event_types.h"
#include "automations/event_values.h"
#include "automations/suggest.h"
#include "automations/validate_action.h"
#include "automations/wildcard.h"
#include "base/limits.h"

namespace herald::automations {
namespace {

using namespace registry;

constexpr std::string_view kTriggered = "automation.triggered";

Result<void> check_counts(const AutomationDefinition& definition) {
  if (definition.on.empty()) {
    return error(Cause::missing_field, "an automation needs at least one event type, as in \"alias.*\"",
                 "on");
  }
  if (definition.on.size() > event_types().size()) {
    return error(Cause::too_many, fmt::format("at most {} event types can be named", event_types().size()),
                 "on");
  }
  if (definition.actions.empty())
    return error(Cause::missing_field, "an automation needs at least one action", "actions");
  if (definition.actions.size() > limits::kMaxActionsPerAutomation) {
    return error(Cause::too_many,
                 fmt::format("an automation has at most {} actions, not {}", limits::kMaxActionsPerAutomation,
                             definition.actions.size()),
                 "actions");
  }
  if (definition.conditions.size() > limits::kMaxConditionsPerAutomation) {
    return error(Cause::too_many,
                 fmt::format("an automation has at most {} conditions, not {}",
                             limits::kMaxConditionsPerAutomation, definition.conditions.size()),
                 "conditions");
  }
  return {};
}

Error unknown_type(const std::string& pattern, const std::string& field) {
  std::vector<std::string_view> names;
  for (const EventType& type : event_types()) names.push_back(type.name);
  if (has_wildcard(pattern)) {
    const bool internal = std::any_of(names.begin(), names.end(),
                                      [&](std::string_view name) { return wildcard_match(pattern, name); });
    return error(Cause::invalid_value,
                 internal ? fmt::format("\"{}\": patterns never stand for automation.* and delivery.* "
                                        "events; name each type itself, as in \"delivery.exhausted\"",
                                        pattern)
                          : fmt::format("\"{}\" matches no event type: there are {}", pattern.substr(0, 128),
                                        listed(names)),
                 field);
  }
  return error(Cause::invalid_value,
               fmt::format("\"{}\" is no event type{}: there are {}", pattern.substr(0, 128),
                           did_you_mean(pattern, names), listed(names)),
               field);
}

// The numbers of all types that the automation is set off by.
Result<std::vector<std::size_t>> check_types(const std::vector<std::string>& on) {
  std::set<std::size_t> types;
  for (std::size_t i = 0; i < on.size(); ++i) {
    const std::string field = fmt::format("on[{}]", i);
    if (on[i] == kTriggered) {
      return error(Cause::invalid_value,
                   "automation.triggered cannot set off an automation: it would set itself off for ever",
                   field);
    }
    const auto numbers = types_of_pattern(on[i]);
    if (numbers.empty()) return unknown_type(on[i], field);
    types.insert(numbers.begin(), numbers.end());
  }
  return std::vector<std::size_t>(types.begin(), types.end());
}

Error at(Error wrong, std::string field) {
  wrong.field = std::move(field);
  return wrong;
}

Result<void> fill_model(Scope& scope, const RegistryRecord& registry, const Reader& state) {
  const auto found = require_model(state, registry.name, *scope.model);
  if (!found) {
    Error wrong = at(found.error(), "scope.model");
    wrong.message += "; to watch a model that is still to come, use \"name_pattern\"";
    return wrong;
  }
  if (scope.model_id && *scope.model_id != found->model.id) {
    return error(Cause::invalid_value,
                 fmt::format("the model \"{}\" has another id: leave out scope.model_id", scope.model->str()),
                 "scope.model_id");
  }
  scope.model_id = found->model.id;
  return {};
}

Result<void> check_scope(Scope& scope, const Reader& state) {
  if (scope.model && scope.name_pattern) {
    return error(Cause::invalid_value, "give either a model or a name_pattern, not both",
                 "scope.name_pattern");
  }
  if (scope.model_id && !scope.model) {
    return error(Cause::invalid_value, "name the model itself: its id is filled in", "scope.model_id");
  }
  if (scope.registry_id && !scope.registry) {
    return error(Cause::invalid_value, "name the registry itself: its id is filled in", "scope.registry_id");
  }
  if (scope.name_pattern &&
      (scope.name_pattern->empty() || scope.name_pattern->size() > limits::kMaxNameBytes)) {
    return error(Cause::invalid_value,
                 fmt::format("a pattern is 1 to {} bytes, with * and ?", limits::kMaxNameBytes),
                 "scope.name_pattern");
  }
  if (scope.model && !scope.registry) scope.registry = RegistryName::trusted(kDefaultRegistry);
  if (!scope.registry) return {};

  const auto registry = require_registry(state, *scope.registry);
  if (!registry) return at(registry.error(), "scope.registry");
  if (scope.registry_id && *scope.registry_id != registry->id) {
    return error(
        Cause::invalid_value,
        fmt::format("the registry \"{}\" has another id: leave out scope.registry_id", scope.registry->str()),
        "scope.registry_id");
  }
  scope.registry_id = registry->id;
  return scope.model ? fill_model(scope, *registry, state) : Result<void>();
}

// data.text, data.description, data.from.description: references to texts that may be erased, which a rule
// that holds for ever must not depend on. What callers name so in their own metadata is no such text.
bool is_erasable_text(const FieldPath& path) {
  const std::string_view last = path.name(path.steps().size() - 1);
  if (path.name(0) != "data" || (last != "text" && last != "description")) return false;
  for (std::size_t i = 0; i < path.steps().size(); ++i) {
    if (path.name(i) == "metadata") return false;
  }
  return true;
}

Result<void> check_conditions(const std::vector<Condition>& conditions, std::span<const std::size_t> types) {
  HERALD_CHECK(Conditions::compile(conditions));
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const std::string field = fmt::format("conditions[{}].field", i);
    HERALD_TRY(const FieldPath path, FieldPath::parse(conditions[i].field));
    if (is_erasable_text(path)) {
      return error(Cause::invalid_value,
                   fmt::format("\"{}\" is a text that can be erased, which no condition can look into: use a "
                               "tag or metadata for what rules depend on",
                               conditions[i].field),
                   field);
    }
    const auto known = check_event_path(path, 0, types);
    if (!known) return at(known.error(), field);
  }
  return {};
}

Result<void> check_retries(const std::optional<std::vector<std::uint32_t>>& gaps) {
  if (!gaps) return {};
  if (gaps->empty() || gaps->size() > limits::kMaxRetries) {
    return error(Cause::too_many,
                 fmt::format("retry_seconds has 1 to {} gaps, not {}: leave it out for the server's schedule",
                             limits::kMaxRetries, gaps->size()),
                 "retry_seconds");
  }
  for (std::size_t i = 0; i < gaps->size(); ++i) {
    if ((*gaps)[i] < 1 || std::chrono::seconds((*gaps)[i]) > limits::kMaxRetryGap) {
      return error(Cause::invalid_value,
                   fmt::format("a gap between attempts is 1 to {} seconds, not {}",
                               std::chrono::seconds(limits::kMaxRetryGap).count(), (*gaps)[i]),
                   fmt::format("retry_seconds[{}]", i));
    }
  }
  return {};
}

Result<void> check_rate(std::optional<std::uint32_t> max_per_minute) {
  if (!max_per_minute) return {};
  if (*max_per_minute == 0) {
    return error(Cause::invalid_value, "max_per_minute is at least 1: disable the automation to stop it",
                 "max_per_minute");
  }
  if (*max_per_minute <= limits::kMaxTriggersPerMinute) return {};
  return error(Cause::invalid_value,
               fmt::format("max_per_minute is at most {}, not {}: leave it out for the server's {}",
                           limits::kMaxTriggersPerMinute, *max_per_minute, limits::kTriggersPerMinute),
               "max_per_minute");
}

}  // namespace

Result<AutomationDefinition> validate(AutomationDefinition definition, const Reader& state,
                                      const Sender& sender) {
  HERALD_CHECK(check_counts(definition));
  HERALD_TRY(const std::vector<std::size_t> types, check_types(definition.on));
  HERALD_CHECK(check_scope(definition.scope, state));
  HERALD_CHECK(check_conditions(definition.conditions, types));
  for (std::size_t i = 0; i < definition.actions.size(); ++i) {
    HERALD_CHECK(validate_action(definition.actions[i], fmt::format("actions[{}]", i), types, state, sender));
  }
  HERALD_CHECK(check_retries(definition.retry_seconds));
  HERALD_CHECK(check_rate(definition.max_per_minute));
  return definition;
}

}  // namespace herald::automations
