// The schemas of /openapi.json, as they follow from those of the structs.
#pragma once

#include <string>
#include <string_view>

#include "api/route.h"

namespace herald::api {

// {"$ref": ...} to components/schemas.
std::string schema_reference(const std::string& name);
// Of a request's body: members that it does not name are refused.
std::string strict_schema(const Schema& schema);
// Of an answer of which `fields` named some members: none of them must be there. Its name: "SomeOfModel".
std::string partial_schema(const Schema& schema);
std::string partial_name(const Schema& schema);
// Of the parameter `fields`.
std::string fields_schema(const Schema& schema);
// Of what a route answers when it succeeds.
std::string answer_schema(const Doc& doc);

}  // namespace herald::api
