// What several commands have in common: options that are everywhere the same, and views of what several of
// them show.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "cli/session.h"
#include "cli/view.h"
#include "reflect/json_write.h"

namespace herald::cli {

void declare_paging(Options& options, Paging& paging);
void declare_fields(Options& options, std::optional<std::string>& fields);
void declare_as_of(Options& options, std::optional<std::string>& as_of);

void declare_reason(Options& options, std::optional<std::string>& reason);
// A registry and a model of its own name two places. Errors: invalid_value.
Result<void> check_one_place(const std::optional<std::string>& registry,
                             const std::optional<std::string>& model);
// The roles that one may hold or give, the lowest first.
const std::vector<std::string>& role_names();

// The request with an object of the members that `fill` writes.
template <class Fill>
Request with_body(std::string method, std::string target, Fill fill) {
  std::string body;
  json::ObjectWriter writer(body);
  fill(writer);
  writer.close();
  return {.method = std::move(method), .target = std::move(target), .body = std::move(body)};
}

// The request with why it is made, where there is a reason: a DELETE with ?reason=, all else with "reason" in its body, an object.
Request with_reason(Request request, const std::optional<std::string>& reason);
// With ?reason=, of what has a body without a place for it.
Request with_reason_in_query(Request request, const std::optional<std::string>& reason);

// {"key":"value","gone":null}
Result<std::string> tags_body(const std::vector<std::string>& set, const std::vector<std::string>& remove);

// "churn" or "churn:v3": the path of the model, or of that version.
Result<std::string> path_of_model_or_version(const std::string& text);

// "churn", or "other/churn" outside the default registry; by its name or its id, as `member` says.
std::string model_name(const json::Value& model, std::string_view member);
const View& model_view();
const View& version_view();
// The moves of an alias: from where, to where, how long it stayed.
const View& alias_move_view();
// Events as lines of a history: number, time, who, what.
const View& event_view();

}  // namespace herald::cli
