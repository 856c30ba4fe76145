// The description of the surface as OpenAPI 3.1, made of the route table and of the structs that are read and written, so
// that it cannot say anything else than what is done.
#pragma once

#include <string>

#include "api/router.h"

namespace herald::api {

std::string describe_api(const Router& router);

}  // namespace herald::api
