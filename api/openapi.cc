#include "api/openapi.h"

#include <array>
#include <map>
#include <set>

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

// OpenAPI has no word for "all that follows": the slashes in it are sent as %2F, or by clients that know as they are.
std::string openapi_path(std::string pattern) {
  const std::size_t dots = pattern.find("...}");
  if (dots != std::string::npos) pattern.erase(dots, 3);
  return pattern;
}

std::string lower_method(Method method) {
  std::string out(to_string(method));
  for (char& c : out) c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// "get_v1_models_model_aliases_move": stable, and one for each route.
std::string operation_id(const Route& route) {
  std::string id = lower_method(route.method());
  for (const char c : route.pattern()) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (word) {
      id.push_back(c);
    } else if (id.back() != '_') {
      id.push_back('_');
    }
  }
  while (id.back() == '_') id.pop_back();
  return id;
}

std::string path_text(std::string_view name) {
  if (name == "version") return "A version: its number (3 or v3); where one reads, also latest or an alias.";
  if (name == "sha256") return "64 hex digits.";
  if (name == "path") return "Of the file within the artifact.";
  return "";
}

// Bytes, whole or in part.
bool gives_content(const Route& route) {
  return route.method() == Method::get && route.doc().media() == "application/octet-stream";
}

bool may_be_unchanged(const Route& route) {
  return route.method() == Method::get && (route.doc().media() == kJson || gives_content(route));
}

void write_parameter(std::string& out, std::string_view name, std::string_view in, bool required,
                     std::string_view schema, std::string_view text) {
  if (out.back() != '[') out.push_back(',');
  ObjectWriter parameter(out);
  parameter.member("name", name).member("in", in).member("required", required);
  if (!text.empty()) parameter.member("description", text);
  parameter.key("schema") += schema;
  parameter.close();
}

void write_parameters(std::string& out, const Route& route) {
  constexpr std::string_view kString = R"({"type":"string"})";
  out.push_back('[');
  for (const std::string& name : path_parameters(route.pattern()))
    write_parameter(out, name, "path", true, kString, path_text(name));
  for (const QueryParameter& parameter : route.doc().query()) {
    write_parameter(out, parameter.name, "query", parameter.required, parameter.schema, parameter.text);
  }
  if (route.doc().recording()) {
    write_parameter(out, "Idempotency-Key", "header", false,
                    R"({"type":"string","minLength":1,"maxLength":255})",
                    "A retry under the same key gets the first answer and changes nothing.");
  }
  if (may_be_unchanged(route)) {
    write_parameter(out, "If-None-Match", "header", false, kString,
                    "The ETag of what the caller has: 304 while it is the same.");
  }
  if (gives_content(route)) {
    write_parameter(out, "Range", "header", false, kString, "One range of bytes: 206, or 416 outside of it.");
    write_parameter(out, "If-Range", "header", false, kString,
                    "The range if the ETag is this one, else all.");
  }
  if (route.doc().media() == "text/event-stream") {
    write_parameter(out, "Last-Event-ID", "header", false, kString, "Go on behind this sequence.");
  }
  out.push_back(']');
}

void write_content(std::string& out, std::string_view media, std::string_view schema) {
  ObjectWriter content(out);
  ObjectWriter type(content.key(media));
  type.key("schema") += schema;
  type.close();
  content.close();
}

std::string reference(const std::string& name) {
  return R"({"$ref":"#/components/schemas/)" + name + "\"}";
}

void write_request_body(std::string& out, const Doc& doc) {
  ObjectWriter body(out);
  body.member("required", doc.body_required());
  if (doc.body() == BodyKind::bytes) {
    write_content(body.key("content"), "application/octet-stream", "{}");
  } else {
    write_content(body.key("content"), kJson, reference(doc.request().name));
  }
  body.close();
}

std::string answer_schema(const Doc& doc) {
  if (doc.answer().name.empty()) return "{}";
  if (!doc.list()) return reference(doc.answer().name);
  return R"({"type":"object","properties":{"items":{"type":"array","items":)" + reference(doc.answer().name) +
         R"(},"next":{"type":"string"}},"required":["items"]})";
}

void write_success(ObjectWriter& answers, std::string_view status, std::string_view text, const Doc& doc) {
  ObjectWriter answer(answers.key(status));
  answer.member("description", text);
  std::string_view media = doc.media();
  media = media.substr(0, media.find(';'));
  write_content(answer.key("content"), media, answer_schema(doc));
  answer.close();
}

struct RefusalText {
  std::string_view status, text;
};
// What every client may meet; docs/errors.md has all. Further ones are described by `default`.
constexpr std::array<RefusalText, 11> kRefusals{{
    {"400", "The request cannot be read"},
    {"401", "A token is needed"},
    {"403", "Not permitted"},
    {"404", "It does not exist, or the caller does not see it"},
    {"409", "The state is another than the one that is needed"},
    {"413", "Larger than allowed"},
    {"415", "The content type is not understood"},
    {"416", "The range lies outside the content"},
    {"422", "A field, parameter or header breaks a rule"},
    {"429", "Asked too often: Retry-After says how long to wait"},
    {"503", "Busy, or stopping: try again"},
}};

