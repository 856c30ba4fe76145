// Automations, what they set off, and secrets.
#include "tests/simulation/random_commands.h"

namespace herald::simulation {

using namespace registry;

AutomationDefinition RandomCommands::definition() {
  AutomationDefinition definition;
  definition.name = Label::trusted(pick(kAutomations));
  definition.enabled = !one_in(4);
  definition.on = {one_in(2) ? "alias.*" : "version.registered"};
  definition.actions.resize(1 + below(3));
  for (Action& action : definition.actions) action.kind = static_cast<ActionKind>(below(3));
  if (one_in(20)) definition.actions.clear();
  return definition;
}

std::vector<DeliveryId> RandomCommands::deliveries(std::uint64_t count) {
  std::vector<DeliveryId> ids;
  for (std::uint64_t i = 0; i < count; ++i) ids.push_back(fresh<DeliveryId>(deliveries_));
  return ids;
}

Command RandomCommands::about_automations() {
  const auto name = [&] { return Label::trusted(pick(kAutomations)); };
  switch (below(6)) {
    case 0:
      return CreateAutomation{fresh<AutomationId>(automations_), definition()};
    case 1:
      return UpdateAutomation{name(), definition()};
    case 2:
      return SetAutomationEnabled{name(), one_in(2)};
    case 3:
      if (one_in(3)) return DeleteAutomation{name()};
      return TestAutomation{name(), 1 + below(50), "alias.assigned", deliveries(1 + below(4))};
    case 4:
      return SetSecret{SecretName::trusted(pick(kSecrets)), 1 + below(4)};
    default:
      return RemoveSecret{SecretName::trusted(pick(kSecrets))};
  }
}

Command RandomCommands::about_deliveries() {
  if (one_in(3)) {
    RecordTriggers command;
    for (std::uint64_t i = 1 + below(3); i > 0; --i) {
      Trigger trigger;
      trigger.automation_id = known<AutomationId>(automations_);
      trigger.automation = Label::trusted("as of the event");
      trigger.event_sequence = 1 + below(30);
      trigger.event_type = "alias.assigned";
      trigger.new_ids = deliveries(3);
      if (one_in(5)) trigger.skip = SkipCause::rate_limit;
      command.triggers.push_back(std::move(trigger));
    }
    return command;
  }
  if (one_in(4)) return ReplayDelivery{known<DeliveryId>(deliveries_)};
  return RecordOutcome{static_cast<RecordOutcome::Kind>(below(3)), known<DeliveryId>(deliveries_),
                       static_cast<std::uint32_t>(1 + below(9)), 204, "no answer"};
}

}  // namespace herald::simulation
