// Cards, and what a registry asks of them.
#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "registry/deciding/rules.h"
#include "registry/sentence.h"

namespace herald::registry::deciding {
namespace {

struct CardAnswer : ModelAnswer {
  std::optional<VersionNumber> version;
};
BOOST_DESCRIBE_STRUCT(CardAnswer, (ModelAnswer), (version))

Result<void> check_sections(const FoundModel& found, const VersionRecord& version, std::string_view what,
                            const std::string& field) {
  const auto& card = version.card ? version.card : found.model.card;
  std::vector<std::string> missing;
  for (const Label& section : missing_sections(*found.registry.card_policy, card))
    missing.push_back(section.str());
  if (missing.empty()) return {};
  return error(
      Cause::not_allowed_now,
      fmt::format("registry {} asks that a version has a card with {} before it gets {}: {} of {} has {}",
                  in_quotes(found.registry.name), listed(missing), what, label(version.number),
                  in_quotes(found.model.name), card ? "a card without" : "none"),
      field);
}

template <class NameType>
bool names(const std::vector<NameType>& guarded, const NameType& name) {
  return std::find(guarded.begin(), guarded.end(), name) != guarded.end();
}

}  // namespace

Result<Decision> rule(const Reader& state, const SetCard& command) {
  HERALD_TRY(const auto found, open_model(state, command));
  HERALD_CHECK(check_card(command.card));
  Decision decision{{}, false, json::to_json(CardAnswer{answer_of(of(found)), command.version})};
  if (!command.version) {
    if (found.model.card != command.card)
      decision.drafts.push_back({ModelCarded{of(found), found.model.card, command.card}, {}});
    return decision;
  }
  HERALD_TRY(const auto version, require_version(state, found, *command.version));
  if (version.card != command.card)
    decision.drafts.push_back({VersionCarded{of(found, version.number), version.card, command.card}, {}});
  return decision;
}

Result<void> check_card(const std::optional<Card>& card) {
  if (!card || card->sections.size() <= limits::kMaxCardSections) return {};
  return error(Cause::too_many,
               fmt::format("the card has {} headings: at most {} are allowed", card->sections.size(),
                           limits::kMaxCardSections),
               "card");
}

Result<void> check_card_policy(const FoundModel& found, const VersionRecord& version, const AliasName& alias,
                               const std::string& field) {
  const auto& policy = found.registry.card_policy;
  if (!policy || !names(policy->aliases, alias)) return {};
  return check_sections(found, version, "alias " + in_quotes(alias), field);
}

Result<void> check_card_policy(const FoundModel& found, const VersionRecord& version, const StageName& stage,
                               const std::string& field) {
  const auto& policy = found.registry.card_policy;
  if (!policy || !names(policy->stages, stage)) return {};
  return check_sections(found, version, "stage " + in_quotes(stage), field);
}

}  // namespace herald::registry::deciding