bool may_be_refused_with(const Route& route, std::string_view status) {
  if (status == "401") return route.permission() != Permission::open;
  if (status == "404") return route.pattern().find('{') != std::string::npos;
  if (status == "409") return route.doc().recording();
  if (status == "413" || status == "415") return route.doc().body() != BodyKind::none;
  if (status == "416") return gives_content(route);
  return true;
}

void write_answers(std::string& out, const Route& route) {
  const Doc& doc = route.doc();
  ObjectWriter answers(out);
  const bool may_create = doc.recording() || doc.body() == BodyKind::bytes;
  write_success(answers, "200", doc.recording() ? "Changed, or nothing to change" : "The answer", doc);
  if (may_create) write_success(answers, "201", "Something new exists", doc);
  if (gives_content(route)) write_success(answers, "206", "The part that Range names", doc);
  if (may_be_unchanged(route)) {
    ObjectWriter unchanged(answers.key("304"));
    unchanged.member("description", std::string_view("The caller has it already"));
    unchanged.close();
  }
  for (const RefusalText& refused : kRefusals) {
    if (!may_be_refused_with(route, refused.status)) continue;
    ObjectWriter answer(answers.key(refused.status));
    answer.member("$ref", "#/components/responses/" + std::string(refused.status));
    answer.close();
  }
  ObjectWriter refusal(answers.key("default"));
  refusal.member("description", "A refusal, or a failure");
  write_content(refusal.key("content"), kProblemJson, reference("Problem"));
  refusal.close();
  answers.close();
}

void write_refusals(ObjectWriter& components) {
  ObjectWriter all(components.key("responses"));
  for (const RefusalText& refused : kRefusals) {
    ObjectWriter answer(all.key(refused.status));
    answer.member("description", refused.text);
    write_content(answer.key("content"), kProblemJson, reference("Problem"));
    answer.close();
  }
  all.close();
}

void write_operation(std::string& out, const Route& route) {
  const Doc& doc = route.doc();
  ObjectWriter operation(out);
  operation.member("operationId", operation_id(route)).member("summary", doc.summary());
  if (!doc.text().empty()) operation.member("description", doc.text());
  operation.key("tags") += "[" + as_string(doc.tag()) + "]";
  operation.member("x-herald-permission", to_string(route.permission()))
      .member("x-herald-scope", to_string(route.scope()));
  write_parameters(operation.key("parameters"), route);
  if (doc.body() != BodyKind::none) write_request_body(operation.key("requestBody"), doc);
  write_answers(operation.key("responses"), route);
  if (route.permission() == Permission::open) operation.key("security") += "[]";
  operation.close();
}

void write_paths(std::string& out, const Router& router) {
  std::map<std::string, std::vector<const Route*>> paths;
  for (const Route& route : router.routes()) paths[openapi_path(route.pattern())].push_back(&route);
  ObjectWriter all(out);
  for (const auto& [path, routes] : paths) {
    ObjectWriter methods(all.key(path));
    for (const Route* route : routes) write_operation(methods.key(lower_method(route->method())), *route);
    methods.close();
  }
  all.close();
}

void write_components(std::string& out, const Router& router) {
  std::map<std::string, std::string> schemas{{"Problem", json::schema_of<ProblemBody>()}};
  const auto collect = [&](const Schema& schema) {
    if (!schema.name.empty()) schemas.emplace(schema.name, schema.json());
  };
  for (const Route& route : router.routes()) {
    collect(route.doc().request());
    collect(route.doc().answer());
  }
  ObjectWriter components(out);
  ObjectWriter all(components.key("schemas"));
  for (const auto& [name, schema] : schemas) all.key(name) += schema;
  all.close();
  write_refusals(components);
  components.key("securitySchemes") +=
      R"({"bearer":{"type":"http","scheme":"bearer","description":"A token: herald_..."}})";
  components.close();
}

}  // namespace

std::string describe_api(const Router& router) {
  std::string out;
  ObjectWriter document(out);
  document.member("openapi", std::string_view("3.1.0"));
  ObjectWriter info(document.key("info"));
  info.member("title", std::string_view("Herald"))
      .member("version", std::string_view(HERALD_VERSION))
      .member("description",
              std::string_view("A registry of models whose only truth is an append-only log of events."));
  info.close();
  write_paths(document.key("paths"), router);
  write_components(document.key("components"), router);
  document.key("security") += R"([{"bearer":[]}])";
  document.close();
  return out;
}

}  // namespace herald::api
