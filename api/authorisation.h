// May this caller do this, here? Asked once for each request, before its body is read. What a caller may not see is
// answered as what is not there, in the same words; what it sees and may not do, with `denied`.
#pragma once

#include "api/call.h"

namespace herald::api {

// The lowest role that has the permission. Not of `open` and `own`, which ask for none.
registry::Role role_for(Permission permission);

// Errors: denied; not_found. Handlers of ObjectScope::visible, and those that take names from a body or a query, show and
// take no more than visible_registry() and visible_model() find.
Result<void> authorise(const Call& call);

// What is not there, and what the caller may not see: not_found. To who sees everything the sentence says what is there
// instead.
Result<registry::RegistryRecord> visible_registry(const Call& call, const registry::Reader& state,
                                                  const registry::RegistryName& name);
Result<registry::FoundModel> visible_model(const Call& call, const registry::Reader& state,
                                           const registry::RegistryName& registry,
                                           const registry::ModelName& model);
// Whether the caller sees the model, of any registry (as of now, whatever `state` is of).
bool is_visible(const Call& call, registry::RegistryId registry, registry::ModelId model);
// Errors: denied (sees it, and has not the permission), not_found.
Result<registry::FoundModel> permitted_model(const Call& call, const registry::Reader& state,
                                             const registry::RegistryName& registry,
                                             const registry::ModelName& model, Permission permission);

}  // namespace herald::api
