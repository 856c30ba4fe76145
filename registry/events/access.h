// Who may come in, and as what. Names and addresses of people are in the directory and never here.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "registry/roles.h"

namespace herald::registry {

struct OfPrincipal {
  PrincipalId principal_id;
};
BOOST_DESCRIBE_STRUCT(OfPrincipal, (), (principal_id))

struct PrincipalCreated : OfPrincipal {
  static constexpr std::string_view kType = "principal.created";
  PrincipalKind kind = PrincipalKind::user;
};
BOOST_DESCRIBE_STRUCT(PrincipalCreated, (OfPrincipal), (kind))

// Its tokens open nothing until it is enabled again.
struct PrincipalDisabled : OfPrincipal {
  static constexpr std::string_view kType = "principal.disabled";
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(PrincipalDisabled, (OfPrincipal), (reason))

struct PrincipalEnabled : OfPrincipal {
  static constexpr std::string_view kType = "principal.enabled";
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(PrincipalEnabled, (OfPrincipal), (reason))

// What the directory says of it changed: the full name, the address. What it says is in the directory alone, under `to`.
struct PrincipalDescribed : OfPrincipal {
  static constexpr std::string_view kType = "principal.described";
  std::optional<EntryId> from;  // absent: as it was created
  EntryId to;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(PrincipalDescribed, (OfPrincipal), (from, to, reason))

// The principal came into the team, or left it: what the team may do, it may do.
struct TeamJoined : OfPrincipal {
  static constexpr std::string_view kType = "team.joined";
  PrincipalId team_id;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(TeamJoined, (OfPrincipal), (team_id, reason))

struct TeamLeft : OfPrincipal {
  static constexpr std::string_view kType = "team.left";
  PrincipalId team_id;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(TeamLeft, (OfPrincipal), (team_id, reason))

struct RoleGranted : OfPrincipal {
  static constexpr std::string_view kType = "role.granted";
  RoleScope scope;
  std::optional<Role> from;
  Role to = Role::viewer;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(RoleGranted, (OfPrincipal), (scope, from, to, reason))

struct RoleRevoked : OfPrincipal {
  static constexpr std::string_view kType = "role.revoked";
  RoleScope scope;
  Role from = Role::viewer;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(RoleRevoked, (OfPrincipal), (scope, from, reason))

// Never the token: its hash is in the work store under `token_id`. It opens what its principal may, no more than
// `at_most`, and within `scope` alone.
struct TokenIssued : OfPrincipal {
  static constexpr std::string_view kType = "token.issued";
  TokenId token_id;
  std::optional<Timestamp> expires;
  std::optional<Role> at_most;
  std::optional<RoleScope> scope;
};
BOOST_DESCRIBE_STRUCT(TokenIssued, (OfPrincipal), (token_id, expires, at_most, scope))

struct TokenRevoked : OfPrincipal {
  static constexpr std::string_view kType = "token.revoked";
  TokenId token_id;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(TokenRevoked, (OfPrincipal), (token_id, reason))

// What one actor was refused within a minute: `count` times. `actor`: a principal's id, or "anonymous" for who did not
// show a token that opens anything.
struct AccessDenied {
  static constexpr std::string_view kType = "access.denied";
  std::string actor;
  std::string permission;
  RoleScope scope;
  std::uint64_t count = 0;
  Timestamp since, until;
};
BOOST_DESCRIBE_STRUCT(AccessDenied, (), (actor, permission, scope, count, since, until))

// Texts, and what the directory held of a person, are gone from the work store; what the log says stays provable.
struct ErasurePerformed {
  static constexpr std::string_view kType = "erasure.performed";
  std::optional<PrincipalId> principal_id;
  std::vector<Digest> texts;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(ErasurePerformed, (), (principal_id, texts, reason))

}  // namespace herald::registry
