// Aliases. They may point at any version that exists, whatever its status (as in the registries that people
// know): who asks for an alias gets what was put there, while `latest` is always a version that is ready.
#include <fmt/format.h>

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
    return error(Cause::expected_mismatch, what + std::move(why), field + ".expected");
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

Result<void> check_moves(const Reader& state, const FoundModel& found, const std::vector<AliasMove>& moves) {
  if (moves.empty())
    return error(Cause::invalid_value, "\"moves\" is empty: name at least one alias to move", "moves");
  if (moves.size() > limits::kMaxAliasMovesPerCommand) {
    return error(Cause::too_many,
                 fmt::format("{} aliases cannot be moved at once: at most {} can", moves.size(),
                             limits::kMaxAliasMovesPerCommand),
                 "moves");
  }
  std::set<AliasName> seen;
  for (std::size_t i = 0; i < moves.size(); ++i) {
    const std::string field = fmt::format("moves[{}]", i);
    if (!seen.insert(moves[i].alias).second) {
      return error(Cause::invalid_value,
                   fmt::format("alias {} is moved twice at once", in_quotes(moves[i].alias)),
                   field + ".alias");
    }
    HERALD_CHECK(check_expected(of(found), moves[i], held_by(state, found.model.id, moves[i].alias), field));
    if (!moves[i].to) continue;
    if (const auto target = require_version(state, found, *moves[i].to); !target)
      return about(target.error(), field + ".to");
  }
  return {};
}

bool makes_an_alias(const Draft& draft) {
  const auto* const assigned = std::get_if<AliasAssigned>(&draft.payload);
  return assigned != nullptr && !assigned->from;
}

}  // namespace

Result<Decision> rule(const Reader& state, const MoveAliases& command) {
  HERALD_TRY(const auto found, require_model(state, command.registry, command.model));
  HERALD_CHECK(check_moves(state, found, command.moves));
  Decision decision;
  std::uint32_t aliases = found.model.aliases;
  for (const AliasMove& move : command.moves) {
    move_alias(state, of(found), move.alias, move.to, command.reason, aliases, decision.drafts);
  }
  HERALD_CHECK(check_alias_count(of(found), aliases, "moves"));
  decision.created = std::any_of(decision.drafts.begin(), decision.drafts.end(), makes_an_alias);
  decision.answer = json::to_json(MovesAnswer{answer_of(of(found)), decision.drafts.size()});
  return decision;
}

void move_alias(const Reader& state, const OfModel& of, const AliasName& alias,
                std::optional<VersionNumber> to, const std::optional<Reason>& reason, std::uint32_t& aliases,
                std::vector<Draft>& drafts) {
  const auto from = held_by(state, of.model_id, alias);
  if (from == to) return;
  if (to) {
    drafts.push_back({AliasAssigned{of, alias, from, *to, reason}, {}});
    if (!from) ++aliases;
  } else {
    drafts.push_back({AliasRemoved{of, alias, *from, reason}, {}});
    --aliases;
  }
}

Result<void> check_alias_count(const OfModel& of, std::uint32_t aliases, const std::string& field) {
  if (aliases <= limits::kMaxAliasesPerModel) return {};
  return error(Cause::too_many,
               fmt::format("model {} would have {} aliases: at most {} are allowed, remove some first",
                           in_quotes(of.model), aliases, limits::kMaxAliasesPerModel),
               field);
}

}  // namespace herald::registry::deciding
