#include "registry/evolving/apply.h"

namespace herald::registry::evolving {
namespace {

void enable(const Step& step, PrincipalId id, bool enabled) {
  step.update<PrincipalRecord>(Table::principals, id.bytes(), [&](PrincipalRecord& principal) {
    principal.enabled = enabled;
    principal.changed = step.mark;
  });
}

}  // namespace

void apply(const Step& step, const PrincipalCreated& fact) {
  step.store(Table::principals, fact.principal_id.bytes(),
             PrincipalRecord{fact.principal_id, fact.kind, true, step.mark, step.mark});
}

void apply(const Step& step, const PrincipalDisabled& fact) {
  enable(step, fact.principal_id, false);
}

void apply(const Step& step, const PrincipalEnabled& fact) {
  enable(step, fact.principal_id, true);
}

void apply(const Step& step, const PrincipalDescribed& fact) {
  step.update<PrincipalRecord>(Table::principals, fact.principal_id.bytes(), [&](PrincipalRecord& principal) {
    principal.entry = fact.to;
    principal.changed = step.mark;
  });
}

void apply(const Step& step, const TeamJoined& fact) {
  step.state.put(Table::team_members, keys::pair(fact.team_id.bytes(), fact.principal_id.bytes()), {});
  step.state.put(Table::teams_of, keys::pair(fact.principal_id.bytes(), fact.team_id.bytes()), {});
}

void apply(const Step& step, const TeamLeft& fact) {
  step.state.erase(Table::team_members, keys::pair(fact.team_id.bytes(), fact.principal_id.bytes()));
  step.state.erase(Table::teams_of, keys::pair(fact.principal_id.bytes(), fact.team_id.bytes()));
}

void apply(const Step& step, const RoleGranted& fact) {
  step.store(Table::roles, keys::pair(fact.principal_id.bytes(), keys::scope(fact.scope)),
             RoleRecord{fact.principal_id, fact.scope, fact.to, step.mark});
  step.state.put(Table::role_holders, keys::role_holder(fact.scope, fact.principal_id), {});
}

void apply(const Step& step, const RoleRevoked& fact) {
  step.state.erase(Table::roles, keys::pair(fact.principal_id.bytes(), keys::scope(fact.scope)));
  step.state.erase(Table::role_holders, keys::role_holder(fact.scope, fact.principal_id));
}

void apply(const Step& step, const TokenIssued& fact) {
  step.store(
      Table::tokens, fact.token_id.bytes(),
      TokenRecord{fact.token_id, fact.principal_id, fact.expires, fact.at_most, fact.scope, step.mark, {}});
  step.state.put(Table::tokens_of, keys::pair(fact.principal_id.bytes(), fact.token_id.bytes()), {});
}

void apply(const Step& step, const TokenRevoked& fact) {
  step.update<TokenRecord>(Table::tokens, fact.token_id.bytes(),
                           [&](TokenRecord& token) { token.revoked = step.mark; });
}

void apply(const Step& step, const ErasurePerformed& fact) {
  for (const Digest& text : fact.texts) step.state.put(Table::erased_texts, text.bytes(), {});
}

// Facts that change nothing of what is true now: the log, and the views' timelines, tell of them.
void apply(const Step&, const AccessDenied&) {}

}  // namespace herald::registry::evolving
