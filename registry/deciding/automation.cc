// Automations and secrets. What a definition means is checked where it is understood
// (automations/validate.h); here stand the limits and the names.
#include <fmt/format.h>

#include <set>

#include "base/limits.h"
#include "registry/deciding/rules.h"
#include "registry/sentence.h"

namespace herald::registry::deciding {
namespace {

struct AutomationAnswer {
  Label automation;
  AutomationId id;
};
BOOST_DESCRIBE_STRUCT(AutomationAnswer, (), (automation, id))

struct TestAnswer : AutomationAnswer {
  std::vector<DeliveryId> deliveries;
};
BOOST_DESCRIBE_STRUCT(TestAnswer, (AutomationAnswer), (deliveries))

struct TriggersAnswer {
  std::uint64_t recorded = 0;
};
BOOST_DESCRIBE_STRUCT(TriggersAnswer, (), (recorded))

struct SecretAnswer {
  SecretName secret;
  std::uint64_t number = 0;
};
BOOST_DESCRIBE_STRUCT(SecretAnswer, (), (secret, number))

Result<AutomationRecord> require_automation(const Reader& state, const Label& name) {
  if (auto found = find_automation(state, name)) return std::move(*found);
  return error(Cause::not_found, fmt::format("automation {} does not exist", in_quotes(name)));
}

OfAutomation of_automation(const AutomationRecord& automation) {
  return {automation.id, automation.definition.name};
}

std::string answer(const AutomationRecord& automation) {
  return json::to_json(AutomationAnswer{automation.definition.name, automation.id});
}

Error name_taken(const Label& name) {
  return taken(fmt::format("automation {} exists already", in_quotes(name)), "name");
}

Result<void> check_number(std::size_t number, std::size_t least, std::size_t most, const std::string& field) {
  if (number < least)
    return error(Cause::invalid_value, fmt::format("\"{}\" is empty: at least one is needed", field), field);
  if (number <= most) return {};
  return error(Cause::too_many, fmt::format("\"{}\" has {}: at most {} are allowed", field, number, most),
               field);
}

Result<void> check_definition(const AutomationDefinition& definition) {
  HERALD_CHECK(check_number(definition.on.size(), 1, limits::kMaxEventTypesPerAutomation, "on"));
  HERALD_CHECK(
      check_number(definition.conditions.size(), 0, limits::kMaxConditionsPerAutomation, "conditions"));
  HERALD_CHECK(check_number(definition.actions.size(), 1, limits::kMaxActionsPerAutomation, "actions"));
  const std::size_t bytes = json::to_json(definition).size();
  if (bytes <= limits::kMaxAutomationBytes) return {};
  return error(Cause::too_large,
               fmt::format("automation {} has {} bytes as compact JSON: at most {} are allowed",
                           in_quotes(definition.name), bytes, limits::kMaxAutomationBytes));
}

std::size_t count_automations(const Reader& state) {
  std::size_t count = 0;
  state.scan(Table::automations, {}, {},
             [&](std::string_view, std::string_view) { return ++count < limits::kMaxAutomations; });
  return count;
}

// One delivery for each action that the automation has now, as far as the ids go.
std::vector<PlannedDelivery> plan(const AutomationDefinition& definition,
                                  const std::vector<DeliveryId>& ids) {
  std::vector<PlannedDelivery> deliveries;
  for (std::uint32_t i = 0; i < definition.actions.size() && i < ids.size(); ++i) {
    deliveries.push_back({ids[i], i, definition.actions[i].kind});
  }
  return deliveries;
}

// One command's events share their correlation id: consumers of the log keep them together by it.
Result<void> check_one_correlation(const RecordTriggers& command) {
  for (const Trigger& trigger : command.triggers) {
    if (trigger.correlation == command.triggers.front().correlation) continue;
    return error(Cause::invalid_value, "the triggers of one command have one correlation id", "triggers");
  }
  return {};
}

// The automation was there as of the event: that it met the event is recorded, whatever became of it since.
Payload fact_of(const std::optional<AutomationRecord>& automation, const Trigger& trigger) {
  if (!automation) {
    return DeliverySkipped{{trigger.automation_id, trigger.automation},
                           trigger.event_sequence,
                           trigger.skip.value_or(SkipCause::automation_deleted)};
  }
  if (trigger.skip) return DeliverySkipped{of_automation(*automation), trigger.event_sequence, *trigger.skip};
  return AutomationTriggered{of_automation(*automation), trigger.event_sequence, trigger.event_type, false,
                             plan(automation->definition, trigger.new_ids)};
}

}  // namespace

Result<Decision> rule(const Reader& state, const CreateAutomation& command) {
  HERALD_CHECK(check_definition(command.definition));
  if (find_automation(state, command.definition.name)) return name_taken(command.definition.name);
  if (count_automations(state) == limits::kMaxAutomations) {
    return error(Cause::too_many,
                 fmt::format("there are {} automations: no more are allowed", limits::kMaxAutomations));
  }
  return Decision{{{AutomationCreated{command.new_id, command.definition}, {}}},
                  true,
                  json::to_json(AutomationAnswer{command.definition.name, command.new_id})};
}

Result<Decision> rule(const Reader& state, const UpdateAutomation& command) {
  HERALD_TRY(const auto present, require_automation(state, command.name));
  AutomationDefinition after = command.definition;
  if (command.keeps_enabled) after.enabled = present.definition.enabled;
  HERALD_CHECK(check_definition(after));
  if (after.name != command.name && find_automation(state, after.name)) return name_taken(after.name);
  Decision decision{{}, false, json::to_json(AutomationAnswer{after.name, present.id})};
  if (after != present.definition) {
    decision.drafts.push_back({AutomationUpdated{present.id, present.definition, std::move(after)}, {}});
  }
  return decision;
}

Result<Decision> rule(const Reader& state, const SetAutomationEnabled& command) {
  HERALD_TRY(const auto present, require_automation(state, command.name));
  Decision decision{{}, false, answer(present)};
  if (present.definition.enabled == command.enabled) return decision;
  if (command.enabled) {
    decision.drafts.push_back({AutomationEnabled{of_automation(present)}, {}});
  } else {
    decision.drafts.push_back({AutomationDisabled{of_automation(present)}, {}});
  }
  return decision;
}

Result<Decision> rule(const Reader& state, const DeleteAutomation& command) {
  HERALD_TRY(const auto present, require_automation(state, command.name));
  return Decision{{{AutomationDeleted{of_automation(present)}, {}}}, false, answer(present)};
}

Result<Decision> rule(const Reader& state, const TestAutomation& command) {
  HERALD_TRY(const auto present, require_automation(state, command.name));
  const auto deliveries = plan(present.definition, command.new_ids);
  if (deliveries.size() != present.definition.actions.size()) {
    return error(Cause::not_allowed_now,
                 fmt::format("automation {} has just been changed: try again", in_quotes(command.name)));
  }
  TestAnswer answer{{present.definition.name, present.id}, {}};
  for (const PlannedDelivery& delivery : deliveries) answer.deliveries.push_back(delivery.delivery_id);
  return Decision{{{AutomationTriggered{of_automation(present), command.event_sequence, command.event_type,
                                        true, deliveries},
                    {}}},
                  true,
                  json::to_json(answer)};
}

Result<Decision> rule(const Reader& state, const RecordTriggers& command) {
  HERALD_CHECK(check_one_correlation(command));
  Decision decision;
  std::set<std::string> met;
  for (const Trigger& trigger : command.triggers) {
    const std::string key = keys::trigger(trigger.automation_id, trigger.event_sequence);
    if (state.get(Table::triggers, key) || !met.insert(key).second) continue;
    const auto automation = find<AutomationRecord>(state, Table::automations, trigger.automation_id.bytes());
    Causation cause{trigger.correlation, trigger.event_id, trigger.event_depth + 1, std::nullopt};
    decision.drafts.push_back({fact_of(automation, trigger), std::move(cause)});
  }
  if (decision.drafts.size() > limits::kMaxEventsPerCommand) {
    return error(Cause::too_many,
                 fmt::format("{} triggers are too many for one command: at most {} are allowed",
                             decision.drafts.size(), limits::kMaxEventsPerCommand),
                 "triggers");
  }
  decision.created = !decision.drafts.empty();
  decision.answer = json::to_json(TriggersAnswer{decision.drafts.size()});
  return decision;
}

Result<void> check_room_for_secret(const Reader& state) {
  std::size_t secrets = 0;
  state.scan(Table::secrets, {}, {}, [&](std::string_view, std::string_view bytes) {
    secrets += !record::decode<SecretRecord>(bytes).removed;
    return secrets < limits::kMaxSecrets;
  });
  if (secrets < limits::kMaxSecrets) return {};
  return error(Cause::too_many,
               fmt::format("there are {} secrets, and no more are kept: remove one first", secrets), "name");
}

Result<Decision> rule(const Reader& state, const SetSecret& command) {
  const auto present = find<SecretRecord>(state, Table::secrets, command.name.str());
  if (!present || present->removed) HERALD_CHECK(check_room_for_secret(state));
  const std::uint64_t next = present ? present->number + 1 : 1;
  if (command.number != next) {
    return error(
        Cause::expected_mismatch,
        fmt::format(
            "the next value of secret {} has number {}, not {}: another was set in between, try again",
            in_quotes(command.name), next, command.number),
        "number");
  }
  return Decision{{{SecretSet{command.name, next}, {}}},
                  !present || present->removed,
                  json::to_json(SecretAnswer{command.name, next})};
}

Result<Decision> rule(const Reader& state, const RemoveSecret& command) {
  const auto present = find<SecretRecord>(state, Table::secrets, command.name.str());
  if (!present || present->removed) {
    return error(Cause::not_found, fmt::format("secret {} does not exist", in_quotes(command.name)));
  }
  return Decision{
      {{SecretRemoved{command.name}, {}}}, false, json::to_json(SecretAnswer{command.name, present->number})};
}

}  // namespace herald::registry::deciding
