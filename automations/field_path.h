// A path into a JSON document, as conditions and placeholders write it: `data.alias`,
// `data.deliveries[0].kind`, `version.metrics["val.auc"]`. A name holds no . [ ] " | { } $ or space; a quoted
// name holds anything (JSON's escapes).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "reflect/json_value.h"

namespace herald::automations {

class FieldPath {
 public:
  using Step = std::variant<std::string, std::size_t>;  // member or index

  // At most kMaxRequestJsonDepth steps. Errors: invalid_value with the position (from 1) of what is wrong.
  static Result<FieldPath> parse(std::string_view text);

  // The value there. Nothing when a member or index is missing, or a step leads into a value that has none.
  std::optional<json::Value> find(json::Value root) const { return find(root, 0); }
  // The same for a root that stands for the first `skipped` steps.
  std::optional<json::Value> find(json::Value root, std::size_t skipped) const;

  const std::vector<Step>& steps() const { return steps_; }
  // The member's name at a step; empty when there is no such step or it is an index.
  std::string_view name(std::size_t step) const;

 private:
  std::vector<Step> steps_;
};

}  // namespace herald::automations
