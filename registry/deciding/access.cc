// Principals, teams, roles and tokens.
#include <fmt/format.h>

#include "base/limits.h"
#include "registry/deciding/rules.h"
#include "registry/sentence.h"

namespace herald::registry::deciding {
namespace {

struct PrincipalAnswer {
  PrincipalId id;
};
BOOST_DESCRIBE_STRUCT(PrincipalAnswer, (), (id))

struct TokenAnswer {
  TokenId id;
  PrincipalId principal_id;
};
BOOST_DESCRIBE_STRUCT(TokenAnswer, (), (id, principal_id))

struct ErasureAnswer {
  std::optional<PrincipalId> principal_id;  // whose entry is erased
  std::uint64_t texts = 0;
  bool complete = true;
};
BOOST_DESCRIBE_STRUCT(ErasureAnswer, (), (principal_id, texts, complete))

// What an event holds besides the digests of an erasure: the reason, each of whose bytes may be escaped, and the envelope.
constexpr std::size_t kDigestBytes = sizeof R"("sha256:",)" - 1 + 64, kEnvelopeBytes = 2'048;
static_assert(limits::kMaxTextsErasedAtOnce * kDigestBytes + 2 * limits::kMaxReasonBytes + kEnvelopeBytes <=
              limits::kMaxEventBytes);

std::string answer_for(PrincipalId id) {
  return json::to_json(PrincipalAnswer{id});
}

Result<PrincipalRecord> require_principal(const Reader& state, PrincipalId id, const std::string& field) {
  if (auto found = find_principal(state, id)) return std::move(*found);
  return error(Cause::not_found, fmt::format("principal {} does not exist", id.str()), field);
}

std::size_t count(const Reader& state, Table table, std::string_view prefix, std::size_t most) {
  std::size_t rows = 0;
  state.scan(table, prefix, {}, [&](std::string_view, std::string_view) { return ++rows <= most; });
  return rows;
}

Result<void> check_room(const Reader& state, Table table, std::string_view prefix, std::size_t most,
                        std::string_view what, const std::string& field) {
  if (count(state, table, prefix, most) < most) return {};
  return error(Cause::too_many, fmt::format("{}: no more than {} are allowed", what, most), field);
}

Result<RoleScope> scope_at(const Reader& state, const ScopeAddress& address) {
  if (!address.registry) {
    if (!address.model) return RoleScope{};
    return error(Cause::missing_field, "a model is named with its registry", "registry");
  }
  HERALD_TRY(const auto registry, require_registry(state, *address.registry));
  RoleScope scope{registry.id, registry.name, {}, {}};
  if (!address.model) return scope;
  HERALD_TRY(const auto found, require_model(state, *address.registry, *address.model));
  scope.model_id = found.model.id;
  scope.model = found.model.name;
  return scope;
}

std::optional<RoleRecord> role_at(const Reader& state, PrincipalId id, const RoleScope& scope) {
  return find<RoleRecord>(state, Table::roles, keys::pair(id.bytes(), keys::scope(scope)));
}

bool runs_the_server(const Reader& state, PrincipalId id) {
  const auto principal = find_principal(state, id);
  return principal && principal->enabled && principal->kind != PrincipalKind::team;
}

// Whether somebody else who can sign in administers the whole server.
bool another_admin(const Reader& state, PrincipalId but) {
  bool found = false;
  const std::string holders(1, '\0');
  state.scan(Table::role_holders, holders, {}, [&](std::string_view key, std::string_view) {
    const PrincipalId id(Uuid::from_bytes(key.substr(holders.size())));
    const auto role = role_at(state, id, {});
    found = id != but && role && role->role == Role::admin && runs_the_server(state, id);
    return !found;
  });
  return found;
}

Result<void> check_not_the_last_admin(const Reader& state, PrincipalId id, const std::string& field) {
  const auto role = role_at(state, id, {});
  if (!role || role->role != Role::admin || !runs_the_server(state, id) || another_admin(state, id))
    return {};
  return error(Cause::not_allowed_now,
               "this is the last one who administers the server: give the role to another first", field);
}

// Who is erased does not come in again: disabled, and without tokens. False: there are more tokens than one command revokes.
Result<bool> shut_out(const Reader& state, const PrincipalRecord& principal, std::vector<Draft>& drafts) {
  if (principal.enabled) {
    HERALD_CHECK(check_not_the_last_admin(state, principal.id, "principal"));
    drafts.push_back({PrincipalDisabled{{principal.id}}, {}});
  }
  constexpr std::size_t kMost = limits::kMaxEventsPerCommand - 1;  // the erasure is the last
  bool fits = true;
  state.scan(Table::tokens_of, principal.id.bytes(), {}, [&](std::string_view key, std::string_view) {
    const auto token = find_token(state, TokenId(Uuid::from_bytes(key.substr(principal.id.bytes().size()))));
    if (!token || token->revoked) return true;
    fits = drafts.size() < kMost;
    if (fits) drafts.push_back({TokenRevoked{{principal.id}, token->id}, {}});
    return fits;
  });
  return fits;
}

}  // namespace

Result<Decision> rule(const Reader& state, const CreatePrincipal& command) {
  HERALD_CHECK(
      check_room(state, Table::principals, {}, limits::kMaxPrincipals, "there are that many principals", {}));
  return Decision{{{PrincipalCreated{{command.new_id}, command.kind}, {}}}, true, answer_for(command.new_id)};
}

Result<Decision> rule(const Reader& state, const SetPrincipalEnabled& command) {
  HERALD_TRY(const auto principal, require_principal(state, command.principal_id, "principal"));
  Decision decision{{}, false, answer_for(principal.id)};
  if (principal.enabled == command.enabled) return decision;
  if (command.enabled) {
    decision.drafts.push_back({PrincipalEnabled{{principal.id}}, {}});
  } else {
    HERALD_CHECK(check_not_the_last_admin(state, principal.id, "principal"));
    decision.drafts.push_back({PrincipalDisabled{{principal.id}}, {}});
  }
  return decision;
}

Result<Decision> rule(const Reader& state, const DescribePrincipal& command) {
  HERALD_TRY(const auto principal, require_principal(state, command.principal_id, "principal"));
  return Decision{{{PrincipalDescribed{{principal.id}, principal.entry, command.new_entry}, {}}},
                  false,
                  answer_for(principal.id)};
}

Result<Decision> rule(const Reader& state, const ChangeTeam& command) {
  HERALD_TRY(const auto team, require_principal(state, command.team_id, "team"));
  HERALD_TRY(const auto member, require_principal(state, command.principal_id, "member"));
  if (team.kind != PrincipalKind::team)
    return error(Cause::invalid_value, fmt::format("{} is no team", team.id.str()), "team");
  if (member.kind == PrincipalKind::team)
    return error(Cause::invalid_value, "a team cannot be a member of a team", "member");
  Decision decision{{}, false, answer_for(member.id)};
  const bool is_member =
      state.get(Table::team_members, keys::pair(team.id.bytes(), member.id.bytes())).has_value();
  if (is_member == command.is_member) return decision;
  if (!command.is_member) {
    decision.drafts.push_back({TeamLeft{{member.id}, team.id}, {}});
    return decision;
  }
  HERALD_CHECK(check_room(state, Table::teams_of, member.id.bytes(), limits::kMaxTeamsPerPrincipal,
                          "it is in that many teams", "member"));
  decision.drafts.push_back({TeamJoined{{member.id}, team.id}, {}});
  return decision;
}

Result<Decision> rule(const Reader& state, const GrantRole& command) {
  HERALD_TRY(const auto principal, require_principal(state, command.principal_id, "principal"));
  HERALD_TRY(const auto scope, scope_at(state, command.scope));
  Decision decision{{}, false, answer_for(principal.id)};
  const auto present = role_at(state, principal.id, scope);
  if (present && present->role == command.role) return decision;
  if (!present) {
    HERALD_CHECK(check_room(state, Table::roles, principal.id.bytes(), limits::kMaxRolesPerPrincipal,
                            "it holds that many roles", "principal"));
  } else if (!scope.registry_id) {
    HERALD_CHECK(check_not_the_last_admin(state, principal.id, "role"));
  }
  decision.created = !present;
  decision.drafts.push_back(
      {RoleGranted{
           {principal.id}, scope, present ? std::optional(present->role) : std::nullopt, command.role},
       {}});
  return decision;
}

Result<Decision> rule(const Reader& state, const RevokeRole& command) {
  HERALD_TRY(const auto principal, require_principal(state, command.principal_id, "principal"));
  HERALD_TRY(const auto scope, scope_at(state, command.scope));
  Decision decision{{}, false, answer_for(principal.id)};
  const auto present = role_at(state, principal.id, scope);
  if (!present) return decision;
  if (!scope.registry_id) HERALD_CHECK(check_not_the_last_admin(state, principal.id, "principal"));
  decision.drafts.push_back({RoleRevoked{{principal.id}, scope, present->role}, {}});
  return decision;
}

Result<Decision> rule(const Reader& state, const IssueToken& command) {
  if (!is_locked(state)) {
    return error(
        Cause::not_allowed_now,
        "this server has no administrator yet: claim it by the link that it printed when it started, then "
        "issue tokens");
  }
  HERALD_TRY(const auto principal, require_principal(state, command.principal_id, "principal"));
  if (principal.kind == PrincipalKind::team)
    return error(Cause::invalid_value, "a team signs in by its members: tokens are of users and services",
                 "principal");
  if (!principal.enabled)
    return error(Cause::not_allowed_now, fmt::format("principal {} is disabled", principal.id.str()),
                 "principal");
  HERALD_CHECK(check_room(state, Table::tokens_of, principal.id.bytes(), limits::kMaxTokensPerPrincipal,
                          "it has had that many tokens", "principal"));
  std::optional<RoleScope> scope;
  if (command.scope) {
    HERALD_TRY(scope, scope_at(state, *command.scope));
  }
  return Decision{
      {{TokenIssued{{principal.id}, command.new_id, command.expires, command.at_most, scope}, {}}},
      true,
      json::to_json(TokenAnswer{command.new_id, principal.id})};
}

Result<Decision> rule(const Reader& state, const RevokeToken& command) {
  const auto token = find_token(state, command.token_id);
  if (!token)
    return error(Cause::not_found, fmt::format("token {} does not exist", command.token_id.str()), "token");
  Decision decision{{}, false, json::to_json(TokenAnswer{token->id, token->principal_id})};
  if (!token->revoked) decision.drafts.push_back({TokenRevoked{{token->principal_id}, token->id}, {}});
  return decision;
}

Result<Decision> rule(const Reader& state, const ClaimServer& command) {
  if (is_locked(state) && !command.is_recovery) {
    return error(Cause::not_allowed_now,
                 "this server has its first administrator: sign in with a token, or ask who has one");
  }
  return Decision{{{PrincipalCreated{{command.new_principal}, PrincipalKind::user}, {}},
                   {RoleGranted{{command.new_principal}, {}, std::nullopt, Role::admin}, {}},
                   {TokenIssued{{command.new_principal}, command.new_token, {}, {}, {}}, {}}},
                  true,
                  json::to_json(TokenAnswer{command.new_token, command.new_principal})};
}

Result<Decision> rule(const Reader&, const RecordDenials& command) {
  Decision decision;
  for (const Denials& denials : command.denials) {
    decision.drafts.push_back({AccessDenied{denials.actor, denials.permission, denials.scope, denials.count,
                                            denials.since, denials.until},
                               {}});
  }
  return decision;
}

Result<Decision> rule(const Reader& state, const Erase& command) {
  if (!command.principal_id && command.texts.empty())
    return error(Cause::missing_field, "name a principal or texts to erase", "principal");
  if (command.texts.size() > limits::kMaxTextsErasedAtOnce) {
    return error(Cause::too_many,
                 fmt::format("{} texts are too many for one command: at most {} are allowed",
                             command.texts.size(), limits::kMaxTextsErasedAtOnce),
                 "texts");
  }
  Decision decision{{}, true, {}};
  bool complete = command.is_all;
  if (command.principal_id) {
    HERALD_TRY(const auto principal, require_principal(state, *command.principal_id, "principal"));
    HERALD_TRY(const bool is_out, shut_out(state, principal, decision.drafts));
    complete = complete && is_out;
  }
  const std::optional<PrincipalId> entry_of = complete ? command.principal_id : std::nullopt;
  decision.answer = json::to_json(ErasureAnswer{entry_of, command.texts.size(), complete});
  if (entry_of || !command.texts.empty())
    decision.drafts.push_back({ErasurePerformed{entry_of, command.texts}, {}});
  return decision;
}

}  // namespace herald::registry::deciding
