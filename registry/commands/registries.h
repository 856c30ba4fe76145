// What may be asked of a registry.
#pragma once

#include <optional>

#include "reflect/describe.h"
#include "registry/policies.h"

namespace herald::registry {

// Absent: without it, or as a registry is without being told: visible to the organization.
struct CreateRegistry {
  RegistryId new_id;
  RegistryName name;
  RegistryKind kind = RegistryKind::model;
  std::optional<Visibility> visibility = {};
  std::optional<TextRef> description = {};
  std::optional<StageSet> stages = {};
  std::optional<CardPolicy> card_policy = {};
};

// Absent: left as it is. A stage set without stages, and a card policy without sections, is none. A stage in which a
// version is cannot be taken away.
struct UpdateRegistry {
  RegistryName name;
  reflect::Nullable<TextRef> description;
  std::optional<Visibility> visibility;
  std::optional<StageSet> stages;
  std::optional<CardPolicy> card_policy;
  std::optional<Reason> reason = {};
};

// What is archived takes nothing new until it is restored; what is there can be read.
struct SetRegistryArchived {
  RegistryName name;
  bool archived = true;
  std::optional<Reason> reason;
};

// Only who administers the registry moves a protected alias, in any of its models.
struct SetAliasProtected {
  RegistryName registry;
  AliasName alias;
  bool is_protected = true;
  std::optional<Reason> reason = {};
};

}  // namespace herald::registry
