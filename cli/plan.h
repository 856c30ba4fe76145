// What `herald apply` would do: the difference between what a manifest wants and what there is. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/client.h"
#include "cli/manifest.h"
#include "cli/view.h"

namespace herald::cli {

enum class Difference { none, created, changed };

// One line of a difference: '+', '-' or '~', and what.
struct DifferenceLine {
  char sign = '~';
  std::string text;
};

struct Plan {
  std::string name;  // "model churn"
  Difference difference = Difference::none;
  std::vector<DifferenceLine> lines;
  std::vector<Request> requests;  // in this order; each move of an alias expects what was seen
};

// The thing as the server has it.
struct Present {
  std::optional<json::Value> resource;  // nothing: there is none
  std::optional<std::string> card;      // the text of a model's card
};

// Where the resource is read, and where the text of its card, if that is asked for.
std::string target_of(const Manifest& manifest);
std::optional<std::string> card_target_of(const Manifest& manifest);

// `reason`: of the changes that take one. Errors: not_allowed_now (a registry of another kind).
Result<Plan> plan_for(const Manifest& manifest, const Present& now, const std::optional<std::string>& reason);

// Lines that are gone and lines that are new, in their order.
std::vector<DifferenceLine> difference_of_texts(const std::string& from, const std::string& to);
// A plan as people read it; empty when it changes nothing.
std::string render_plan(const Plan& plan, const Style& style);

}  // namespace herald::cli
