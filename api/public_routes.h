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

// Of these, what answers while a server that is reached from elsewhere has no administrator: the link's own, and what says to
// whatever started it that it lives. Nothing of them tells what it is or what it holds.
inline constexpr std::array<std::string_view, 4> kRoutesBeforeTheClaim = {
    "GET /healthz",
    "GET /readyz",
    "GET /claim",
    "POST /v1/claim",
};

}  // namespace herald::api
