// What can happen to a registry.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string_view>

#include "registry/policies.h"

namespace herald::registry {

struct RegistryCreated {
  static constexpr std::string_view kType = "registry.created";
  RegistryId registry_id;
  RegistryName registry;
  RegistryKind kind = RegistryKind::model;
  std::optional<Visibility> visibility = {};  // absent: organization
};
BOOST_DESCRIBE_STRUCT(RegistryCreated, (), (registry_id, registry, kind, visibility))

// The head of the later events about a registry.
struct OfRegistry {
  RegistryId registry_id;
  RegistryName registry;
};
BOOST_DESCRIBE_STRUCT(OfRegistry, (), (registry_id, registry))

// Those parts that changed, as they were and as they are. What is taken away is empty in `to`.
struct RegistryFacts {
  std::optional<TextRef> description;
  std::optional<Visibility> visibility;
  std::optional<StageSet> stages;
  std::optional<CardPolicy> card_policy;
  friend bool operator==(const RegistryFacts&, const RegistryFacts&) = default;
};
BOOST_DESCRIBE_STRUCT(RegistryFacts, (), (description, visibility, stages, card_policy))

struct RegistryUpdated : OfRegistry {
  static constexpr std::string_view kType = "registry.updated";
  RegistryFacts from, to;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(RegistryUpdated, (OfRegistry), (from, to, reason))

// Nothing is registered in it any more; what is there stays.
struct RegistryArchived : OfRegistry {
  static constexpr std::string_view kType = "registry.archived";
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(RegistryArchived, (OfRegistry), (reason))

struct RegistryRestored : OfRegistry {
  static constexpr std::string_view kType = "registry.restored";
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(RegistryRestored, (OfRegistry), (reason))

}  // namespace herald::registry
