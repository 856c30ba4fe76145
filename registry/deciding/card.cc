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

std::vector<std::string> titles_in(const std::vector<Label>& titles) {
  std::vector<std::string> out;
  for (const Label& title : titles) out.push_back(title.str());
  return out;
}

// The version's own, or the model's.
const std::optional<Card>& card_of(const FoundModel& found, const VersionRecord& version) {
  return version.card ? version.card : found.model.card;
}

// As the policy takes it.
std::optional<Card> as_it_can_be_read(const Reader& state, const std::optional<Card>& card) {
  return card && is_erased(state, card->text) ? std::nullopt : card;
}

std::string_view what_is_there(const Reader& state, const std::optional<Card>& card) {
  if (!card) return "none";
  return is_erased(state, card->text) ? "one whose text was erased" : "a card without";
}

Result<void> check_sections(const Reader& state, const FoundModel& found, const VersionRecord& version,
                            std::string_view what, const std::string& field) {
  const auto missing = sections_lacking(state, found, version);
  if (missing.empty()) return {};
  return error(
      Cause::not_allowed_now,
      fmt::format("registry {} asks that a version has a card with {} before it gets {}: {} of {} has {}",
                  in_quotes(found.registry.name), listed(titles_in(missing)), what, label(version.number),
                  in_quotes(found.model.name), what_is_there(state, card_of(found, version))),
      field);
}

template <class NameType>
bool names(const std::vector<NameType>& guarded, const NameType& name) {
  return std::find(guarded.begin(), guarded.end(), name) != guarded.end();
}

// What a version has when it stands where the policy has a say.
struct Guarded {
  VersionNumber version;
  std::string where;  // "alias ..."
};

std::optional<Guarded> guarded_as(const Reader& state, const FoundModel& found, const CardPolicy& policy,
                                  const VersionRecord& version) {
  for (const AliasName& alias : policy.aliases) {
    const auto held = find_alias(state, found.model.id, alias);
    if (held && held->version == version.number) return Guarded{version.number, "alias " + in_quotes(alias)};
  }
  if (!version.stage || !names(policy.stages, *version.stage)) return std::nullopt;
  return Guarded{version.number, "stage " + in_quotes(*version.stage)};
}

// One that the card of the model stands for. `may_read`: how many more versions may be looked at; 0 afterwards: there are
// more.
std::optional<Guarded> without_a_card_in(const Reader& state, const FoundModel& found, const StageName& stage,
                                         std::size_t& may_read) {
  const std::string prefix = std::string(found.registry.id.bytes())
                                 .append(stage.str())
                                 .append(1, '\0')
                                 .append(found.model.id.bytes());
  std::optional<Guarded> guarded;
  state.scan(Table::stage_versions, prefix, {}, [&](std::string_view key, std::string_view) {
    if (--may_read == 0) return false;
    const auto version =
        find_version(state, found.model.id, VersionNumber(read_be64(key.substr(prefix.size()))));
    if (version && !version->deleted && !version->card)
      guarded = Guarded{version->number, "stage " + in_quotes(stage)};
    return !guarded;
  });
  return guarded;
}

Result<std::optional<Guarded>> guarded_without_a_card(const Reader& state, const FoundModel& found,
                                                      const CardPolicy& policy) {
  for (const AliasName& alias : policy.aliases) {
    const auto held = find_alias(state, found.model.id, alias);
    const auto version = held ? find_version(state, found.model.id, held->version) : std::nullopt;
    if (version && !version->card)
      return std::optional(Guarded{version->number, "alias " + in_quotes(alias)});
  }
  std::size_t may_read = limits::kMaxGuardedVersionsRead + 1;
  for (const StageName& stage : policy.stages) {
    auto guarded = without_a_card_in(state, found, stage, may_read);
    if (guarded) return guarded;
    if (may_read == 0) {
      return error(
          Cause::too_many,
          fmt::format("registry {} asks for headings that this card lacks, and more than {} versions "
                      "of {} are in the stages where it does: write a card that has them",
                      in_quotes(found.registry.name), limits::kMaxGuardedVersionsRead,
                      in_quotes(found.model.name)),
          "card");
    }
  }
  return std::optional<Guarded>();
}

