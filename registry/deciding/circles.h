// The graph of lineage is kept free of circles: by edges that are recorded, and by what versions say of themselves.
#pragma once

#include "registry/access.h"
#include "registry/state.h"

namespace herald::registry::deciding {

// `access`: which versions the error may name; null: it does not tell the way. Errors: not_allowed_now, where an edge would
// close a circle; too_many, where that cannot be told.
Result<void> check_no_circle(const Reader& state, const Access* access, const Node& upstream,
                             const Node& downstream);

}  // namespace herald::registry::deciding
