// The model's automations, deliveries and secrets.
#include <fmt/format.h>

#include "tests/simulation/model.h"

namespace herald::simulation {

using namespace registry;

Model::Automation& Model::automation_named(const std::string& name, std::string* id) {
  for (auto& [key, automation] : automations_) {
    if (automation.name != name) continue;
    if (id != nullptr) *id = key;
    return automation;
  }
  throw Cause::not_found;
}

void Model::run(const CreateAutomation& c) {
  if (c.definition.on.empty() || c.definition.actions.empty()) throw Cause::invalid_value;
  for (const auto& [id, automation] : automations_) {
    if (automation.name == c.definition.name.str()) throw Cause::already_exists;
  }
  Automation& automation = automations_[c.new_id.str()];
  automation.name = c.definition.name.str();
  automation.definition = json::to_json(c.definition);
  automation.enabled = c.definition.enabled;
  automation.actions = c.definition.actions.size();
  automation.created = automation.changed = fact("automation.created " + automation.name);
}

void Model::run(const UpdateAutomation& c) {
  Automation& automation = automation_named(c.name.str());
  if (c.definition.on.empty() || c.definition.actions.empty()) throw Cause::invalid_value;
  const std::string name = c.definition.name.str(), from = automation.name;
  for (const auto& [id, other] : automations_) {
    if (other.name == name && name != from) throw Cause::already_exists;
  }
  const std::string definition = json::to_json(c.definition);
  if (automation.definition == definition) return;
  automation.name = name;
  automation.definition = definition;
  automation.enabled = c.definition.enabled;
  automation.actions = c.definition.actions.size();
  automation.changed = fact("automation.updated " + from + " " + name);
}

void Model::run(const SetAutomationEnabled& c) {
  Automation& automation = automation_named(c.name.str());
  if (automation.enabled == c.enabled) return;
  automation.enabled = c.enabled;
  const std::string present = c.enabled ? R"("enabled":false)" : R"("enabled":true)";
  automation.definition.replace(automation.definition.find(present), present.size(),
                                c.enabled ? R"("enabled":true)" : R"("enabled":false)");
  automation.changed =
      fact(fmt::format("automation.{} {}", c.enabled ? "enabled" : "disabled", automation.name));
}

void Model::run(const DeleteAutomation& c) {
  std::string id;
  automation_named(c.name.str(), &id);
  fact("automation.deleted " + c.name.str());
  automations_.erase(id);
}

void Model::deliver(const std::string& id, const Automation& automation, std::uint64_t event, bool test,
                    const std::vector<DeliveryId>& ids) {
  const auto count = std::min(automation.actions, ids.size());
  const std::uint64_t by =
      fact(fmt::format("automation.triggered {} {} {} {}", automation.name, event, test, count));
  for (std::uint32_t i = 0; i < count; ++i) {
    deliveries_[ids[i].str()] = {id, automation.name, "pending", 0, i, event, by, by};
  }
}

void Model::run(const TestAutomation& c) {
  std::string id;
  const Automation& automation = automation_named(c.name.str(), &id);
  if (c.new_ids.size() < automation.actions) throw Cause::not_allowed_now;
  deliver(id, automation, c.event_sequence, true, c.new_ids);
}

void Model::run(const RecordTriggers& c) {
  for (const Trigger& trigger : c.triggers) {
    const std::string id = trigger.automation_id.str();
    if (!met_.insert({id, trigger.event_sequence}).second) continue;
    if (!automations_.contains(id)) {
      fact(fmt::format("delivery.skipped {} {}", trigger.automation.str(), trigger.event_sequence));
    } else if (trigger.skip) {
      fact(fmt::format("delivery.skipped {} {}", automations_[id].name, trigger.event_sequence));
    } else {
      deliver(id, automations_[id], trigger.event_sequence, false, trigger.new_ids);
    }
  }
}

void Model::run(const RecordOutcome& c) {
  const auto found = deliveries_.find(c.delivery_id.str());
  if (found == deliveries_.end()) throw Cause::not_found;
  Delivery& delivery = found->second;
  const std::string to = c.kind == RecordOutcome::Kind::failing     ? "failing"
                         : c.kind == RecordOutcome::Kind::succeeded ? "succeeded"
                                                                    : "exhausted";
  if (delivery.state == "succeeded" || delivery.state == "exhausted" || delivery.state == to) return;
  delivery.state = to;
  delivery.attempts = c.attempts;
  delivery.changed = fact(fmt::format("delivery.{} {} {} {} {}", to, delivery.automation, c.delivery_id.str(),
                                      delivery.event, c.attempts));
}

void Model::run(const ReplayDelivery& c) {
  const auto found = deliveries_.find(c.delivery_id.str());
  if (found == deliveries_.end()) throw Cause::not_found;
  Delivery& delivery = found->second;
  if (delivery.state != "succeeded" && delivery.state != "exhausted") throw Cause::not_allowed_now;
  if (!automations_.contains(delivery.automation_id)) throw Cause::not_allowed_now;
  delivery.state = "pending";
  delivery.by = delivery.changed = fact(fmt::format("delivery.replayed {} {} {} {}", delivery.automation,
                                                    c.delivery_id.str(), delivery.event, delivery.attempts));
}

void Model::run(const SetSecret& c) {
  const std::string name = c.name.str();
  const std::uint64_t next = secrets_.contains(name) ? secrets_[name].number + 1 : 1;
  if (c.number != next) throw Cause::expected_mismatch;
  secrets_[name] = {next, false, fact(fmt::format("secret.set {} {}", name, next))};
}

void Model::run(const RemoveSecret& c) {
  const auto found = secrets_.find(c.name.str());
  if (found == secrets_.end() || found->second.removed) throw Cause::not_found;
  found->second.removed = true;
  found->second.changed = fact("secret.removed " + found->first);
}

}  // namespace herald::simulation
