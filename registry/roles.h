// Who may do what, as data: the roles, and on what they are held. access.h draws the conclusions.
#pragma once

#include <boost/describe.hpp>
#include <optional>

#include "registry/facts.h"

namespace herald::registry {

BOOST_DEFINE_ENUM_CLASS(PrincipalKind, user, service, team)

// Each may do what those before it may.
//   restricted_viewer  see names, facts, history and events
//   viewer             read files and blobs
//   member             register, describe, tag, comment, move aliases, record lineage and usage; automations
//   admin              policies, protected aliases, roles, secrets
BOOST_DEFINE_ENUM_CLASS(Role, restricted_viewer, viewer, member, admin)

// On what a role is held: the whole server where both are absent, a registry, or one model of it. Names as they were.
struct RoleScope {
  std::optional<RegistryId> registry_id;
  std::optional<RegistryName> registry;
  std::optional<ModelId> model_id;
  std::optional<ModelName> model;
  friend bool operator==(const RoleScope&, const RoleScope&) = default;
};
BOOST_DESCRIBE_STRUCT(RoleScope, (), (registry_id, registry, model_id, model))

}  // namespace herald::registry