// The headings that the policy asks for, and that are there no more. What lacked already, because the policy came later, may go
// on lacking.
std::vector<Label> lost_sections(const CardPolicy& policy, const std::optional<Card>& from,
                                 const std::optional<Card>& to) {
  const std::vector<Label> lacking = missing_sections(policy, from);
  std::vector<Label> lost = missing_sections(policy, to);
  std::erase_if(lost, [&](const Label& section) { return names(lacking, section); });
  return lost;
}

// Where the policy let a version in for what its card says, the card goes on saying it. `version`: of which the card is;
// absent: of the model, for those without one.
Result<void> check_card_may_become(const Reader& state, const FoundModel& found, const VersionRecord* version,
                                   const std::optional<Card>& card) {
  const auto& policy = found.registry.card_policy;
  if (!policy) return {};
  const std::optional<Card>& from = version != nullptr ? card_of(found, *version) : found.model.card;
  const std::optional<Card>& to = version != nullptr && !card ? found.model.card : card;
  const auto lost = lost_sections(*policy, as_it_can_be_read(state, from), as_it_can_be_read(state, to));
  if (lost.empty()) return {};
  std::optional<Guarded> guarded;
  if (version != nullptr) {
    guarded = guarded_as(state, found, *policy, *version);
  } else {
    HERALD_TRY(guarded, guarded_without_a_card(state, found, *policy));
  }
  if (!guarded) return {};
  return error(Cause::not_allowed_now,
               fmt::format("registry {} asks that a version in {} has a card with {}, and {} of {} is there: "
                           "write a card that has them, or move the version first",
                           in_quotes(found.registry.name), guarded->where, listed(titles_in(lost)),
                           label(guarded->version), in_quotes(found.model.name)),
               "card");
}

}  // namespace

Result<Decision> rule(const Reader& state, const SetCard& command) {
  HERALD_TRY(const auto found, open_model(state, command));
  HERALD_CHECK(check_card(command.card));
  Decision decision{{}, false, json::to_json(CardAnswer{answer_of(of(found)), command.version})};
  if (!command.version) {
    HERALD_CHECK(check_card_may_become(state, found, nullptr, command.card));
    if (found.model.card != command.card)
      decision.drafts.push_back({ModelCarded{of(found), found.model.card, command.card}, {}});
    return decision;
  }
  HERALD_TRY(const auto version, require_version(state, found, *command.version));
  HERALD_CHECK(check_card_may_become(state, found, &version, command.card));
  if (version.card != command.card)
    decision.drafts.push_back({VersionCarded{of(found, version.number), version.card, command.card}, {}});
  return decision;
}

std::vector<Label> sections_lacking(const Reader& state, const FoundModel& found,
                                    const VersionRecord& version) {
  if (!found.registry.card_policy) return {};
  return missing_sections(*found.registry.card_policy, as_it_can_be_read(state, card_of(found, version)));
}

Result<void> check_card(const std::optional<Card>& card) {
  if (!card || card->sections.size() <= limits::kMaxCardSections) return {};
  return error(Cause::too_many,
               fmt::format("the card has {} headings: at most {} are allowed", card->sections.size(),
                           limits::kMaxCardSections),
               "card");
}

Result<void> check_card_policy(const Reader& state, const FoundModel& found, const VersionRecord& version,
                               const AliasName& alias, const std::string& field) {
  const auto& policy = found.registry.card_policy;
  if (!policy || !names(policy->aliases, alias)) return {};
  return check_sections(state, found, version, "alias " + in_quotes(alias), field);
}

Result<void> check_card_policy(const Reader& state, const FoundModel& found, const VersionRecord& version,
                               const StageName& stage, const std::string& field) {
  const auto& policy = found.registry.card_policy;
  if (!policy || !names(policy->stages, stage)) return {};
  return check_sections(state, found, version, "stage " + in_quotes(stage), field);
}

}  // namespace herald::registry::deciding
