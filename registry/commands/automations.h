// What may be asked of automations, their deliveries and secrets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "registry/facts.h"

namespace herald::registry {

struct CreateAutomation {
  AutomationId new_id;
  AutomationDefinition definition;
};
struct UpdateAutomation {
  Label name;
  AutomationDefinition definition;  // may carry a new name
  bool keeps_enabled = false;       // it stays on or off as it is, whatever the definition says
  std::optional<Reason> reason = {};
};
struct SetAutomationEnabled {
  Label name;
  bool enabled = true;
  std::optional<Reason> reason = {};
};
struct DeleteAutomation {
  Label name;
  std::optional<Reason> reason = {};
};

// Sends for one event by hand, whether the automation is enabled or not.
struct TestAutomation {
  Label name;
  std::uint64_t event_sequence = 0;
  std::string event_type;
  std::vector<DeliveryId> new_ids;  // at least one for each action
};

struct SetSecret {
  SecretName name;
  std::uint64_t number = 0;  // under which the value is durable in the work store already: the next
  std::optional<Reason> reason = {};
};
struct RemoveSecret {
  SecretName name;
  std::optional<Reason> reason = {};
};

// Only of a delivery that has succeeded or is exhausted, and whose automation is there.
struct ReplayDelivery {
  DeliveryId delivery_id;
  std::optional<Reason> reason = {};
};

// ---- asked by Herald's own parts ----

// By the automations follower: what the events in (after, upto] set off. Exactly once: the recorder refuses it when
// the follower's position is not `after` (recorder.h), and decide() leaves out what the state says was triggered or
// skipped; an automation that was deleted since is recorded as skipped, under the name it had. Deliveries follow the
// actions that the automation has when it is recorded, as far as `new_ids` go.
struct Trigger {
  AutomationId automation_id;
  Label automation;  // its name as of the event
  std::uint64_t event_sequence = 0;
  std::string event_type;
  Uuid event_id;
  std::uint32_t event_depth = 0;
  Uuid correlation;
  std::vector<DeliveryId> new_ids;  // one for each action
  std::optional<SkipCause> skip;
};
struct RecordTriggers {
  std::vector<Trigger> triggers;
};

// A no-op when it was recorded before, or when the delivery has ended.
struct RecordOutcome {
  enum class Kind { succeeded, failing, exhausted } kind = Kind::succeeded;
  DeliveryId delivery_id;
  std::uint32_t attempts = 0;
  std::uint32_t status = 0;
  std::string error;
};

}  // namespace herald::registry
