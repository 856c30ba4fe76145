// The model's principals, teams, roles and tokens.
#include <fmt/format.h>

#include "base/limits.h"
#include "tests/simulation/model.h"

namespace herald::simulation {
namespace {

using namespace registry;
using layout::or_dash;
using layout::word_or_dash;

const std::string kOnTheServer = "-/-";

}  // namespace

Model::Principal& Model::principal_at(PrincipalId id) {
  const auto found = principals_.find(id.str());
  if (found == principals_.end()) throw Cause::not_found;
  return found->second;
}

Model::Scope Model::scope_at(const ScopeAddress& address) {
  if (!address.registry && address.model) throw Cause::missing_field;
  Scope scope;
  if (!address.registry) return scope;
  registry_at(*address.registry);
  scope.registry = address.registry->str();
  if (!address.model) return scope;
  scope.model = address.model->str();
  scope.model_id = model_at({*address.registry, *address.model}).id;
  return scope;
}

// The whole server, and can sign in.
bool Model::administers(const std::string& principal) const {
  const auto role = roles_.find({principal, kOnTheServer});
  const auto who = principals_.find(principal);
  return role != roles_.end() && role->second.role == "admin" && who != principals_.end() &&
         who->second.enabled && who->second.kind != "team";
}

void Model::check_not_last_admin(const std::string& principal) const {
  if (!administers(principal)) return;
  for (const auto& [other, facts] : principals_) {
    if (other != principal && administers(other)) return;
  }
  throw Cause::not_allowed_now;
}

void Model::run(const CreatePrincipal& c) {
  const std::string kind(reflect::enum_name(c.kind));
  const std::uint64_t created = fact(fmt::format("principal.created {} {}", c.new_id.str(), kind));
  principals_[c.new_id.str()] = {kind, "-", true, created, created};
}

void Model::run(const SetPrincipalEnabled& c) {
  Principal& principal = principal_at(c.principal_id);
  if (principal.enabled == c.enabled) return;
  if (!c.enabled) check_not_last_admin(c.principal_id.str());
  principal.changed =
      fact(fmt::format("principal.{} {}", c.enabled ? "enabled" : "disabled", c.principal_id.str()));
  principal.enabled = c.enabled;
}

void Model::run(const DescribePrincipal& c) {
  Principal& principal = principal_at(c.principal_id);
  principal.changed = fact(
      fmt::format("principal.described {} {} {}", c.principal_id.str(), principal.entry, c.new_entry.str()));
  principal.entry = c.new_entry.str();
}

void Model::run(const ChangeTeam& c) {
  if (principal_at(c.team_id).kind != "team") {
    principal_at(c.principal_id);
    throw Cause::invalid_value;
  }
  if (principal_at(c.principal_id).kind == "team") throw Cause::invalid_value;
  const auto membership = std::pair(c.team_id.str(), c.principal_id.str());
  if (c.is_member == teams_.contains(membership)) return;
  fact(fmt::format("team.{} {} {}", c.is_member ? "joined" : "left", membership.second, membership.first));
  if (c.is_member) {
    teams_.insert(membership);
  } else {
    teams_.erase(membership);
  }
}

void Model::run(const GrantRole& c) {
  principal_at(c.principal_id);
  const Scope scope = scope_at(c.scope);
  const auto key = std::pair(c.principal_id.str(), scope.key());
  const std::string to(reflect::enum_name(c.role));
  const std::string from = roles_.contains(key) ? roles_[key].role : "-";
  if (from == to) return;
  if (from != "-" && scope.key() == kOnTheServer) check_not_last_admin(key.first);
  roles_[key] = {to, scope.text(),
                 fact(fmt::format("role.granted {} {} {} {}", key.first, scope.text(), from, to))};
}

void Model::run(const RevokeRole& c) {
  principal_at(c.principal_id);
  const Scope scope = scope_at(c.scope);
  const auto key = std::pair(c.principal_id.str(), scope.key());
  if (!roles_.contains(key)) return;
  if (scope.key() == kOnTheServer) check_not_last_admin(key.first);
  fact(fmt::format("role.revoked {} {} {}", key.first, scope.text(), roles_[key].role));
  roles_.erase(key);
}

void Model::run(const IssueToken& c) {
  if (tokens_.empty()) throw Cause::not_allowed_now;
  const Principal& principal = principal_at(c.principal_id);
  if (principal.kind == "team") throw Cause::invalid_value;
  if (!principal.enabled) throw Cause::not_allowed_now;
  const std::string scope = c.scope ? scope_at(*c.scope).text() : "-";
  const std::string facts = fmt::format("{} {} {}", or_dash(c.expires), word_or_dash(c.at_most), scope);
  tokens_[c.new_id.str()] = {
      c.principal_id.str(), facts,
      fact(fmt::format("token.issued {} {} {}", c.principal_id.str(), c.new_id.str(), facts)), 0};
}

void Model::run(const RevokeToken& c) {
  const auto found = tokens_.find(c.token_id.str());
  if (found == tokens_.end()) throw Cause::not_found;
  Token& token = found->second;
  if (token.revoked == 0)
    token.revoked = fact(fmt::format("token.revoked {} {}", token.principal, c.token_id.str()));
}

void Model::run(const ClaimServer& c) {
  if (!tokens_.empty() && !c.is_recovery) throw Cause::not_allowed_now;
  const std::string who = c.new_principal.str();
  run(CreatePrincipal{c.new_principal, PrincipalKind::user});
  roles_[{who, kOnTheServer}] = {"admin", Scope{}.text(),
                                 fact(fmt::format("role.granted {} {} - admin", who, Scope{}.text()))};
  tokens_[c.new_token.str()] = {who, "- - -",
                                fact(fmt::format("token.issued {} {} - - -", who, c.new_token.str())), 0};
}

void Model::run(const RecordDenials& c) {
  for (const Denials& denials : c.denials)
    fact(fmt::format("access.denied {} {} {} {}", denials.actor, denials.permission, Scope{}.text(),
                     denials.count));
}

// Who is erased does not come in again.
void Model::run(const Erase& c) {
  if (!c.principal_id && c.texts.empty()) throw Cause::missing_field;
  if (c.texts.size() > limits::kMaxTextsErasedAtOnce) throw Cause::too_many;
  if (c.principal_id) {
    const bool was_enabled = principal_at(*c.principal_id).enabled;
    if (was_enabled) run(SetPrincipalEnabled{*c.principal_id, false, {}});
    for (auto& [id, token] : tokens_) {
      if (token.principal != c.principal_id->str() || token.revoked != 0) continue;
      token.revoked = fact(fmt::format("token.revoked {} {}", token.principal, id));
    }
  }
  erased_texts_.insert(c.texts.begin(), c.texts.end());
  const bool is_entry_gone = c.principal_id && c.is_all;
  if (is_entry_gone || !c.texts.empty())
    fact(fmt::format("erasure.performed {} {}", is_entry_gone ? c.principal_id->str() : "-", c.texts.size()));
}

}  // namespace herald::simulation
