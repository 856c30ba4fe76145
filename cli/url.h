// Paths and queries of the API, percent-encoded (RFC 3986).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "registry/names.h"

namespace herald::cli {

// All but unreserved characters, '/' included.
std::string percent_encode(std::string_view text);

// Query("/v1/models").add("name", part).str(). An absent or empty value adds nothing.
class Query {
 public:
  explicit Query(std::string path) : target_(std::move(path)) {}
  Query& add(std::string_view name, std::string_view value);
  const std::string& str() const { return target_; }

 private:
  std::string target_;
};

// `[registry/]model`, as people write it.
struct ModelArgument {
  registry::RegistryName registry;
  registry::ModelName model;
  static Result<ModelArgument> parse(std::string_view text);
  // "/v1/models/churn" or "/v1/registries/other/models/churn".
  std::string path() const;
  // "churn" or "other/churn".
  std::string str() const;
};

// `[registry/]model:selector`.
struct VersionArgument {
  ModelArgument model;
  registry::VersionSelector selector;
  static Result<VersionArgument> parse(std::string_view text);
  // For a place that only takes a version by its number: "churn:v3".
  static Result<VersionArgument> parse_numbered(std::string_view text);
  std::string path() const;  // model.path() + "/versions/v3"
};

}  // namespace herald::cli
