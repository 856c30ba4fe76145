// From a method and a path to a route. Built once at start, then read by all I/O threads.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/route.h"

namespace herald::api {

// Whether an open route answers while a server that is reached from elsewhere has no administrator (public_routes.h).
bool answers_before_the_claim(const Route& route);

// What the braces of a pattern stood for, decoded.
class PathValues {
 public:
  void set(std::string_view name, std::string value) { values_.emplace_back(name, std::move(value)); }
  void drop_last() { values_.pop_back(); }
  std::optional<std::string_view> find(std::string_view name) const;
  // A name that the route's pattern has (else a broken invariant).
  std::string_view at(std::string_view name) const;

 private:
  std::vector<std::pair<std::string_view, std::string>> values_;  // names borrow from the router
};

struct Found {
  const Route* route = nullptr;
  PathValues path;
};

class Router {
 public:
  Router();
  ~Router();
  // Throws std::logic_error: the same method and path twice, or an open route that public_routes.h does not list.
  void add(Route route);
  // The route itself for the default registry below /v1/models..., and again below /v1/registries/{registry}/models...
  // `rest`: what follows "/models".
  void add_in_registry(Method method, std::string_view rest, Permission permission, ObjectScope scope,
                       Handler handler, const Doc& doc);

  // HEAD finds the GET route. Errors: malformed, not_found, method_not_allowed (`allowed` then holds the Allow header).
  Result<Found> find(Method method, std::string_view path, std::string& allowed) const;
  const std::deque<Route>& routes() const { return routes_; }

 private:
  struct Node;
  const Node* walk(const Node& node, const std::vector<std::string>& segments, std::size_t at,
                   PathValues& values) const;
  std::deque<Route> routes_;
  std::unique_ptr<Node> root_;
};

}  // namespace herald::api
