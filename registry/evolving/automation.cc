#include "registry/evolving/apply.h"

namespace herald::registry::evolving {
namespace {

template <class Change>
void change_automation(const Step& step, AutomationId id, Change&& change) {
  step.update<AutomationRecord>(Table::automations, id.bytes(), [&](AutomationRecord& automation) {
    change(automation.definition);
    automation.changed = step.mark;
  });
}

void change_delivery(const Step& step, const OfDelivery& of, DeliveryState state) {
  step.update<DeliveryRecord>(Table::deliveries, of.delivery_id.bytes(), [&](DeliveryRecord& delivery) {
    delivery.state = state;
    delivery.attempts = of.attempts;
    delivery.changed = step.mark;
  });
}

// That this automation has met this event, whatever came of it.
void mark_triggered(const Step& step, AutomationId id, std::uint64_t event_sequence) {
  step.state.put(Table::triggers, keys::trigger(id, event_sequence), be64(step.mark.sequence));
}

}  // namespace

void apply(const Step& step, const AutomationCreated& fact) {
  step.store(Table::automations, fact.automation_id.bytes(),
             AutomationRecord{fact.automation_id, fact.definition, step.mark, step.mark});
  step.state.put(Table::automation_names, fact.definition.name.str(), fact.automation_id.bytes());
}

void apply(const Step& step, const AutomationUpdated& fact) {
  change_automation(step, fact.automation_id,
                    [&](AutomationDefinition& definition) { definition = fact.to; });
  step.state.erase(Table::automation_names, fact.from.name.str());
  step.state.put(Table::automation_names, fact.to.name.str(), fact.automation_id.bytes());
}

void apply(const Step& step, const AutomationEnabled& fact) {
  change_automation(step, fact.automation_id,
                    [](AutomationDefinition& definition) { definition.enabled = true; });
}

void apply(const Step& step, const AutomationDisabled& fact) {
  change_automation(step, fact.automation_id,
                    [](AutomationDefinition& definition) { definition.enabled = false; });
}

// What it set off before goes on: deliveries and trigger rows stay.
void apply(const Step& step, const AutomationDeleted& fact) {
  step.state.erase(Table::automations, fact.automation_id.bytes());
  step.state.erase(Table::automation_names, fact.automation.str());
}

void apply(const Step& step, const AutomationTriggered& fact) {
  for (const PlannedDelivery& planned : fact.deliveries) {
    DeliveryRecord delivery;
    delivery.id = planned.delivery_id;
    delivery.automation_id = fact.automation_id;
    delivery.automation = fact.automation;
    delivery.action = planned.action;
    delivery.kind = planned.kind;
    delivery.event_sequence = fact.event_sequence;
    delivery.triggered_sequence = step.mark.sequence;
    delivery.changed = step.mark;
    step.store(Table::deliveries, delivery.id.bytes(), delivery);
  }
  if (!fact.test) mark_triggered(step, fact.automation_id, fact.event_sequence);
}

void apply(const Step& step, const DeliverySkipped& fact) {
  mark_triggered(step, fact.automation_id, fact.event_sequence);
}

void apply(const Step& step, const DeliverySucceeded& fact) {
  change_delivery(step, fact, DeliveryState::succeeded);
}
void apply(const Step& step, const DeliveryFailing& fact) {
  change_delivery(step, fact, DeliveryState::failing);
}
void apply(const Step& step, const DeliveryExhausted& fact) {
  change_delivery(step, fact, DeliveryState::exhausted);
}

void apply(const Step& step, const DeliveryReplayed& fact) {
  change_delivery(step, fact, DeliveryState::pending);
  step.update<DeliveryRecord>(Table::deliveries, fact.delivery_id.bytes(), [&](DeliveryRecord& delivery) {
    delivery.triggered_sequence = step.mark.sequence;
  });
}

void apply(const Step& step, const SecretSet& fact) {
  step.store(Table::secrets, fact.secret.str(), SecretRecord{fact.secret, fact.number, false, step.mark});
}

void apply(const Step& step, const SecretRemoved& fact) {
  step.update<SecretRecord>(Table::secrets, fact.secret.str(), [&](SecretRecord& secret) {
    secret.removed = true;
    secret.changed = step.mark;
  });
}

}  // namespace herald::registry::evolving
