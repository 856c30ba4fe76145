#include "api/principals.h"

#include "work/directory.h"

namespace herald::api {

namespace {

Error no_principal(std::string_view text, const std::string& field) {
  return error(Cause::not_found,
               "there is no principal " + shown(text) + ": name one by its name or its id (herald user list)",
               field);
}

// Which name is in force the head says: others in the directory are asked for, or were given up.
std::optional<registry::PrincipalId> holder_of_name(const Call& call, std::string_view name) {
  const auto& work = call.herald.parts.work;
  const auto holder = work::find_principal_named(work, name);
  if (!holder) return std::nullopt;
  const projections::HeadReader head(call.herald.parts.head);
  const auto principal = registry::find_principal(head, *holder);
  const auto entry = principal ? work::find_entry(work, *holder, principal->entry) : std::nullopt;
  if (!entry || work::principal_name_key(entry->name) != work::principal_name_key(name)) return std::nullopt;
  return holder;
}

std::optional<registry::PrincipalId> id_of(const Call& call, std::string_view text) {
  if (text == "me") text = call.actor.id;
  if (const auto id = registry::PrincipalId::parse(text)) return *id;
  return holder_of_name(call, text);
}

}  // namespace

Result<registry::PrincipalRecord> principal_called(const Call& call, const registry::Reader& state,
                                                   std::string_view text, const std::string& field) {
  const auto id = id_of(call, text);
  auto found = id ? registry::find_principal(state, *id) : std::nullopt;
  if (!found) return no_principal(text, field);
  return std::move(*found);
}

Result<std::optional<registry::PrincipalId>> owner_called(const Call& call,
                                                          const std::optional<std::string>& text) {
  if (!text) return std::optional<registry::PrincipalId>();
  const projections::HeadReader head(call.herald.parts.head);
  HERALD_TRY(const auto owner, principal_called(call, head, *text, "owner"));
  return std::optional(owner.id);
}

Result<registry::PrincipalRecord> principal_in(const Call& call, const registry::Reader& state,
                                               std::string_view parameter) {
  return principal_called(call, state, call.path.at(parameter), std::string(parameter));
}

Result<void> check_name_is_free(const Call& call, const std::string& name,
                                const std::optional<registry::PrincipalId>& but_for) {
  if (call.is_retry) return {};  // it was free to the first, which may be who has it
  const auto holder = holder_of_name(call, name);
  if (!holder || holder == but_for) return {};
  return error(Cause::already_exists,
               "\"" + name + "\" is the name of a principal already (letters in any case are the same)",
               "name");
}

bool is_the_caller(const Call& call, registry::PrincipalId id) {
  return call.token && call.actor.id == id.str();
}

bool administers(const Call& call) {
  return call.access.on_server() == registry::Role::admin;
}

PrincipalBody principal_body(const Call& call, const registry::PrincipalRecord& principal) {
  const Names names(call.herald.parts.work);
  PrincipalBody body{.id = principal.id,
                     .kind = principal.kind,
                     .name = {},
                     .full_name = {},
                     .email = {},
                     .enabled = principal.enabled,
                     .created = names.stamp(principal.created),
                     .changed = names.stamp(principal.changed)};
  if (const auto entry = work::find_entry(call.herald.parts.work, principal.id, principal.entry)) {
    body.name = entry->name;
    body.full_name = entry->full_name;
    if (administers(call) || is_the_caller(call, principal.id)) body.email = entry->email;
  }
  return body;
}

std::optional<std::string> name_of_principal(const Call& call, registry::PrincipalId id) {
  const auto entry = work::find_entry(call.herald.parts.work, id);
  return entry ? std::optional(entry->name) : std::nullopt;
}

PlaceBody place_body(const registry::Reader& state, const registry::RoleScope& scope) {
  PlaceBody body{.registry = scope.registry, .model = scope.model};
  if (scope.registry_id) {
    if (const auto now = registry::find<registry::RegistryRecord>(state, registry::Table::registries,
                                                                  scope.registry_id->bytes()))
      body.registry = now->name;
  }
  if (scope.model_id) {
    if (const auto now = registry::find_model(state, *scope.model_id)) {
      body.model = now->name;
      if (now->deleted) body.deleted = true;
    }
  }
  return body;
}

}  // namespace herald::api
