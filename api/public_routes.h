// What answers without asking who calls. The only such list: the router refuses an open route that is not in it.
#pragma once

#include <array>
#include <string_view>

namespace herald::api {

inline constexpr std::array<std::string_view, 6> kPublicRoutes = {
    "GET /",              // what this is, and where to go on
    "GET /healthz",       // the process lives
    "GET /readyz",        // it can do its work
    "GET /openapi.json",  // what the rest of the surface is
    "GET /claim",         // the page behind the link by which it is claimed
    "POST /v1/claim",     // by the code of that link alone
};

}  // namespace herald::api
