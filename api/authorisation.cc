#include "api/authorisation.h"

#include <stdexcept>

#include "projections/head.h"

namespace herald::api {

namespace {

using registry::Role;

// The same for all scopes: what it takes, what is held, whom to ask.
Error denied(Permission permission, const std::string& where, std::optional<Role> held,
             std::string field = {}) {
  const std::string role(reflect::enum_name(role_for(permission)));
  return error(Cause::denied,
               "to " + std::string(to_string(permission)) + " " + where + " takes the role " + role +
                   (held ? ", and you are " + std::string(reflect::enum_name(*held)) + " there"
                         : ", and you have none there") +
                   ": an administrator of it can grant it",
               std::move(field));
}

bool suffices(std::optional<Role> held, Permission permission) {
  return held && *held >= role_for(permission);
}

// What the path names of what is there.
registry::RoleScope place_in_path(const Call& call) {
  const bool names_a_model = call.path.find("model").has_value();
  if (!names_a_model && !call.path.find("registry")) return {};
  const auto name = registry_in(call);
  const projections::HeadReader head(call.herald.parts.head);
  const auto home = name ? registry::find_registry(head, *name) : std::nullopt;
  if (!home) return {};
  const auto address = names_a_model ? std::optional(model_in(call)) : std::nullopt;
  const auto model =
      address && *address ? registry::find_model(head, home->id, (*address)->model) : std::nullopt;
  return model ? place_of(*home, *model) : place_of(*home);
}

Result<void> authorise_on_server(const Call& call) {
  const auto held = call.access.on_server();
  if (suffices(held, call.route.permission())) return {};
  note_denied(call, to_string(call.route.permission()));
  return denied(call.route.permission(), "the server", held);
}

Result<void> authorise_anywhere(const Call& call) {
  // Who sees nothing is shown nothing, and need not be told so.
  if (call.route.permission() == Permission::read) return {};
  const projections::HeadReader head(call.herald.parts.head);
  const auto held = call.access.anywhere(head);
  if (suffices(held, call.route.permission())) return {};
  note_denied(call, to_string(call.route.permission()));
  return denied(call.route.permission(), "anything here", held);
}

Result<void> authorise_in_registry(const Call& call) {
  HERALD_TRY(const auto name, registry_in(call));
  const Snapshot then = call.snapshot();
  HERALD_TRY(const auto found, seen_registry(call, then.state(), name));
  if (call.route.permission() == Permission::read) return {};  // the handler leaves out what is not seen
  if (suffices(call.access.in(found), call.route.permission())) return {};
  return denied_in_registry(call, found, call.route.permission());
}

Result<void> authorise_on_model(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  const Snapshot then = call.snapshot();
  // Who may do it in the whole registry sees all that is in it: what is not there, the handler says, or makes.
  const auto home = seen_registry(call, then.state(), address.registry);
  if (home && suffices(call.access.in(*home), call.route.permission())) return {};
  const auto found = permitted_model(call, then.state(), address, call.route.permission());
  if (found) return {};
  if (!home || found.error().cause != Cause::not_found || !call.route.doc().new_model()) return found.error();
  call.denied->reset();  // the handler says it
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

registry::RoleScope place_of(const registry::RegistryRecord& registry) {
  return {registry.id, registry.name, {}, {}};
}

registry::RoleScope place_of(const registry::RegistryRecord& registry, const registry::ModelRecord& model) {
  return {registry.id, registry.name, model.id, model.name};
}

void note_denied(const Call& call, std::string_view permission, registry::RoleScope on) {
  *call.denied = Denied{permission, std::move(on)};
}

void note_hidden(const Call& call, registry::RoleScope on) {
  const Permission asked = call.route.permission();
  const bool asks_for_no_role = asked == Permission::open || asked == Permission::own;
  note_denied(call, to_string(asks_for_no_role ? Permission::read : asked), std::move(on));
}

void count_refusal(const Call& call, const Error& refusal) {
  const bool hides_something = refusal.cause == Cause::not_found && call.denied->has_value();
  if (refusal.cause != Cause::denied && !hides_something) return;
  if (!*call.denied) note_denied(call, to_string(Permission::administer), place_in_path(call));
  call.herald.denials.count(call.actor.id, **call.denied);
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

Result<void> authorise_anew(Call& call) {
  if (call.route.permission() == Permission::open) return {};
  auto caller = call.herald.authentication.renewed(call);
  if (!caller) {
    return error(
        Cause::unauthenticated,
        "the token was revoked, or has expired, while the request was under way: it opens nothing any more",
        "Authorization");
  }
  static_cast<Caller&>(call) = std::move(*caller);
  return authorise(call);
}

Error denied_in_registry(const Call& call, const registry::RegistryRecord& registry, Permission permission) {
  note_denied(call, to_string(permission), place_of(registry));
  return denied(permission, "registry \"" + registry.name.str() + "\"", call.access.in(registry), "registry");
}

Result<registry::FoundModel> permitted_model(const Call& call, const registry::Reader& state,
                                             const registry::ModelAddress& address, Permission permission) {
  auto found = seen_model(call, state, address);
  if (!found) {
    if (*call.denied) (*call.denied)->permission = to_string(permission);
    return found.error();
  }
  const auto held = call.access.on(found->registry, found->model.id);
  if (suffices(held, permission)) return found;
  note_denied(call, to_string(permission), place_of(found->registry, found->model));
  return denied(permission,
                "model \"" + address.model.str() + "\" of registry \"" + address.registry.str() + "\"", held,
                "model");
}

}  // namespace herald::api
