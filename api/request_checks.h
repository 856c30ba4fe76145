// What the query and the header of a request say, held against its route, before a byte of its body is read.
#pragma once

#include "api/request.h"
#include "api/route.h"
#include "api/target.h"

namespace herald::api {

// Errors: unknown_field, naming those that are known.
Result<void> check_parameters(const Route& route, const Query& query);
// A condition that nobody looks at must not look as if it had held. Errors: invalid_value.
Result<void> check_conditions(const Request& request);
// Errors: malformed (a body where none is taken), length_required, too_large, unsupported_media.
Result<void> check_body_header(const Route& route, const Request& request);

}  // namespace herald::api
