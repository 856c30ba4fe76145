// What one caller may do: the conclusions from the roles that the state holds (roles.h).
//
// The highest role wins, of those on the server, on the registry and on the model, held by the principal or by a team that
// it is in. In a registry that is visible to the organization whoever is signed in is a viewer. A token takes away: it
// opens nothing outside of its scope, and no more than its highest role.
//
// A value, cheap to copy: copies share the roles, which are not changed any more. What it concludes is of the state that it was
// made of; who keeps one sees to it that it is not older than what it answers (api/authentication.h).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "registry/state.h"

namespace herald::registry {

class Access {
 public:
  // The door stands open: whoever comes in may do everything.
  static Access unlimited();
  // Of who has not come in.
  static Access nothing() { return Access(); }
  // Signed in. What the principal may not any more (it is disabled, the token is revoked or has expired) is the door's to find.
  static Access of(const Reader& state, const PrincipalRecord& principal, const TokenRecord& token);

  std::optional<Role> on_server() const;
  // Nothing: it is not seen.
  std::optional<Role> in(const RegistryRecord& registry) const;
  std::optional<Role> on(const RegistryRecord& registry, ModelId model) const;
  // Its name and what it is; also where only some of its models are seen.
  bool sees(const RegistryRecord& registry) const;
  // Everything there is: nothing needs to be left out of a list.
  bool sees_all() const { return on_server().has_value(); }
  // Its token takes away of what the principal may.
  bool is_narrowed() const { return at_most_ || (scope_ && scope_->registry_id); }
  // Its token opens one registry or model alone.
  bool is_scoped() const { return scope_ && scope_->registry_id; }
  // The highest role that is held anywhere, the viewer's of what is visible to the organization among them.
  std::optional<Role> anywhere(const Reader& state) const;

 private:
  using Roles = std::map<std::string, Role>;  // by keys::scope()
  std::optional<Role> capped(std::optional<Role> role) const;
  // Whether the token opens the registry, or the model of it, or (where `model` is null) something in it.
  bool opens(RegistryId registry, const ModelId* model) const;
  bool opens(std::string_view role_scope) const;
  bool opens_what_all_see(const Reader& state) const;

  bool is_signed_in_ = false;
  std::shared_ptr<const Roles> roles_ = std::make_shared<const Roles>();
  std::optional<Role> at_most_;
  std::optional<RoleScope> scope_;  // of the token
};

}  // namespace herald::registry
