#include "api/selection.h"

#include <algorithm>

#include "reflect/json_value.h"
#include "reflect/json_write.h"

namespace herald::api {

namespace {

bool holds(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void add_members(std::vector<std::string>& names, const json::Value& schema) {
  if (const auto properties = schema.find("properties")) {
    for (const auto& [name, value] : properties->members())
      if (!holds(names, name)) names.emplace_back(name);
  }
  const auto kinds = schema.find("anyOf");
  if (!kinds) return;
  for (const json::Value kind : kinds->elements()) add_members(names, kind);
}

void write_only(std::string& out, const json::Value& object, const std::vector<std::string>& fields) {
  out.push_back('{');
  bool is_first = true;
  for (const auto& [name, value] : object.members()) {
    if (!holds(fields, name)) continue;
    if (!is_first) out.push_back(',');
    is_first = false;
    json::write(out, std::string(name));
    out.push_back(':');
    out += value.dump();
  }
  out.push_back('}');
}

}  // namespace

std::vector<std::string> members_of(const Schema& schema) {
  std::vector<std::string> names;
  if (const auto document = json::Document::parse(schema.json())) add_members(names, document->root());
  return names;
}

Result<std::vector<std::string>> fields_in(const Route& route, const Query& query) {
  const auto text = query.get("fields");
  if (!text || !route.doc().selectable()) return std::vector<std::string>();
  std::vector<std::string> fields = split_at_commas(*text);
  const std::vector<std::string>& known = route.members();
  for (const std::string& field : fields) {
    if (holds(known, field)) continue;
    std::string names;
    for (const std::string& name : known) names += (names.empty() ? "" : ", ") + name;
    return error(
        Cause::invalid_value,
        "\"fields\" names " + shown(field) + ", which is no member of the answer: there are " + names,
        "fields");
  }
  return fields;
}

std::string only(std::string_view body, const std::vector<std::string>& fields, bool is_list) {
  const auto document = json::Document::parse(body);
  if (!document) return std::string(body);
  const json::Value root = document->root();
  std::string out;
  if (!is_list) {
    write_only(out, root, fields);
    return out;
  }
  out = R"({"items":[)";
  const auto items = root.find("items");
  bool is_first = true;
  if (items) {
    for (const json::Value item : items->elements()) {
      if (!is_first) out.push_back(',');
      is_first = false;
      write_only(out, item, fields);
    }
  }
  out.push_back(']');
  for (const auto& [name, value] : root.members()) {
    if (name == "items") continue;
    out.push_back(',');
    json::write(out, std::string(name));
    out.push_back(':');
    out += value.dump();
  }
  out.push_back('}');
  return out;
}

}  // namespace herald::api
