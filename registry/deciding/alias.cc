// Aliases. They may point at any version that exists, whatever its status (as in the registries that people
// know): who asks for an alias gets what was put there, while `latest` is always a version that is ready.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "registry/deciding/rules.h"
#include "registry/sentence.h"

namespace herald::registry::deciding {
namespace {

struct MovesAnswer : ModelAnswer {
  std::uint64_t changed = 0;
};
BOOST_DESCRIBE_STRUCT(MovesAnswer, (ModelAnswer), (changed))

std::optional<VersionNumber> held_by(const Reader& state, ModelId model, const AliasName& alias) {
  const auto record = find_alias(state, model, alias);
  if (!record) return std::nullopt;
  return record->version;
}

Result<void> check_expected(const OfModel& of, const AliasMove& move, std::optional<VersionNumber> held,
                            const std::string& field) {
  const std::string what = fmt::format("alias {} of model {}", in_quotes(move.alias), in_quotes(of.model));
  const auto mismatch = [&](std::string why) {
    return error(Cause::expected_mismatch, what + std::move(why),
                 field.empty() ? "expected" : field + ".expected");
  };
  switch (move.expected.kind) {
    case Expected::Kind::anything:
      return {};
    case Expected::Kind::nothing:
      if (held) return mismatch(fmt::format(" exists already and holds {}", label(*held)));
      return {};
    case Expected::Kind::version:
      if (!held)
        return mismatch(fmt::format(" does not exist, so it does not hold {}", label(move.expected.version)));
      if (*held != move.expected.version) {
        return mismatch(fmt::format(" holds {}, not {}", label(*held), label(move.expected.version)));
      }
      return {};
  }
  return {};
}

// The versions that the moves go to, one for each move; nothing where an alias is removed.
Result<std::vector<std::optional<VersionRecord>>> check_moves(const Reader& state, const FoundModel& found,
                                                              const std::vector<AliasMove>& moves) {
  if (moves.empty())
    return error(Cause::invalid_value, "\"moves\" is empty: name at least one alias to move", "moves");
  if (moves.size() > limits::kMaxAliasMovesPerCommand) {
    return error(Cause::too_many,
                 fmt::format("{} aliases cannot be moved at once: at most {} can", moves.size(),
                             limits::kMaxAliasMovesPerCommand),
                 "moves");
  }
  std::set<AliasName> seen;
  std::vector<std::optional<VersionRecord>> targets(moves.size());
  for (std::size_t i = 0; i < moves.size(); ++i) {
    const std::string field = fmt::format("moves[{}]", i);
    if (!seen.insert(moves[i].alias).second) {
      return error(Cause::invalid_value,
                   fmt::format("alias {} is moved twice at once", in_quotes(moves[i].alias)),
                   field + ".alias");
    }
    HERALD_CHECK(check_expected(of(found), moves[i], held_by(state, found.model.id, moves[i].alias), field));
    if (!moves[i].to) continue;
    auto target = require_version(state, found, *moves[i].to);
    if (!target) return about(target.error(), field + ".to");
    targets[i] = std::move(*target);
  }
  return targets;
}

Result<AliasRecord> require_alias(const Reader& state, const FoundModel& found, const AliasName& alias,
                                  const std::string& field) {
  if (auto record = find_alias(state, found.model.id, alias)) return std::move(*record);
  return error(Cause::not_found,
               fmt::format("model {} has no alias {}", in_quotes(found.model.name), in_quotes(alias)), field);
}

std::vector<VersionNumber> former_holders(const Reader& state, ModelId model, const AliasName& alias) {
  const auto record =
      find<FormerHoldersRecord>(state, Table::former_holders, keys::alias(model, alias.str()));
  return record ? record->versions : std::vector<VersionNumber>();
}

// Whoever takes back what somebody just took back would go forth again.
Result<void> check_not_just_taken_back(const FoundModel& found, const std::optional<AliasRecord>& alias,
                                       const Expected& expected) {
  if (!alias || !alias->rollback || expected.kind != Expected::Kind::anything) return {};
  return error(
      Cause::not_allowed_now,
      fmt::format("alias {} of model {} was taken back to {} already, by event {}: name {} as \"expected\" "
                  "to go from there to what it held before that",
                  in_quotes(alias->alias), in_quotes(found.model.name), label(alias->version),
                  alias->assigned.sequence, alias->version.value()),
      "expected");
}

struct WayBack {
  VersionRecord target;
  Rollback rollback;
};

// The last holder that is there, but the present one.
Result<WayBack> way_back(const Reader& state, const FoundModel& found, const AliasName& alias,
                         std::optional<VersionNumber> held) {
  std::vector<VersionNumber> passed_over;
  for (const VersionNumber former : former_holders(state, found.model.id, alias)) {
    if (former == held) continue;
    auto version = find_version(state, found.model.id, former);
    if (version && !version->deleted) {
      Rollback rollback;
      if (!passed_over.empty()) rollback.passed_over = std::move(passed_over);
      return WayBack{std::move(*version), std::move(rollback)};
    }
    passed_over.push_back(former);
  }
  if (!passed_over.empty()) return about(require_version(state, found, passed_over.front()).error(), "alias");
  if (!held)
    return error(Cause::not_found,
                 fmt::format("model {} has no alias {}", in_quotes(found.model.name), in_quotes(alias)),
                 "alias");
  return error(
      Cause::not_allowed_now,
      fmt::format(
          "alias {} of model {} displaced no version when it came to {}: there is nothing to go back to",
          in_quotes(alias), in_quotes(found.model.name), label(*held)),
      "alias");
}

bool makes_an_alias(const Draft& draft) {
  const auto* const assigned = std::get_if<AliasAssigned>(&draft.payload);
  return assigned != nullptr && !assigned->from;
}

}  // namespace

Result<Decision> rule(const Reader& state, const MoveAliases& command) {
  HERALD_TRY(const auto found, open_model(state, command));
  HERALD_TRY(const auto targets, check_moves(state, found, command.moves));
  Decision decision;
  AliasMoves moves(state, found, command.moves_protected, decision.drafts);
  for (std::size_t i = 0; i < command.moves.size(); ++i) {
    HERALD_CHECK(moves.move(command.moves[i].alias, targets[i] ? &*targets[i] : nullptr,
                            fmt::format("moves[{}].alias", i)));
  }
  HERALD_CHECK(moves.check_count("moves"));
  decision.created = std::any_of(decision.drafts.begin(), decision.drafts.end(), makes_an_alias);
  decision.answer = json::to_json(MovesAnswer{answer_of(of(found)), decision.drafts.size()});
  return decision;
}

Result<Decision> rule(const Reader& state, const SwapAliases& command) {
  HERALD_TRY(const auto found, open_model(state, command));
  HERALD_TRY(const auto first, require_alias(state, found, command.first, "first"));
  HERALD_TRY(const auto second, require_alias(state, found, command.second, "second"));
  HERALD_CHECK(check_expected(of(found), {command.first, {}, command.expect_first}, first.version, "first"));
  HERALD_CHECK(
      check_expected(of(found), {command.second, {}, command.expect_second}, second.version, "second"));
  HERALD_TRY(const auto of_first, require_version(state, found, first.version));
  HERALD_TRY(const auto of_second, require_version(state, found, second.version));
  Decision decision;
  AliasMoves moves(state, found, command.moves_protected, decision.drafts);
  HERALD_CHECK(moves.move(command.first, &of_second, "first"));
  HERALD_CHECK(moves.move(command.second, &of_first, "second"));
  decision.answer = json::to_json(MovesAnswer{answer_of(of(found)), decision.drafts.size()});
  return decision;
}

Result<Decision> rule(const Reader& state, const RollBackAlias& command) {
  HERALD_TRY(const auto found, open_model(state, command));
  const auto alias = find_alias(state, found.model.id, command.alias);
  const auto held = alias ? std::optional(alias->version) : std::nullopt;
  HERALD_CHECK(check_expected(of(found), {command.alias, {}, command.expected}, held, {}));
  HERALD_CHECK(check_not_just_taken_back(found, alias, command.expected));
  HERALD_TRY(const auto back, way_back(state, found, command.alias, held));
  Decision decision;
  AliasMoves moves(state, found, command.moves_protected, decision.drafts);
  HERALD_CHECK(moves.move_back(command.alias, back.target, back.rollback, "alias"));
  HERALD_CHECK(moves.check_count("alias"));
  decision.created = !held;
  decision.answer = json::to_json(MovesAnswer{answer_of(of(found)), decision.drafts.size()});
  return decision;
}

AliasMoves::AliasMoves(const Reader& state, const FoundModel& found, MovesProtected moves_protected,
                       std::vector<Draft>& drafts)
    : state_(state),
      found_(found),
      moves_protected_(moves_protected),
      drafts_(drafts),
      aliases_(found.model.aliases) {}

Result<void> AliasMoves::move(const AliasName& alias, const VersionRecord* target, const std::string& field) {
  const auto from = held_by(state_, found_.model.id, alias);
  const auto to = target != nullptr ? std::optional(target->number) : std::nullopt;
  if (from == to) return {};
  HERALD_CHECK(check_may_move(alias, field));
  if (target != nullptr) {
    HERALD_CHECK(check_card_policy(state_, found_, *target, alias, field));
    drafts_.push_back({AliasAssigned{of(found_), alias, from, *to}, {}});
    if (!from) ++aliases_;
  } else {
    drafts_.push_back({AliasRemoved{of(found_), alias, *from}, {}});
    --aliases_;
  }
  return {};
}

Result<void> AliasMoves::move_back(const AliasName& alias, const VersionRecord& target, Rollback rollback,
                                   const std::string& field) {
  const auto from = held_by(state_, found_.model.id, alias);
  HERALD_CHECK(check_may_move(alias, field));
  if (!check_card_policy(state_, found_, target, alias, field))
    rollback.lacking = sections_lacking(state_, found_, target);
  drafts_.push_back({AliasAssigned{of(found_), alias, from, target.number, {}, std::move(rollback)}, {}});
  if (!from) ++aliases_;
  return {};
}

Result<void> AliasMoves::check_may_move(const AliasName& alias, const std::string& field) const {
  const auto& guarded = found_.registry.protected_aliases;
  if (moves_protected_ == MovesProtected::yes || !std::binary_search(guarded.begin(), guarded.end(), alias))
    return {};
  return error(
      Cause::denied,
      fmt::format("alias {} is protected in registry {}: only admins of the registry or of the model move it",
                  in_quotes(alias), in_quotes(found_.registry.name)),
      field);
}

Result<void> AliasMoves::check_count(const std::string& field) const {
  if (aliases_ <= limits::kMaxAliasesPerModel) return {};
  return error(Cause::too_many,
               fmt::format("model {} would have {} aliases: at most {} are allowed, remove some first",
                           in_quotes(found_.model.name), aliases_, limits::kMaxAliasesPerModel),
               field);
}

Result<void> check_may_change_what_it_is(const Reader& state, const FoundVersion& found,
                                         MovesProtected moves_protected) {
  if (moves_protected == MovesProtected::yes) return {};
  const RegistryRecord& registry = found.model.registry;
  for (const AliasName& alias : registry.protected_aliases) {
    if (held_by(state, found.model.model.id, alias) != found.version.number) continue;
    return error(
        Cause::denied,
        fmt::format("alias {}, which is protected in registry {}, is at version {} of model {}: only "
                    "admins of the registry or of the model change what it stands for",
                    in_quotes(alias), in_quotes(registry.name), label(found.version.number),
                    in_quotes(found.model.model.name)),
        "version");
  }
  return {};
}

}  // namespace herald::registry::deciding
