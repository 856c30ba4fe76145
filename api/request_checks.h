// What a request says beside its path and body, held against what its route takes, before anything of the body is read. What
// nobody would look at is refused: it must not look as if it had been heeded.
#pragma once

#include "api/request.h"
#include "api/route.h"
#include "api/target.h"
#include "base/result.h"

namespace herald::api {

// Errors: unknown_field, which names those that the route knows.
Result<void> check_parameters(const Route& route, const Query& query);

// Errors: invalid_value, where a write carries a condition.
Result<void> check_conditions(const Request& request);

// Errors: malformed, length_required, too_large, unsupported_media.
Result<void> check_body_header(const Route& route, const Request& request);

}  // namespace herald::api
