// What may be asked about who may come in, and as what.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "registry/roles.h"

namespace herald::registry {

// What the caller may name: the whole server, a registry, or a model of it.
struct ScopeAddress {
  std::optional<RegistryName> registry;
  std::optional<ModelName> model;
};

// What the directory holds of it is durable in the work store already.
struct CreatePrincipal {
  PrincipalId new_id;
  PrincipalKind kind = PrincipalKind::user;
};
struct SetPrincipalEnabled {
  PrincipalId principal_id;
  bool enabled = true;
  std::optional<Reason> reason;
};
// The new entry is durable in the work store already.
struct DescribePrincipal {
  PrincipalId principal_id;
  EntryId new_entry;
  std::optional<Reason> reason;
};
// Into the team, or out of it. A team is in no team.
struct ChangeTeam {
  PrincipalId team_id, principal_id;
  bool is_member = true;
  std::optional<Reason> reason = {};
};

// Takes the place of the role that the principal holds there.
struct GrantRole {
  PrincipalId principal_id;
  ScopeAddress scope;
  Role role = Role::viewer;
  std::optional<Reason> reason = {};
};
struct RevokeRole {
  PrincipalId principal_id;
  ScopeAddress scope;
  std::optional<Reason> reason = {};
};

// Its hash is durable in the work store already. Only on a server that has been claimed: the first token is that of its
// first administrator.
struct IssueToken {
  TokenId new_id;
  PrincipalId principal_id;
  std::optional<Timestamp> expires;
  std::optional<Role> at_most;
  std::optional<ScopeAddress> scope;
};
struct RevokeToken {
  TokenId token_id;
  std::optional<Reason> reason;
};

// The first administrator, with a token: from then on nobody comes in without one. `is_recovery`: one more, asked for by
// whoever runs the process, since nobody has a token of an administrator any more.
struct ClaimServer {
  PrincipalId new_principal;
  TokenId new_token;
  bool is_recovery = false;
};

// ---- asked by Herald's own parts ----

struct Denials {
  std::string actor, permission;
  RoleScope scope;
  std::uint64_t count = 0;
  Timestamp since, until;
};
struct RecordDenials {
  std::vector<Denials> denials;
};

// What is named is erased from the work store once this is recorded. A principal is disabled and its tokens are revoked
// with it. `is_all`: these are all that is left of the principal's texts; otherwise its entry is not erased yet, so that the
// rest can be asked for by its name.
struct Erase {
  std::optional<PrincipalId> principal_id;
  std::vector<Digest> texts;
  std::optional<Reason> reason;
  bool is_all = true;
};

}  // namespace herald::registry
