// May this caller do this, here? Asked once for each request, before its body is read (but see Doc::takes_a_new_model).
// What a caller may not see is answered as what is not there, in the same words; what it sees and may not do, with `denied`.
#pragma once

#include "api/call.h"

namespace herald::api {

// The lowest role that has the permission. Not of `open` and `own`, which ask for none.
registry::Role role_for(Permission permission);

// ---- the count of refusals (denials.h; docs/adr/0022) ----
registry::RoleScope place_of(const registry::RegistryRecord& registry);
registry::RoleScope place_of(const registry::RegistryRecord& registry, const registry::ModelRecord& model);
// Says what is being refused, by the permission and the place. Of a refusal of which nobody says it, it is what takes an
// administrator, where the path says: so it is with what rules refuse.
void note_denied(const Call& call, std::string_view permission, registry::RoleScope on = {});
// The same of what is there and is about to be answered as if it were not: the permission is the route's. Sight notes so
// whatever it hides, however the request named it; handlers, what no Sight looks for.
void note_hidden(const Call& call, registry::RoleScope on = {});
// Counts the refusal, where it is one of who may not (403, or 404 of what was noted as hidden): once for each request, by who
// answers it.
void count_refusal(const Call& call, const Error& refusal);

// Errors: denied; not_found. Handlers of ObjectScope::visible, and those that take names from a body or a query, show and
// take no more than seen_registry(), seen_model() (call.h) and permitted_model() find.
Result<void> authorise(const Call& call);

// The same once more, of the caller as it is by now: what takes long (a body, a download) may outlast a token or a role. The
// call has the renewed caller afterwards. Errors besides: unauthenticated.
Result<void> authorise_anew(Call& call);

// What is said, and counted, of who sees the registry and has not the permission there.
Error denied_in_registry(const Call& call, const registry::RegistryRecord& registry, Permission permission);

// Errors: denied (sees it, and has not the permission), not_found.
Result<registry::FoundModel> permitted_model(const Call& call, const registry::Reader& state,
                                             const registry::ModelAddress& address, Permission permission);

}  // namespace herald::api
