#include "api/router.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "api/public_routes.h"
#include "api/target.h"

namespace herald::api {

struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> parameter;
  std::string parameter_name;
  std::unique_ptr<Node> rest;  // takes one segment or more
  std::string rest_name;
  std::map<Method, const Route*> routes;
};

namespace {

std::string_view within_braces(std::string_view segment) {
  return segment.substr(1, segment.size() - 2);
}

template <std::size_t N>
bool is_listed(const std::array<std::string_view, N>& lines, const Route& route) {
  const std::string line = std::string(to_string(route.method())) + " " + route.pattern();
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

std::string allow_header(const std::map<Method, const Route*>& routes) {
  std::string out;
  for (const auto& [method, route] : routes) {
    if (!out.empty()) out += ", ";
    out += method == Method::get ? "GET, HEAD" : to_string(method);
  }
  return out;
}

// Names of one place of a path are the same in all patterns, so that a node has one.
void name_once(std::string& name, std::string_view wanted) {
  if (!name.empty() && name != wanted)
    throw std::logic_error("two names for one place of a path: " + name + ", " + std::string(wanted));
  name = wanted;
}

}  // namespace

bool answers_before_the_claim(const Route& route) {
  return is_listed(kRoutesBeforeTheClaim, route);
}

std::optional<std::string_view> PathValues::find(std::string_view name) const {
  for (const auto& [key, value] : values_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::string_view PathValues::at(std::string_view name) const {
  const auto value = find(name);
  if (!value) throw std::logic_error("the route has no {" + std::string(name) + "}");
  return *value;
}

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

void Router::add(Route route) {
  if ((route.permission() == Permission::open) != is_listed(kPublicRoutes, route)) {
    throw std::logic_error("open routes and public_routes.h differ at " + route.pattern());
  }
  const Route& kept = routes_.emplace_back(std::move(route));
  Node* node = root_.get();
  const std::vector<std::string> segments = path_segments(kept.pattern()).value();
  for (const std::string& segment : segments) {
    std::unique_ptr<Node>* child = nullptr;
    if (segment.ends_with("...}")) {
      name_once(node->rest_name, within_braces(segment).substr(0, segment.size() - 5));
      child = &node->rest;
    } else if (segment.starts_with('{')) {
      name_once(node->parameter_name, within_braces(segment));
      child = &node->parameter;
    } else {
      child = &node->literals[segment];
    }
    if (!*child) *child = std::make_unique<Node>();
    node = child->get();
  }
  if (!node->routes.emplace(kept.method(), &kept).second)
    throw std::logic_error("a route comes twice: " + kept.pattern());
}

void Router::add_in_registry(Method method, std::string_view rest, Permission permission, ObjectScope scope,
                             Handler handler, const Doc& doc) {
  add({method, "/v1/models" + std::string(rest), permission, scope, handler, doc});
  add({method, "/v1/registries/{registry}/models" + std::string(rest), permission, scope, handler, doc});
}

const Router::Node* Router::walk(const Node& node, const std::vector<std::string>& segments, std::size_t at,
                                 PathValues& values) const {
  if (at == segments.size()) return node.routes.empty() ? nullptr : &node;
  const std::string& segment = segments[at];
  if (segment.empty()) return nullptr;
  if (const auto literal = node.literals.find(segment); literal != node.literals.end()) {
    if (const Node* found = walk(*literal->second, segments, at + 1, values)) return found;
  }
  if (node.parameter) {
    values.set(node.parameter_name, segment);
    if (const Node* found = walk(*node.parameter, segments, at + 1, values)) return found;
    values.drop_last();
  }
  if (node.rest) {
    std::string joined = segment;
    for (std::size_t i = at + 1; i < segments.size(); ++i) joined += "/" + segments[i];
    values.set(node.rest_name, std::move(joined));
    return node.rest.get();
  }
  return nullptr;
}

Result<Found> Router::find(Method method, std::string_view path, std::string& allowed) const {
  HERALD_TRY(const std::vector<std::string> segments, path_segments(path));
  Found found;
  const Node* node = walk(*root_, segments, 0, found.path);
  if (node == nullptr) {
    return error(Cause::not_found, "nothing is at " + shown(path) + ": /openapi.json lists what there is");
  }
  const auto route = node->routes.find(method == Method::head ? Method::get : method);
  if (route == node->routes.end()) {
    allowed = allow_header(node->routes);
    return error(Cause::method_not_allowed, shown(path) + " takes " + allowed);
  }
  found.route = route->second;
  return found;
}

}  // namespace herald::api
