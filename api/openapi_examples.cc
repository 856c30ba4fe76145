#include "api/openapi_examples.h"

#include "api/example_files.h"
#include "reflect/json_write.h"

namespace herald::api {

namespace {

constexpr std::string_view kInAnyRegistry = "/v1/registries/{registry}/models";
// Those of the tour, and those that it cannot bring about.
constexpr std::string_view kRefusalsLine = "refusals", kRareRefusalsLine = "rare refusals";

std::string in_lower_case(Method method) {
  std::string out(to_string(method));
  for (char& c : out) c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string id_of(Method method, std::string_view pattern) {
  std::string id = in_lower_case(method);
  for (const char c : pattern) {
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

// The same route of the registry `models`.
std::string pattern_in_models(const Route& route) {
  std::string pattern = openapi_path(route.pattern());
  if (pattern.starts_with(kInAnyRegistry)) pattern.replace(0, kInAnyRegistry.size(), "/v1/models");
  return pattern;
}

std::optional<json::Value> member(const std::optional<json::Value>& object, std::string_view name) {
  return object ? object->find(name) : std::nullopt;
}

}  // namespace

std::string openapi_path(std::string pattern) {
  const std::size_t dots = pattern.find("...}");
  if (dots != std::string::npos) pattern.erase(dots, 3);
  return pattern;
}

std::string operation_id(const Route& route) {
  return id_of(route.method(), route.pattern());
}

Examples::Examples() {
  for (const std::string_view file : kExampleFiles) {
    documents_.push_back(json::Document::parse(file).value());
    for (const auto& [line, example] : documents_.back().root().members())
      by_line_.emplace(std::string(line), example);
  }
}

std::optional<json::Value> Examples::of(const Route& route) const {
  const auto found = by_line_.find(std::string(to_string(route.method())) + " " + pattern_in_models(route));
  return found == by_line_.end() ? std::nullopt : std::optional(found->second);
}

std::string Examples::named(std::string name, const std::optional<json::Value>& value) const {
  if (!value) return {};
  used_.emplace(name, *value);
  return name;
}

std::optional<std::string> Examples::parameter(const Route& route, std::string_view name) const {
  const auto value = member(member(of(route), "parameters"), name);
  if (value) return value->dump();
  return name == "registry" ? std::optional<std::string>(R"("models")") : std::nullopt;
}

std::string Examples::request(const Route& route) const {
  return named(id_of(route.method(), pattern_in_models(route)) + ".request", member(of(route), "request"));
}

std::string Examples::answer(const Route& route, std::string_view status) const {
  return named(id_of(route.method(), pattern_in_models(route)) + "." + std::string(status),
               member(member(of(route), "answers"), status));
}

std::string Examples::refusal(std::string_view status) const {
  for (const std::string_view line : {kRefusalsLine, kRareRefusalsLine}) {
    const auto found = by_line_.find(line);
    const auto example = found == by_line_.end() ? std::nullopt : found->second.find(status);
    if (example) return named("refusal." + std::string(status), example);
  }
  return {};
}

void Examples::write_components(std::string& out) const {
  json::ObjectWriter all(out);
  for (const auto& [name, value] : used_) {
    json::ObjectWriter example(all.key(name));
    example.key("value") += value.dump();
    example.close();
  }
  all.close();
}

}  // namespace herald::api
