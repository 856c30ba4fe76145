#include "automations/preparing.h"

#include <fmt/format.h>

#include <exception>
#include <stdexcept>

#include "automations/render.h"
#include "automations/targets.h"
#include "work/directory.h"

namespace herald::automations {

using registry::DeliveryRecord;
using registry::DeliveryState;

bool is_open(const DeliveryRecord& delivery) {
  return delivery.state == DeliveryState::pending || delivery.state == DeliveryState::failing;
}

std::optional<DeliveryRecord> Preparing::find(registry::DeliveryId id) const {
  const projections::HeadReader head(head_);
  return registry::find<DeliveryRecord>(head, registry::Table::deliveries, id.bytes());
}

registry::Causation Preparing::causation_of(const DeliveryRecord& delivery) const {
  const eventstore::LogReader log = log_.read();
  const auto bytes = log.event(Sequence(delivery.triggered_sequence));
  if (!bytes) throw std::logic_error("a delivery was planned by an event that is not in the log");
  registry::Event planned = registry::decode(*bytes).value();
  return {planned.causation.correlation, planned.id, planned.causation.depth + 1, std::nullopt};
}

Result<Preparing::Route> Preparing::route_of(const DeliveryRecord& delivery) const {
  const projections::ViewsReader views(views_);
  HERALD_TRY(auto definition, definition_of(views, delivery));
  const registry::Action& action = definition.actions[delivery.action];
  HERALD_TRY(std::string url, url_of(action));
  std::string target = action.url_secret ? target_without_host(url) : target_of(url);
  return Route{std::move(url), std::move(target), std::move(definition.retry_seconds)};
}

Result<std::string> Preparing::url_of(const registry::Action& action) const {
  if (action.url) return *action.url;
  if (action.url_secret) return reveal(*action.url_secret);
  return error(Cause::invalid_value, "the action has neither a URL nor a secret that holds one");
}

Result<Outgoing> Preparing::outgoing(const DeliveryRecord& delivery, Timestamp now) const {
  try {
    return render_now(delivery, now);
  } catch (const std::exception& broken) {
    return error(Cause::internal, fmt::format("the message could not be made: {}", broken.what()));
  }
}

// As it is now: who deletes an automation wants nothing more of it.
Result<void> Preparing::check_not_deleted(const DeliveryRecord& delivery) const {
  const projections::HeadReader head(head_);
  if (head.get(registry::Table::automations, delivery.automation_id.bytes())) return {};
  return error(Cause::not_found,
               fmt::format("nothing was sent: automation \"{}\" was deleted", delivery.automation.str()));
}

Result<Outgoing> Preparing::render_now(const DeliveryRecord& delivery, Timestamp now) const {
  HERALD_CHECK(check_not_deleted(delivery));
  const eventstore::LogReader log = log_.read();
  const auto bytes = log.event(Sequence(delivery.event_sequence));
  if (!bytes) return error(Cause::not_found, fmt::format("event {} does not exist", delivery.event_sequence));
  HERALD_TRY(const registry::Event event, registry::decode(*bytes));
  const projections::ViewsReader views(views_);
  HERALD_TRY(const auto definition, definition_of(views, delivery));
  const projections::AsOf state = views.as_of(Sequence(delivery.event_sequence));
  return render(
      definition.actions[delivery.action], event, *bytes,
      RenderContext{state, public_url_, [this](const registry::SecretName& name) { return reveal(name); },
                    now, delivery.id, definition, name_in_directory(event.actor)});
}

Result<registry::AutomationDefinition> Preparing::definition_of(const projections::ViewsReader& views,
                                                                const DeliveryRecord& delivery) const {
  const projections::AsOf state = views.as_of(Sequence(delivery.triggered_sequence));
  auto automation = registry::find<registry::AutomationRecord>(state, registry::Table::automations,
                                                               delivery.automation_id.bytes());
  if (!automation || delivery.action >= automation->definition.actions.size()) {
    return error(Cause::not_found,
                 fmt::format("automation \"{}\" has no actions[{}] any more: it was changed since",
                             delivery.automation.str(), delivery.action));
  }
  return std::move(automation->definition);
}

// As it is now: who was erased since has none.
std::optional<std::string> Preparing::name_in_directory(const registry::Actor& actor) const {
  const auto id = registry::PrincipalId::parse(actor.id);
  if (!id) return std::nullopt;
  auto entry = work::find_entry(work_, *id);
  return entry ? std::optional(std::move(entry->name)) : std::nullopt;
}

Result<std::string> Preparing::reveal(const registry::SecretName& name) const {
  const projections::HeadReader head(head_);
  const auto secret = registry::find<registry::SecretRecord>(head, registry::Table::secrets, name.str());
  if (!secret || secret->removed) {
    return error(Cause::not_found,
                 fmt::format("secret \"{}\" does not exist: set it, then replay the delivery", name.str()));
  }
  return secrets_.reveal(name, secret->number);
}

}  // namespace herald::automations
