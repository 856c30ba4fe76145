// Who may come in. Until tokens exist Herald stands open, on loopback addresses alone: everybody is `anonymous`. What is
// kept out is a browser that a foreign page has sent here (a foreign Origin, or, by DNS rebinding, a foreign Host).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/request.h"
#include "base/result.h"
#include "registry/actor.h"

namespace herald::api {

// localhost, 127.0.0.0/8 or [::1], with or without a port.
bool names_loopback(std::string_view authority);

// Errors: malformed (no Host), foreign_origin.
Result<registry::Actor> admit(const Request& request);

// W3C Trace Context: the value when it is valid, else nothing.
std::optional<std::string> valid_traceparent(std::string_view header);

}  // namespace herald::api
