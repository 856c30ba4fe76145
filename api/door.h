// Where a request comes from. What is kept out is a browser that a foreign page has sent here: always one of a foreign
// Origin (Herald lets no page but its own call it: there is no CORS), and while no token is asked for, one of a foreign Host
// too (DNS rebinding).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/request.h"
#include "base/result.h"

namespace herald::api {

// localhost, 127.0.0.0/8 or [::1], with or without a port.
bool names_loopback(std::string_view authority);

// `stands_open`: no token is asked for. Errors: malformed (no Host), foreign_origin.
Result<void> admit(const Request& request, bool stands_open);

// W3C Trace Context: the value when it is valid, else nothing.
std::optional<std::string> valid_traceparent(std::string_view header);

}  // namespace herald::api
