#include "api/authorisation.h"

#include <stdexcept>

#include "projections/head.h"

namespace herald::api {

namespace {

using registry::Role;

Error hidden_registry(const registry::RegistryName& name) {
  return error(Cause::not_found, "there is no registry \"" + name.str() + "\", or none that you may see", "registry");
}

Error hidden_model(const registry::RegistryName& registry, const registry::ModelName& model) {
  return error(Cause::not_found,
               "there is no model \"" + model.str() + "\" in registry \"" + registry.str() +
                   "\", or none that you may see",
               "model");
}

// The same for all scopes: what it takes, what is held, whom to ask.
Error denied(Permission permission, const std::string& where, std::optional<Role> held) {
  const std::string role(reflect::enum_name(role_for(permission)));
  return error(Cause::denied, "to " + std::string(to_string(permission)) + " " + where + " takes the role " + role +
                                  (held ? ", and you are " + std::string(reflect::enum_name(*held)) + " there"
                                        : ", and you have none there") +
                                  ": an administrator of it can grant it");
}

// As it is now: who may see it is not of the past.
registry::RegistryRecord present(const Call& call, registry::RegistryRecord then) {
  if (!call.as_of) return then;
  const projections::HeadReader head(call.herald.parts.head);
  const auto now = registry::find<registry::RegistryRecord>(head, registry::Table::registries, then.id.bytes());
  then.visibility = now ? now->visibility : registry::Visibility::restricted;
  return then;
}

bool suffices(std::optional<Role> held, Permission permission) {
  return held && *held >= role_for(permission);
}

Result<void> authorise_on_server(const Call& call) {
  const auto held = call.access.on_server();
  if (suffices(held, call.route.permission())) return {};
  return denied(call.route.permission(), "the server", held);
}

Result<void> authorise_anywhere(const Call& call) {
  const projections::HeadReader head(call.herald.parts.head);
  const auto held = call.access.anywhere(head);
  // Who sees nothing is shown nothing, and need not be told so.
  if (call.route.permission() == Permission::read || suffices(held, call.route.permission())) return {};
  return denied(call.route.permission(), "anything here", held);
}

Result<void> authorise_in_registry(const Call& call) {
  HERALD_TRY(const auto name, registry_in(call));
  const Snapshot then = call.snapshot();
  HERALD_TRY(const auto found, visible_registry(call, then.state(), name));
  if (call.route.permission() == Permission::read) return {};  // the handler leaves out what is not seen
  const auto held = call.access.in(found);
  if (suffices(held, call.route.permission())) return {};
  return denied(call.route.permission(), "registry \"" + name.str() + "\"", held);
}

Result<void> authorise_on_model(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  const Snapshot then = call.snapshot();
  HERALD_CHECK(permitted_model(call, then.state(), address.registry, address.model, call.route.permission()));
  return {};
}

}  // namespace

Role role_for(Permission permission) {
  switch (permission) {
    case Permission::open:
    case Permission::own:
      break;
    case Permission::read:
      return Role::restricted_viewer;
    case Permission::download:
      return Role::viewer;
    case Permission::write:
    case Permission::automate:
      return Role::member;
    case Permission::administer:
      return Role::admin;
  }
  throw std::logic_error("a permission that asks for no role");
}

Result<void> authorise(const Call& call) {
  if (call.route.permission() == Permission::open || call.route.permission() == Permission::own) return {};
  if (call.access.on_server() == Role::admin) return {};
  switch (call.route.scope()) {
    case ObjectScope::server:
      return authorise_on_server(call);
    case ObjectScope::visible:
      return authorise_anywhere(call);
    case ObjectScope::registry:
      return authorise_in_registry(call);
    case ObjectScope::model:
      return authorise_on_model(call);
  }
  throw std::logic_error("a route of no scope");
}

Result<registry::RegistryRecord> visible_registry(const Call& call, const registry::Reader& state,
                                                  const registry::RegistryName& name) {
  if (call.access.sees_all()) return registry::require_registry(state, name);
  auto found = registry::find_registry(state, name);
  if (!found) return hidden_registry(name);
  *found = present(call, std::move(*found));
  if (!call.access.sees(*found)) return hidden_registry(name);
  return std::move(*found);
}

Result<registry::FoundModel> visible_model(const Call& call, const registry::Reader& state,
                                           const registry::RegistryName& registry,
                                           const registry::ModelName& model) {
  return permitted_model(call, state, registry, model, Permission::read);
}

bool is_visible(const Call& call, registry::RegistryId registry, registry::ModelId model) {
  if (call.access.sees_all()) return true;
  const projections::HeadReader head(call.herald.parts.head);
  const auto home = registry::find<registry::RegistryRecord>(head, registry::Table::registries, registry.bytes());
  return home && call.access.on(*home, model);
}

Result<registry::FoundModel> permitted_model(const Call& call, const registry::Reader& state,
                                             const registry::RegistryName& registry,
                                             const registry::ModelName& model, Permission permission) {
  if (call.access.sees_all() && suffices(call.access.on_server(), permission))
    return registry::require_model(state, registry, model);
  auto home = registry::find_registry(state, registry);
  auto found = home ? registry::find_model(state, home->id, model) : std::nullopt;
  if (!found) return hidden_model(registry, model);
  *home = present(call, std::move(*home));
  const auto held = call.access.on(*home, found->id);
  if (!held) return hidden_model(registry, model);
  if (!suffices(held, permission)) {
    return denied(permission, "model \"" + model.str() + "\" of registry \"" + registry.str() + "\"", held);
  }
  return registry::FoundModel{std::move(*home), std::move(*found)};
}

}  // namespace herald::api
