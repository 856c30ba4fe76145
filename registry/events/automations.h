// What can happen to automations, to their deliveries and to the secrets that they use.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/facts.h"

namespace herald::registry {

struct AutomationCreated {
  static constexpr std::string_view kType = "automation.created";
  AutomationId automation_id;
  AutomationDefinition definition;
};
BOOST_DESCRIBE_STRUCT(AutomationCreated, (), (automation_id, definition))

struct AutomationUpdated {
  static constexpr std::string_view kType = "automation.updated";
  AutomationId automation_id;
  AutomationDefinition from, to;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(AutomationUpdated, (), (automation_id, from, to, reason))

// The head of the short automation events.
struct OfAutomation {
  AutomationId automation_id;
  Label automation;
};
BOOST_DESCRIBE_STRUCT(OfAutomation, (), (automation_id, automation))

struct AutomationEnabled : OfAutomation {
  static constexpr std::string_view kType = "automation.enabled";
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(AutomationEnabled, (OfAutomation), (reason))

struct AutomationDisabled : OfAutomation {
  static constexpr std::string_view kType = "automation.disabled";
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(AutomationDisabled, (OfAutomation), (reason))

struct AutomationDeleted : OfAutomation {
  static constexpr std::string_view kType = "automation.deleted";
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(AutomationDeleted, (OfAutomation), (reason))

// `test`: sent by hand, for the event named; it may fire again for the same event.
struct AutomationTriggered : OfAutomation {
  static constexpr std::string_view kType = "automation.triggered";
  std::uint64_t event_sequence = 0;
  std::string event_type;
  bool test = false;
  std::vector<PlannedDelivery> deliveries;
};
BOOST_DESCRIBE_STRUCT(AutomationTriggered, (OfAutomation), (event_sequence, event_type, test, deliveries))

// The head of delivery outcomes.
struct OfDelivery : OfAutomation {
  DeliveryId delivery_id;
  ActionKind kind = ActionKind::webhook;
  std::uint64_t event_sequence = 0;
  std::uint32_t attempts = 0;
};
BOOST_DESCRIBE_STRUCT(OfDelivery, (OfAutomation), (delivery_id, kind, event_sequence, attempts))

// `status`: the HTTP status of the last attempt. For Teams this means accepted, not shown.
struct DeliverySucceeded : OfDelivery {
  static constexpr std::string_view kType = "delivery.succeeded";
  std::uint32_t status = 0;
};
BOOST_DESCRIBE_STRUCT(DeliverySucceeded, (OfDelivery), (status))

// Said once, when the first attempt of a delivery has failed and more will follow.
struct DeliveryFailing : OfDelivery {
  static constexpr std::string_view kType = "delivery.failing";
  std::string error;
};
BOOST_DESCRIBE_STRUCT(DeliveryFailing, (OfDelivery), (error))

struct DeliveryExhausted : OfDelivery {
  static constexpr std::string_view kType = "delivery.exhausted";
  std::string error;
};
BOOST_DESCRIBE_STRUCT(DeliveryExhausted, (OfDelivery), (error))

struct DeliveryReplayed : OfDelivery {
  static constexpr std::string_view kType = "delivery.replayed";
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(DeliveryReplayed, (OfDelivery), (reason))

// A match that was not sent, and why.
struct DeliverySkipped : OfAutomation {
  static constexpr std::string_view kType = "delivery.skipped";
  std::uint64_t event_sequence = 0;
  SkipCause cause = SkipCause::rate_limit;
};
BOOST_DESCRIBE_STRUCT(DeliverySkipped, (OfAutomation), (event_sequence, cause))

// The value is in the work store, encrypted, under (name, number).
struct SecretSet {
  static constexpr std::string_view kType = "secret.set";
  SecretName secret;
  std::uint64_t number = 0;  // of this value, from 1
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(SecretSet, (), (secret, number, reason))

struct SecretRemoved {
  static constexpr std::string_view kType = "secret.removed";
  SecretName secret;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(SecretRemoved, (), (secret, reason))

}  // namespace herald::registry
