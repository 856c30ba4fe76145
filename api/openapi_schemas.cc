#include "api/openapi_schemas.h"

#include "api/selection.h"
#include "reflect/json_value.h"
#include "reflect/json_write.h"

namespace herald::api {

namespace {

void write_strict(std::string& out, const json::Value& schema);

void write_strict_each(std::string& out, const json::Value& schemas) {
  json::ObjectWriter all(out);
  for (const auto& [name, schema] : schemas.members()) write_strict(all.key(name), schema);
  all.close();
}

void write_strict(std::string& out, const json::Value& schema) {
  if (schema.kind() != json::Kind::object) {
    out += schema.dump();
    return;
  }
  json::ObjectWriter written(out);
  for (const auto& [name, value] : schema.members()) {
    if (name == "properties") {
      write_strict_each(written.key(name), value);
    } else if (name == "items" || name == "additionalProperties") {
      write_strict(written.key(name), value);
    } else if (name == "anyOf") {
      std::string& list = written.key(name);
      list.push_back('[');
      for (const json::Value one : value.elements()) {
        if (list.back() != '[') list.push_back(',');
        write_strict(list, one);
      }
      list.push_back(']');
    } else {
      written.key(name) += value.dump();
    }
  }
  if (schema.find("properties") && !schema.find("additionalProperties"))
    written.member("additionalProperties", false);
  written.close();
}

void write_partial(std::string& out, const json::Value& schema) {
  if (const auto kinds = schema.find("anyOf")) {
    out += R"({"anyOf":[)";
    for (const json::Value kind : kinds->elements()) {
      if (out.back() != '[') out.push_back(',');
      write_partial(out, kind);
    }
    out += "]}";
    return;
  }
  json::ObjectWriter written(out);
  for (const auto& [name, value] : schema.members())
    if (name != "required") written.key(name) += value.dump();
  written.close();
}

std::string list_of_items(const std::string& item) {
  return R"({"type":"object","properties":{"items":{"type":"array","items":)" + item +
         R"(},"next":{"type":"string"}},"required":["items"]})";
}

}  // namespace

std::string schema_reference(const std::string& name) {
  return R"({"$ref":"#/components/schemas/)" + name + "\"}";
}

std::string strict_schema(const Schema& schema) {
  std::string out;
  const auto document = json::Document::parse(schema.json()).value();
  write_strict(out, document.root());
  return out;
}

std::string partial_schema(const Schema& schema) {
  std::string out;
  const auto document = json::Document::parse(schema.json()).value();
  write_partial(out, document.root());
  return out;
}

std::string partial_name(const Schema& schema) {
  return "SomeOf" + schema.name;
}

std::string fields_schema(const Schema& schema) {
  std::string names;
  for (const std::string& name : members_of(schema)) {
    if (!names.empty()) names.push_back(',');
    json::write_string(names, name);
  }
  return R"({"type":"array","minItems":1,"items":{"enum":[)" + names + "]}}";
}

std::string answer_schema(const Doc& doc) {
  if (doc.answer().name.empty()) return "{}";
  const std::string whole = schema_reference(doc.answer().name);
  const std::string one = doc.list() ? list_of_items(whole) : whole;
  if (!doc.selectable()) return one;
  const std::string part = schema_reference(partial_name(doc.answer()));
  return R"({"anyOf":[)" + one + "," + (doc.list() ? list_of_items(part) : part) + "]}";
}

}  // namespace herald::api
