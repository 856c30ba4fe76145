// `fields`: of an object that is read, the members that the caller wants, and no others.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/route.h"
#include "api/target.h"

namespace herald::api {

// That an answer of that schema can have, of whichever kind it is.
std::vector<std::string> members_of(const Schema& schema);

// Empty: all. Errors: invalid_value (a member that the answer never has).
Result<std::vector<std::string>> fields_in(const Route& route, const Query& query);

// Of an answer's body: of the object, or of each item of a list. In the order in which the answer has them.
std::string only(std::string_view body, const std::vector<std::string>& fields, bool is_list);

}  // namespace herald::api
