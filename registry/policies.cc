#include "registry/policies.h"

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <locale>

namespace herald::registry {
namespace {

bool holds_title(const std::vector<Label>& titles, const Label& wanted) {
  return std::any_of(titles.begin(), titles.end(), [&](const Label& title) {
    return boost::algorithm::iequals(title.str(), wanted.str(), std::locale::classic());
  });
}

bool has_section(const Card& card, const Label& wanted) {
  return holds_title(card.sections, wanted) && !(card.empty && holds_title(*card.empty, wanted));
}

}  // namespace

std::vector<Label> missing_sections(const CardPolicy& policy, const std::optional<Card>& card) {
  std::vector<Label> missing;
  for (const Label& section : policy.sections) {
    if (!card || !has_section(*card, section)) missing.push_back(section);
  }
  return missing;
}

}  // namespace herald::registry
