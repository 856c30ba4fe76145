// The examples of /openapi.json: requests and answers as they were, in api/examples/*.json, which are part of the binary.
//
//   {"POST /v1/models": {"parameters": {}, "request": {"name": "churn"}, "answers": {"201": {"name": "churn", ...}}}}
//
// tests/stories/test_openapi.py makes them of a tour through all routes, and holds them to what the server answers. Below a
// registry they are those of /v1/models. For one thread, and while it lives.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/route.h"
#include "reflect/json_value.h"

namespace herald::api {

// "/v1/models/{model}/artifacts/{path}": OpenAPI has no word for "all that follows". The slashes in it are sent as %2F, or by
// clients that know as they are.
std::string openapi_path(std::string pattern);
// "get_v1_models_model_aliases_move": stable, and one for each route.
std::string operation_id(const Route& route);

class Examples {
 public:
  Examples();

  // JSON; nothing where there is none.
  std::optional<std::string> parameter(const Route& route, std::string_view name) const;
  // The name below components/examples; empty where there is none.
  std::string request(const Route& route) const;
  std::string answer(const Route& route, std::string_view status) const;
  std::string refusal(std::string_view status) const;
  // components/examples: all that were asked for by name above.
  void write_components(std::string& out) const;

 private:
  std::optional<json::Value> of(const Route& route) const;
  std::string named(std::string name, const std::optional<json::Value>& value) const;

  std::vector<json::Document> documents_;
  std::map<std::string, json::Value, std::less<>> by_line_;
  mutable std::map<std::string, json::Value> used_;
};

}  // namespace herald::api
