// The answers of a route as /openapi.json describes them: statuses, bodies, and every header that they carry but those that
// HTTP itself gives to each message (Date, Content-Length, Content-Type, Connection, Transfer-Encoding).
#pragma once

#include <string>

#include "api/openapi_examples.h"
#include "api/route.h"

namespace herald::api {

// Whether a GET with If-None-Match can be answered with 304.
bool may_be_unchanged(const Route& route);

// {"200": {...}, ..., "default": {...}}
void write_answers(std::string& out, const Route& route, const Examples& examples);
// components/responses: the refusals that every client may meet.
void write_refusals(std::string& out, const Examples& examples);
// components/headers
void write_headers(std::string& out);
// {"<media>": {"schema": ..., "examples": ...}}; `example`: its name below components/examples, or nothing.
void write_content(std::string& out, std::string_view media, std::string_view schema,
                   const std::string& example);

}  // namespace herald::api
