#include "registry/policies.h"

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <locale>

namespace herald::registry {
namespace {

bool has_section(const Card& card, const Label& wanted) {
  return std::any_of(card.sections.begin(), card.sections.end(), [&](const Label& section) {
    return boost::algorithm::iequals(section.str(), wanted.str(), std::locale::classic());
  });
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
