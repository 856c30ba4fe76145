// Principals as callers name them and as they are shown: the head knows ids, the directory (work/directory.h) names.
#pragma once

#include <boost/describe.hpp>

#include "api/call.h"
#include "api/names.h"

namespace herald::api {

struct PrincipalBody {
  registry::PrincipalId id;
  registry::PrincipalKind kind = registry::PrincipalKind::user;
  std::optional<std::string> name;  // absent: it was erased
  std::optional<std::string> full_name;
  std::optional<std::string> email;  // to administrators and to itself
  bool enabled = true;
  Stamp created, changed;
};
BOOST_DESCRIBE_STRUCT(PrincipalBody, (), (id, kind, name, full_name, email, enabled, created, changed))

// Where a role is held or a token opens: the server where both are absent. Names as they are now; of a model that was deleted
// the one that it had, which may be another's by now.
struct PlaceBody {
  std::optional<registry::RegistryName> registry;
  std::optional<registry::ModelName> model;
  // The model is: it has the name that it had, and nothing reaches one that is called so now.
  std::optional<bool> deleted = {};
};
BOOST_DESCRIBE_STRUCT(PlaceBody, (), (registry, model, deleted))

// By id, by name, or "me"; of any kind. Errors: not_found, about `field`.
Result<registry::PrincipalRecord> principal_called(const Call& call, const registry::Reader& state,
                                                   std::string_view text, const std::string& field);
// Of a model: nobody, where there is no text. Errors: as above, about "owner".
Result<std::optional<registry::PrincipalId>> owner_called(const Call& call,
                                                          const std::optional<std::string>& text);
Result<registry::PrincipalRecord> principal_in(const Call& call, const registry::Reader& state,
                                               std::string_view parameter = "principal");

// For as long as the turn of the name is held (Services::naming). `but_for`: who may have it already. Errors: already_exists,
// about "name".
Result<void> check_name_is_free(const Call& call, const std::string& name,
                                const std::optional<registry::PrincipalId>& but_for = std::nullopt);

bool is_the_caller(const Call& call, registry::PrincipalId id);
// Of the whole server.
bool administers(const Call& call);

PrincipalBody principal_body(const Call& call, const registry::PrincipalRecord& principal);
// Nothing where it was erased.
std::optional<std::string> name_of_principal(const Call& call, registry::PrincipalId id);
PlaceBody place_body(const registry::Reader& state, const registry::RoleScope& scope);

}  // namespace herald::api
