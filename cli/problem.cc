#include "cli/problem.h"

#include <fmt/format.h>

#include "reflect/json_value.h"

namespace herald::cli {
namespace {

std::optional<Cause> cause_of(std::string_view code) {
  for (int i = 0; i <= static_cast<int>(Cause::internal); ++i) {
    if (to_string(static_cast<Cause>(i)) == code) return static_cast<Cause>(i);
  }
  return std::nullopt;
}

Cause cause_of_status(long status) {
  if (status == 404) return Cause::not_found;
  if (status == 401) return Cause::unauthenticated;
  if (status == 403) return Cause::denied;
  if (status == 409) return Cause::not_allowed_now;
  return Cause::unavailable;
}

std::string text_of(const json::Value& problem, std::string_view name) {
  const auto member = problem.find(name);
  const auto text = member ? member->string() : std::nullopt;
  return std::string(text.value_or(""));
}

}  // namespace

Error read_problem(long status, std::string_view body) {
  if (const auto document = json::Document::parse(body)) {
    if (const auto cause = cause_of(text_of(document->root(), "code"))) {
      return error(*cause, text_of(document->root(), "detail"), text_of(document->root(), "field"));
    }
  }
  constexpr std::size_t kShown = 200;
  const std::string said = body.empty() ? "nothing" : std::string(body.substr(0, kShown));
  return error(
      cause_of_status(status),
      fmt::format(
          "the answer is none of Herald's (status {}): is another program listening there? It said: {}",
          status, said));
}

}  // namespace herald::cli
