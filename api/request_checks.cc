#include "api/request_checks.h"

#include <algorithm>
#include <string>

#include "api/header_fields.h"

namespace herald::api {

Result<void> check_parameters(const Route& route, const Query& query) {
  for (const auto& [name, value] : query.all()) {
    const auto& known = route.doc().query();
    if (std::any_of(known.begin(), known.end(), [&, name = std::string_view(name)](const auto& parameter) {
          return parameter.name == name;
        }))
      continue;
    std::string names;
    for (const auto& parameter : known) names += (names.empty() ? "" : ", ") + std::string(parameter.name);
    return error(Cause::unknown_field,
                 "the query parameter " + shown(name) + " is not known here" +
                     (names.empty() ? ": none is" : ": known are " + names),
                 name);
  }
  return {};
}

Result<void> check_conditions(const Request& request) {
  if (request.method == Method::get || request.method == Method::head) return {};
  std::string name(request.condition);
  if (name.empty() && !request.if_none_match.empty()) name = "If-None-Match";
  if (name.empty()) return {};
  return error(Cause::invalid_value,
               name +
                   " is not looked at here: leave it out (aliases and versions take a condition in the "
                   "request itself, as \"expected\")",
               name);
}

Result<void> check_body_header(const Route& route, const Request& request) {
  const Doc& doc = route.doc();
  const bool announced = request.chunked || request.content_length.has_value();
  switch (doc.body()) {
    case BodyKind::none:
      if (!request.has_body()) return {};
      return error(Cause::malformed, "this request takes no body: it must be sent without one");
    case BodyKind::bytes:
      if (announced) return {};
      return error(Cause::length_required, "the content must come with a Content-Length, or chunked");
    case BodyKind::json:
      break;
  }
  if (!announced && doc.body_required())
    return error(Cause::length_required, "a JSON body is needed, with a Content-Length or chunked");
  if (request.content_length.value_or(0) > doc.max_body()) {
    return error(Cause::too_large, "the body has " + std::to_string(*request.content_length) +
                                       " bytes: at most " + std::to_string(doc.max_body()) + " are allowed");
  }
  if (request.has_body() && !is_utf8_json(request.content_type)) {
    return error(Cause::unsupported_media,
                 request.content_type.empty()
                     ? std::string("the request must say what its body is: Content-Type: application/json")
                     : "the body must be application/json in UTF-8, not " + shown(request.content_type));
  }
  return {};
}

}  // namespace herald::api
