// What `herald apply` would do: the difference between what a manifest wants and what there is. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/client.h"
#include "cli/manifest.h"
#include "cli/view.h"

namespace herald::cli {

enum class Difference { none, created, changed, removed };

// Whether what is there and is not named goes: tags and aliases beside those that a document lists, automations of a scope that
// the documents speak of. Never models, versions or registries.
enum class Prune { no, yes };

// One line of a difference: '+', '-' or '~', and what.
struct DifferenceLine {
  char sign = '~';
  std::string text;
};

struct Plan {
  std::string name;  // "model churn"
  Difference difference = Difference::none;
  std::vector<DifferenceLine> lines;
  std::vector<std::string> unnamed;  // what is there, is not named, and stays: "tag old: 3"
  std::vector<Request> requests;     // in this order; each move of an alias expects what was seen
};

// The thing as the server has it.
struct Present {
  std::optional<json::Value> resource;  // nothing: there is none
  std::optional<std::string> card;      // the text of a model's card
};

// Where the resource is read, and where the text of its card, if that is asked for.
std::string target_of(const Manifest& manifest);
std::optional<std::string> card_target_of(const Manifest& manifest);

// `reason`: of each change, but not of what is made anew. Errors: not_allowed_now (a registry of another kind).
Result<Plan> plan_for(const Manifest& manifest, const Present& now, const std::optional<std::string>& reason,
                      Prune prune);
// For each automation that is there and that no document names although one speaks of its scope: is of that model or registry,
// or an automation of the same scope.
std::vector<Plan> plans_for_unnamed(const std::vector<Manifest>& manifests,
                                    const std::vector<json::Value>& automations, Prune prune,
                                    const std::optional<std::string>& reason = {});

// Lines that are gone and lines that are new, in their order.
std::vector<DifferenceLine> difference_of_texts(const std::string& from, const std::string& to);
// A plan as people read it; empty when it changes nothing and all that is there is named.
std::string render_plan(const Plan& plan, const Style& style);

}  // namespace herald::cli
