// What people write on the command line, as values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "reflect/json_write.h"
#include "registry/names.h"

namespace herald::cli {

std::optional<std::uint64_t> parse_whole_number(std::string_view text);

// "3" or "v3". `what` names the argument in the error.
Result<std::uint64_t> parse_version_number(std::string_view text, std::string_view what);

// {"team=risk", ...} -> {team: risk}. Refuses a text without '=' and a name given twice.
Result<std::map<std::string, std::string>> parse_pairs(const std::vector<std::string>& texts,
                                                       std::string_view option);
Result<std::map<std::string, double>> parse_metrics(const std::vector<std::string>& texts);

// What people write for a time, as RFC 3339: "2026-11-24" (where that day begins or ends, by UTC), "2026-11-24 09:00:00 UTC" as
// tables show it, "30d", "12h", "15m" (so long before `now`, or from it on). All else is left for the server to judge.
enum class Moment { day_begins, day_ends, ahead };
std::string moment_of(const std::string& text, Moment moment, Timestamp now);

// A text, "@FILE" or "@-" (standard input).
Result<std::string> text_or_file(const std::string& argument, std::string_view option);
// The same, which must be JSON; compact.
Result<json::Raw> json_or_file(const std::string& argument, std::string_view option);
// FILE, or "-" for standard input.
Result<std::string> read_input(const std::string& file);

// An end of a lineage edge: version:churn:v3, artifact:ID, run:ID, dataset:NAME, deployment:NAME.
struct NodeArgument {
  std::string kind, id;
  static Result<NodeArgument> parse(std::string_view text);
};

}  // namespace herald::cli
