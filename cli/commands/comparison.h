// Versions held against each other, as a table with a column for each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/session.h"

namespace herald::cli {

// "churn:v3", "production", "fraud:v5": where to ask, and what the query calls the versions. A word without ":" is of the
// model before it.
struct VersionsArgument {
  std::string path;      // of the model, or "/v1" where they are of several
  std::string versions;  // "v3,production,v5", or "churn:v3,churn:production,fraud:v5"
  std::string with;      // as `versions`
  static Result<VersionsArgument> parse(const std::vector<std::string>& words,
                                        const std::optional<std::string>& with);
};

struct ComparisonQuery {
  std::vector<std::string> versions, aspects;
  std::optional<std::string> with, as_of;
  bool all = false;
};
// `below`: "/compare" or "/compare/evaluations". All pages of it.
Result<void> show_comparison(Session& session, const ComparisonQuery& asked, const std::string& below);

}  // namespace herald::cli
