// Text with placeholders, as payload and text templates hold it.
//
//   ${model.name}   ${event.data.alias}   ${version.metrics["val.auc"]}   ${version.metrics.auc|null}
//   ${version.source|"none"}
//
// A placeholder is a path (field_path.h) whose first name is its root, and perhaps a default: after `|` a
// JSON number, string, true, false or null, taken when there is no value. `$${` stands for `${`. In JSON a
// string that is exactly one placeholder becomes the value with its type; elsewhere values are inserted as
// text (strings as they are, others as compact JSON). What is inserted is never read as a template or as
// JSON.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "automations/field_path.h"
#include "base/result.h"
#include "reflect/json_value.h"
#include "reflect/json_write.h"

namespace herald::automations {

struct Placeholder {
  std::string written;  // "version.metrics.auc", for sentences
  FieldPath path;
  std::optional<json::Raw> otherwise;  // the default
  std::size_t line = 1, column = 1;    // where its `${` stands, in characters
};

// What placeholders stand for.
class Values {
 public:
  virtual ~Values() = default;
  // Borrowed from this object.
  virtual std::optional<json::Value> find(const FieldPath& path) const = 0;
};

class Template {
 public:
  // Errors: invalid_value, with line and column.
  static Result<Template> parse(std::string_view text);

  // Errors: not_found (a placeholder without default has no value; the sentence names it).
  Result<std::string> text(const Values& values) const;
  // A JSON value: that of the only placeholder, or a string.
  Result<std::string> json(const Values& values) const;

  using Check = std::function<Result<void>(const Placeholder&)>;
  Result<void> for_each(const Check& check) const;

 private:
  using Part = std::variant<std::string, Placeholder>;
  std::vector<Part> parts_;
};

// A JSON document whose strings are templates (member names are not).
// Errors: as Template's, and the field: `payload.model[0].name` when `field` is "payload".
Result<std::string> fill_json(const json::Raw& payload, const std::string& field, const Values& values);
Result<void> check_json(const json::Raw& payload, const std::string& field, const Template::Check& check);

}  // namespace herald::automations
