#include <fmt/format.h>

#include <stdexcept>

#include "registry/deciding/rules.h"
#include "registry/sentence.h"

namespace herald::registry::deciding {
namespace {

struct DeliveryAnswer {
  DeliveryId delivery;
};
BOOST_DESCRIBE_STRUCT(DeliveryAnswer, (), (delivery))

Result<DeliveryRecord> require_delivery(const Reader& state, DeliveryId id) {
  if (auto found = find<DeliveryRecord>(state, Table::deliveries, id.bytes())) return std::move(*found);
  return error(Cause::not_found, fmt::format("delivery {} does not exist", id.str()));
}

OfDelivery of_delivery(const DeliveryRecord& delivery, std::uint32_t attempts) {
  return {{delivery.automation_id, delivery.automation},
          delivery.id,
          delivery.kind,
          delivery.event_sequence,
          attempts};
}

bool is_final(DeliveryState state) {
  return state == DeliveryState::succeeded || state == DeliveryState::exhausted;
}

Payload fact_of(const DeliveryRecord& delivery, const RecordOutcome& command) {
  const OfDelivery head = of_delivery(delivery, command.attempts);
  switch (command.kind) {
    case RecordOutcome::Kind::succeeded:
      return DeliverySucceeded{head, command.status};
    case RecordOutcome::Kind::failing:
      return DeliveryFailing{head, command.error};
    case RecordOutcome::Kind::exhausted:
      return DeliveryExhausted{head, command.error};
  }
  throw std::logic_error("an outcome of no kind");
}

}  // namespace

// An outcome that was recorded before, or that comes after the end, is told again after a crash: it changes
// nothing.
Result<Decision> rule(const Reader& state, const RecordOutcome& command) {
  HERALD_TRY(const auto delivery, require_delivery(state, command.delivery_id));
  Decision decision{{}, false, json::to_json(DeliveryAnswer{delivery.id})};
  const bool said_before =
      command.kind == RecordOutcome::Kind::failing && delivery.state == DeliveryState::failing;
  if (is_final(delivery.state) || said_before) return decision;
  decision.drafts.push_back({fact_of(delivery, command), {}});
  return decision;
}

Result<Decision> rule(const Reader& state, const ReplayDelivery& command) {
  HERALD_TRY(const auto delivery, require_delivery(state, command.delivery_id));
  if (!is_final(delivery.state)) {
    return error(
        Cause::not_allowed_now,
        fmt::format("delivery {} is {}: only one that has succeeded or is exhausted can be sent again",
                    delivery.id.str(), reflect::enum_name(delivery.state)));
  }
  if (!state.get(Table::automations, delivery.automation_id.bytes())) {
    return error(Cause::not_allowed_now,
                 fmt::format("delivery {} cannot be sent again: its automation {} was deleted",
                             delivery.id.str(), in_quotes(delivery.automation)));
  }
  return Decision{{{DeliveryReplayed{of_delivery(delivery, delivery.attempts)}, {}}},
                  false,
                  json::to_json(DeliveryAnswer{delivery.id})};
}

}  // namespace herald::registry::deciding
