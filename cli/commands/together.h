// One change to many versions or models: their names as words or lines of a file, the request, what it said.
#pragma once

#include <string>
#include <vector>

#include "cli/commands/shared.h"

namespace herald::cli {

void declare_references(Options& options, std::optional<std::string>& file);
void declare_models(Options& options, std::optional<std::string>& file);
// The words, or the lines of the file ("-": standard input); at least one.
Result<std::vector<std::string>> references_in(const std::vector<std::string>& words,
                                               const std::optional<std::string>& file);
Result<std::vector<std::string>> models_in(const std::vector<std::string>& words,
                                           const std::optional<std::string>& file);

// `what`: "versions" or "models", as the answer counts them.
Result<void> send_together(Session& session, std::string_view what, const std::vector<std::string>& names,
                           Request request);

// `fill` writes the change into the body.
template <class Fill>
Result<void> change_together(Session& session, const std::vector<std::string>& references, Fill fill) {
  return send_together(session, "versions", references,
                       with_body("POST", "/v1/versions:change", [&](json::ObjectWriter& body) {
                         body.member("versions", references);
                         fill(body);
                       }));
}
template <class Fill>
Result<void> change_models_together(Session& session, const std::vector<std::string>& models, Fill fill) {
  return send_together(session, "models", models,
                       with_body("POST", "/v1/models:change", [&](json::ObjectWriter& body) {
                         body.member("models", models);
                         fill(body);
                       }));
}

}  // namespace herald::cli
