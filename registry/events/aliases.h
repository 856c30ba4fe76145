// What can happen to an alias.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string_view>

#include "registry/events/of.h"
#include "registry/events/registries.h"

namespace herald::registry {

struct AliasAssigned : OfModel {
  static constexpr std::string_view kType = "alias.assigned";
  AliasName alias;
  std::optional<VersionNumber> from;  // the version that it displaced
  VersionNumber to;
  std::optional<Reason> reason = {};
  std::optional<Rollback> rollback = {};  // it was taken back, not put there
};
BOOST_DESCRIBE_STRUCT(AliasAssigned, (OfModel), (alias, from, to, reason, rollback))

struct AliasRemoved : OfModel {
  static constexpr std::string_view kType = "alias.removed";
  AliasName alias;
  VersionNumber from;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(AliasRemoved, (OfModel), (alias, from, reason))

// In all models of a registry: only who administers it moves the alias.
struct AliasProtected : OfRegistry {
  static constexpr std::string_view kType = "alias.protected";
  AliasName alias;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(AliasProtected, (OfRegistry), (alias, reason))

struct AliasUnprotected : OfRegistry {
  static constexpr std::string_view kType = "alias.unprotected";
  AliasName alias;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(AliasUnprotected, (OfRegistry), (alias, reason))

}  // namespace herald::registry
