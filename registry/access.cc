#include "registry/access.h"

#include <algorithm>

namespace herald::registry {
namespace {

std::string scope_of(RegistryId registry) {
  return std::string(registry.bytes());
}
std::string scope_of(RegistryId registry, ModelId model) {
  return std::string(registry.bytes()).append(model.bytes());
}

void add_roles(const Reader& state, std::string_view principal, std::map<std::string, Role>& roles) {
  state.scan(Table::roles, principal, {}, [&](std::string_view key, std::string_view value) {
    const Role role = record::decode<RoleRecord>(value).role;
    const auto [held, fresh] = roles.try_emplace(std::string(key.substr(principal.size())), role);
    if (!fresh) held->second = std::max(held->second, role);
    return true;
  });
}

std::vector<std::string> teams_of(const Reader& state, PrincipalId principal) {
  std::vector<std::string> teams;
  state.scan(Table::teams_of, principal.bytes(), {}, [&](std::string_view key, std::string_view) {
    teams.emplace_back(key.substr(principal.bytes().size()));
    return true;
  });
  return teams;
}

bool is_enabled(const Reader& state, const std::string& id) {
  const auto principal = find<PrincipalRecord>(state, Table::principals, id);
  return principal && principal->enabled;
}

std::optional<Role> held(const std::map<std::string, Role>& roles, const std::string& scope) {
  const auto found = roles.find(scope);
  return found == roles.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

Access Access::unlimited() {
  Access access;
  access.roles_ = std::make_shared<const Roles>(Roles{{std::string(), Role::admin}});
  return access;
}

Access Access::of(const Reader& state, const PrincipalRecord& principal, const TokenRecord& token) {
  Access access;
  access.is_signed_in_ = true;
  access.at_most_ = token.at_most;
  access.scope_ = token.scope;
  Roles roles;
  add_roles(state, principal.id.bytes(), roles);
  for (const std::string& team : teams_of(state, principal.id)) {
    if (is_enabled(state, team)) add_roles(state, team, roles);
  }
  access.roles_ = std::make_shared<const Roles>(std::move(roles));
  return access;
}

std::optional<Role> Access::on_server() const {
  if (scope_ && scope_->registry_id) return std::nullopt;
  return capped(held(*roles_, {}));
}

std::optional<Role> Access::in(const RegistryRecord& registry) const {
  if (scope_ && scope_->model_id) return std::nullopt;
  if (!opens(registry.id, nullptr)) return std::nullopt;
  std::optional<Role> role = std::max(held(*roles_, {}), held(*roles_, scope_of(registry.id)));
  if (is_signed_in_ && registry.visibility == Visibility::organization)
    role = std::max(role, std::optional(Role::viewer));
  return capped(role);
}

std::optional<Role> Access::on(const RegistryRecord& registry, ModelId model) const {
  if (!opens(registry.id, &model)) return std::nullopt;
  std::optional<Role> role = std::max(
      {held(*roles_, {}), held(*roles_, scope_of(registry.id)), held(*roles_, scope_of(registry.id, model))});
  if (is_signed_in_ && registry.visibility == Visibility::organization)
    role = std::max(role, std::optional(Role::viewer));
  return capped(role);
}

bool Access::sees(const RegistryRecord& registry) const {
  if (in(registry)) return true;
  if (!opens(registry.id, nullptr)) return false;
  if (scope_ && scope_->model_id) return on(registry, *scope_->model_id).has_value();
  const auto below = roles_->lower_bound(scope_of(registry.id));
  return below != roles_->end() && below->first.starts_with(registry.id.bytes());
}

std::optional<Role> Access::anywhere(const Reader& state) const {
  std::optional<Role> highest;
  for (const auto& [scope, role] : *roles_) {
    if (opens(scope)) highest = std::max(highest, std::optional(role));
  }
  if (highest < std::optional(Role::viewer) && is_signed_in_ && opens_what_all_see(state))
    highest = Role::viewer;
  return capped(highest);
}

// Whether the token opens the scope of a role, or a part of it.
bool Access::opens(std::string_view role_scope) const {
  if (!scope_ || !scope_->registry_id) return true;
  const std::string own =
      scope_->model_id ? scope_of(*scope_->registry_id, *scope_->model_id) : scope_of(*scope_->registry_id);
  return own.starts_with(role_scope) || role_scope.starts_with(own);
}

bool Access::opens_what_all_see(const Reader& state) const {
  const std::string_view first =
      scope_ && scope_->registry_id ? scope_->registry_id->bytes() : std::string_view();
  bool found = false;
  state.scan(Table::registries, first, {}, [&](std::string_view, std::string_view value) {
    found = record::decode<RegistryRecord>(value).visibility == Visibility::organization;
    return !found;
  });
  return found;
}

std::optional<Role> Access::capped(std::optional<Role> role) const {
  return role && at_most_ ? std::min(*role, *at_most_) : role;
}

bool Access::opens(RegistryId registry, const ModelId* model) const {
  if (!scope_ || !scope_->registry_id) return true;
  if (*scope_->registry_id != registry) return false;
  return model == nullptr || !scope_->model_id || *scope_->model_id == *model;
}

}  // namespace herald::registry
