#include "api/openapi.h"

#include <map>

#include "api/openapi_answers.h"
#include "api/openapi_examples.h"
#include "api/openapi_schemas.h"
#include "api/problem.h"

namespace herald::api {

namespace {

using json::ObjectWriter;
using json::write_string;

std::string as_string(std::string_view text) {
  std::string out;
  write_string(out, text);
  return out;
}

// The names within braces, in order.
std::vector<std::string> path_parameters(std::string_view pattern) {
  std::vector<std::string> names;
  for (std::size_t open = pattern.find('{'); open != std::string_view::npos;
       open = pattern.find('{', open + 1)) {
    std::string name(pattern.substr(open + 1, pattern.find('}', open) - open - 1));
    if (name.ends_with("...")) name.resize(name.size() - 3);
    names.push_back(std::move(name));
  }
  return names;
}

std::string lower_method(Method method) {
  std::string out(to_string(method));
  for (char& c : out) c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string path_text(std::string_view name) {
  if (name == "version") return "A version: its number (3 or v3); where one reads, also latest or an alias.";
  if (name == "sha256") return "64 hex digits.";
  if (name == "path") return "Of the file within the artifact.";
  return "";
}

struct ParameterText {
  std::string_view name, in, schema, text;
  bool required = false;
};

void write_parameter(std::string& out, const ParameterText& text,
                     const std::optional<std::string>& example = {}) {
  if (out.back() != '[') out.push_back(',');
  ObjectWriter parameter(out);
  parameter.member("name", text.name).member("in", text.in).member("required", text.required);
  if (!text.text.empty()) parameter.member("description", text.text);
  parameter.key("schema") += text.schema;
  if (text.name == "fields") parameter.member("style", std::string_view("form")).member("explode", false);
  if (example) parameter.key("example") += *example;
  parameter.close();
}

std::string_view text_of_retries(const Doc& doc) {
  if (!doc.completed_by_retries())
    return "A retry under the same key gets the first answer and changes nothing.";
  return "A retry under the same key gets the first answer, once all that follows from the first is done, "
         "and "
         "changes nothing else; refused as busy (503) while the views are behind the first.";
}

void write_parameters(std::string& out, const Route& route, const Examples& examples) {
  constexpr std::string_view kString = R"({"type":"string"})";
  const Doc& doc = route.doc();
  const std::string fields = doc.selectable() ? fields_schema(doc.answer()) : std::string();
  out.push_back('[');
  for (const std::string& name : path_parameters(route.pattern())) {
    const std::string_view schema = name == "sequence" ? R"({"type":"integer","minimum":1})" : kString;
    write_parameter(out, {name, "path", schema, path_text(name), true}, examples.parameter(route, name));
  }
  for (const QueryParameter& parameter : doc.query()) {
    write_parameter(out,
                    {parameter.name, "query", parameter.schema.empty() ? fields : parameter.schema,
                     parameter.text, parameter.required},
                    examples.parameter(route, parameter.name));
  }
  if (doc.recording()) {
    write_parameter(out, {"Idempotency-Key", "header", R"({"type":"string","minLength":1,"maxLength":255})",
                          text_of_retries(doc)});
  }
  if (may_be_unchanged(route)) {
    write_parameter(out, {"If-None-Match", "header", kString,
                          "The ETag of what the caller has: 304 while it is the same."});
  }
  if (doc.has_ranges()) {
    write_parameter(out, {"Range", "header", kString, "One range of bytes: 206, or 416 outside of it."});
    write_parameter(out, {"If-Range", "header", kString, "The range if the ETag is this one, else all."});
    write_parameter(out, {"If-Match", "header", kString, "412 unless the ETag is one of these."});
  }
  if (doc.media() == "text/event-stream")
    write_parameter(out, {"Last-Event-ID", "header", kString, "Go on behind this sequence."});
  out.push_back(']');
}

void write_request_body(std::string& out, const Route& route, const Examples& examples) {
  const Doc& doc = route.doc();
  ObjectWriter body(out);
  body.member("required", doc.body_required());
  if (doc.body() == BodyKind::bytes) {
    write_content(body.key("content"), "application/octet-stream", "{}", {});
  } else {
    write_content(body.key("content"), kJson, schema_reference(doc.request().name), examples.request(route));
  }
  body.close();
}

void write_operation(std::string& out, const Route& route, const Examples& examples) {
  const Doc& doc = route.doc();
  ObjectWriter operation(out);
  operation.member("operationId", operation_id(route)).member("summary", doc.summary());
  if (!doc.text().empty()) operation.member("description", doc.text());
  operation.key("tags") += "[" + as_string(doc.tag()) + "]";
  operation.member("x-herald-permission", to_string(route.permission()))
      .member("x-herald-scope", to_string(route.scope()));
  write_parameters(operation.key("parameters"), route, examples);
  if (doc.body() != BodyKind::none) write_request_body(operation.key("requestBody"), route, examples);
  write_answers(operation.key("responses"), route, examples);
  if (route.permission() == Permission::open) operation.key("security") += "[]";
  operation.close();
}

void write_paths(std::string& out, const Router& router, const Examples& examples) {
  std::map<std::string, std::vector<const Route*>> paths;
  for (const Route& route : router.routes()) paths[openapi_path(route.pattern())].push_back(&route);
  ObjectWriter all(out);
  for (const auto& [path, routes] : paths) {
    ObjectWriter methods(all.key(path));
    for (const Route* route : routes)
      write_operation(methods.key(lower_method(route->method())), *route, examples);
    methods.close();
  }
  all.close();
}

void write_components(std::string& out, const Router& router, const Examples& examples) {
  std::map<std::string, std::string> schemas{{"Problem", json::schema_of<ProblemBody>()}};
  for (const Route& route : router.routes()) {
    const Doc& doc = route.doc();
    if (!doc.request().name.empty()) schemas.emplace(doc.request().name, strict_schema(doc.request()));
    if (!doc.answer().name.empty()) schemas.emplace(doc.answer().name, doc.answer().json());
    if (doc.selectable()) schemas.emplace(partial_name(doc.answer()), partial_schema(doc.answer()));
  }
  ObjectWriter components(out);
  ObjectWriter all(components.key("schemas"));
  for (const auto& [name, schema] : schemas) all.key(name) += schema;
  all.close();
  write_headers(components.key("headers"));
  write_refusals(components.key("responses"), examples);
  examples.write_components(components.key("examples"));
  components.key("securitySchemes") +=
      R"({"bearer":{"type":"http","scheme":"bearer","description":"A token: herald_..."}})";
  components.close();
}

}  // namespace

std::string describe_api(const Router& router) {
  const Examples examples;
  std::string out;
  ObjectWriter document(out);
  document.member("openapi", std::string_view("3.1.0"));
  ObjectWriter info(document.key("info"));
  info.member("title", std::string_view("Herald"))
      .member("version", std::string_view(HERALD_VERSION))
      .member("description",
              std::string_view(
                  "A registry of models whose only truth is an append-only log of events. Of the headers of "
                  "answers, those that HTTP gives to every message are not listed: Date, Content-Type, "
                  "Content-Length, Transfer-Encoding, Connection."));
  info.close();
  write_paths(document.key("paths"), router, examples);
  write_components(document.key("components"), router, examples);
  document.key("security") += R"([{"bearer":[]}])";
  document.close();
  return out;
}

}  // namespace herald::api
