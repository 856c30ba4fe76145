// Versions held against each other, as a table with a column for each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/session.h"

namespace herald::cli {

// "churn:v3", "production", "churn:v5": the path of the model, and what the query calls its versions.
struct VersionsArgument {
  std::string path;
  std::string versions;  // "v3,production,v5"
  // Errors: invalid_value, also where they are of several models.
  static Result<VersionsArgument> parse(const std::vector<std::string>& words);
};

struct ComparisonQuery {
  std::vector<std::string> versions;
  std::optional<std::string> with, as_of;
  bool all = false;
};
// `below`: "/compare" or "/compare/evaluations".
Result<void> show_comparison(Session& session, const ComparisonQuery& asked, const std::string& below);

}  // namespace herald::cli
