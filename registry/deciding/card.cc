// Cards, and what a registry asks of them.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/limits.h"
#include "registry/deciding/rules.h"
#include "registry/sentence.h"

namespace herald::registry::deciding {
namespace {

struct CardAnswer : ModelAnswer {
  std::optional<VersionNumber> version;
};
BOOST_DESCRIBE_STRUCT(CardAnswer, (ModelAnswer), (version))

std::vector<std::string> titles_in(const std::vector<Label>& titles) {
  std::vector<std::string> out;
  for (const Label& title : titles) out.push_back(title.str());
  return out;
}

Result<void> check_sections(const FoundModel& found, const VersionRecord& version, std::string_view what,
                            const std::string& field) {
  const auto missing = sections_lacking(found, version);
  if (missing.empty()) return {};
  return error(
      Cause::not_allowed_now,
      fmt::format("registry {} asks that a version has a card with {} before it gets {}: {} of {} has {}",
                  in_quotes(found.registry.name), listed(titles_in(missing)), what, label(version.number),
                  in_quotes(found.model.name), version.card || found.model.card ? "a card without" : "none"),
      field);
}

template <class NameType>
bool names(const std::vector<NameType>& guarded, const NameType& name) {
  return std::find(guarded.begin(), guarded.end(), name) != guarded.end();
}

// Versions that stand where the policy has a say: calls visit(version, "alias ..."), until it returns false.
using VisitGuarded = std::function<bool(const VersionRecord& version, const std::string& where)>;

bool visit_guarded_by_stage(const Reader& state, const FoundModel& found, const StageName& stage,
                            const VisitGuarded& visit) {
  const std::string prefix = std::string(found.registry.id.bytes())
                                 .append(stage.str())
                                 .append(1, '\0')
                                 .append(found.model.id.bytes());
  bool wants_more = true;
  state.scan(Table::stage_versions, prefix, {}, [&](std::string_view key, std::string_view) {
    const auto version =
        find_version(state, found.model.id, VersionNumber(read_be64(key.substr(prefix.size()))));
    if (version && !version->deleted) wants_more = visit(*version, "stage " + in_quotes(stage));
    return wants_more;
  });
  return wants_more;
}

void visit_guarded(const Reader& state, const FoundModel& found, const VisitGuarded& visit) {
  const auto& policy = found.registry.card_policy;
  if (!policy) return;
  for (const AliasName& alias : policy->aliases) {
    const auto held = find_alias(state, found.model.id, alias);
    const auto version = held ? find_version(state, found.model.id, held->version) : std::nullopt;
    if (version && !visit(*version, "alias " + in_quotes(alias))) return;
  }
  for (const StageName& stage : policy->stages) {
    if (!visit_guarded_by_stage(state, found, stage, visit)) return;
  }
}

// Where the policy let a version in for what its card says, the card goes on saying it. What lacked already, because the policy
// came later, may go on lacking.
Result<void> check_card_may_become(const Reader& state, const FoundModel& found, const SetCard& command) {
  Result<void> checked;
  visit_guarded(state, found, [&](const VersionRecord& version, const std::string& where) {
    if (command.version ? version.number != *command.version : version.card.has_value()) return true;
    const std::vector<Label> lacking = sections_lacking(found, version);
    const auto& to = command.card || !command.version ? command.card : found.model.card;
    std::vector<Label> lost;
    for (const Label& section : missing_sections(*found.registry.card_policy, to)) {
      if (std::find(lacking.begin(), lacking.end(), section) == lacking.end()) lost.push_back(section);
    }
    if (lost.empty()) return true;
    checked =
        error(Cause::not_allowed_now,
              fmt::format("registry {} asks that a version in {} has a card with {}, and {} of {} is there: "
                          "write a card that has them, or move the version first",
                          in_quotes(found.registry.name), where, listed(titles_in(lost)),
                          label(version.number), in_quotes(found.model.name)),
              "card");
    return false;
  });
  return checked;
}

}  // namespace

Result<Decision> rule(const Reader& state, const SetCard& command) {
  HERALD_TRY(const auto found, open_model(state, command));
  HERALD_CHECK(check_card(command.card));
  Decision decision{{}, false, json::to_json(CardAnswer{answer_of(of(found)), command.version})};
  if (!command.version) {
    HERALD_CHECK(check_card_may_become(state, found, command));
    if (found.model.card != command.card)
      decision.drafts.push_back({ModelCarded{of(found), found.model.card, command.card}, {}});
    return decision;
  }
  HERALD_TRY(const auto version, require_version(state, found, *command.version));
  HERALD_CHECK(check_card_may_become(state, found, command));
  if (version.card != command.card)
    decision.drafts.push_back({VersionCarded{of(found, version.number), version.card, command.card}, {}});
  return decision;
}

std::vector<Label> sections_lacking(const FoundModel& found, const VersionRecord& version) {
  if (!found.registry.card_policy) return {};
  return missing_sections(*found.registry.card_policy, version.card ? version.card : found.model.card);
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
