// Roles: on the server, on a registry, on a model; and why somebody may do something, or may not.
#include "api/authorisation.h"
#include "api/handlers.h"
#include "api/principals.h"
#include "api/writing.h"

namespace herald::api {

struct RoleHolderBody {
  registry::PrincipalId id;
  registry::PrincipalKind kind = registry::PrincipalKind::user;
  std::optional<std::string> name;
};
BOOST_DESCRIBE_STRUCT(RoleHolderBody, (), (id, kind, name))

struct RoleBody {
  RoleHolderBody principal;
  registry::Role role = registry::Role::viewer;
  PlaceBody on;  // the server where it is empty
  Stamp granted;
};
BOOST_DESCRIBE_STRUCT(RoleBody, (), (principal, role, on, granted))

struct RoleRequest {
  registry::Role role = registry::Role::viewer;
  std::optional<registry::Reason> reason;
};
BOOST_DESCRIBE_STRUCT(RoleRequest, (), (role, reason))

struct ExplanationBody {
  RoleHolderBody principal;
  std::string permission;
  PlaceBody on;
  bool allowed = false;
  registry::Role needed = registry::Role::viewer;
  std::optional<registry::Role> role;  // the highest that reaches there; absent: none, and it is not seen
  std::vector<std::string> because;    // for people
};
BOOST_DESCRIBE_STRUCT(ExplanationBody, (), (principal, permission, on, allowed, needed, role, because))

namespace {

using registry::PrincipalRecord;
using registry::Role;
using registry::RoleRecord;
using registry::RoleScope;
using registry::Table;

RoleHolderBody holder_body(const Call& call, const PrincipalRecord& principal) {
  return {principal.id, principal.kind, name_of_principal(call, principal.id)};
}

RoleBody role_body(const Call& call, const registry::Reader& state, const RoleRecord& role) {
  RoleBody body{
      {}, role.role, place_body(state, role.scope), Names(call.herald.parts.work).stamp(role.granted)};
  if (const auto holder = registry::find_principal(state, role.principal_id))
    body.principal = holder_body(call, *holder);
  return body;
}

// That the path names: it was authorised there.
Result<registry::ScopeAddress> role_place_in(const Call& call) {
  registry::ScopeAddress place;
  if (call.path.find("model")) {
    HERALD_TRY(const auto address, model_in(call));
    return registry::ScopeAddress{address.registry, address.model};
  }
  if (call.path.find("registry")) {
    HERALD_TRY(place.registry, registry_in(call));
  }
  return place;
}

Result<RoleScope> role_scope_of(const registry::Reader& state, const registry::ScopeAddress& place) {
  RoleScope scope;
  if (!place.registry) return scope;
  HERALD_TRY(const auto home, registry::require_registry(state, *place.registry));
  scope = {home.id, home.name, {}, {}};
  if (!place.model) return scope;
  HERALD_TRY(const auto found, registry::require_model(state, *place.registry, *place.model));
  scope.model_id = found.model.id;
  scope.model = found.model.name;
  return scope;
}

std::optional<RoleRecord> role_of(const registry::Reader& state, registry::PrincipalId id,
                                  const RoleScope& scope) {
  return registry::find<RoleRecord>(state, Table::roles,
                                    registry::keys::pair(id.bytes(), registry::keys::scope(scope)));
}

Result<Outcome> roles_answer(const Call& call, const registry::Reader& state, std::vector<RoleRecord> all,
                             std::string (*key_of)(const RoleRecord&)) {
  HERALD_TRY(const auto request, page_in(call));
  return list_answer(
      call, page_of(std::move(all), request, key_of), call.herald.parts.tail.last(),
      [&](std::string& out, const RoleRecord& role) { json::write(out, role_body(call, state, role)); });
}

// Who holds a role there; those that reach there from above are not among them.
Result<Outcome> list_roles(const Call& call) {
  const projections::HeadReader head(call.herald.parts.head);
  HERALD_TRY(const auto place, role_place_in(call));
  HERALD_TRY(const RoleScope scope, role_scope_of(head, place));
  const std::string holders = registry::keys::role_holder(scope, registry::PrincipalId());
  const std::string prefix = holders.substr(0, holders.size() - registry::PrincipalId().bytes().size());
  std::vector<RoleRecord> all;
  head.scan(Table::role_holders, prefix, {}, [&](std::string_view key, std::string_view) {
    const registry::PrincipalId holder(Uuid::from_bytes(key.substr(prefix.size())));
    if (auto role = role_of(head, holder, scope)) all.push_back(std::move(*role));
    return true;
  });
  return roles_answer(call, head, std::move(all),
                      [](const RoleRecord& role) { return role.principal_id.str(); });
}

// All that one principal holds: to itself, and to who administers the server.
Result<Outcome> list_roles_of(const Call& call) {
  const projections::HeadReader head(call.herald.parts.head);
  HERALD_TRY(const auto principal, principal_in(call, head));
  if (!(is_the_caller(call, principal.id) && !call.access.is_narrowed()) && !administers(call)) {
    return error(
        Cause::denied,
        "roles are shown to administrators of the server, and one's own to a token that is not limited",
        "principal");
  }
  std::vector<RoleRecord> all;
  head.scan(Table::roles, principal.id.bytes(), {}, [&](std::string_view, std::string_view row) {
    all.push_back(record::decode<RoleRecord>(row));
    return true;
  });
  return roles_answer(call, head, std::move(all),
                      [](const RoleRecord& role) { return "/" + registry::keys::scope(role.scope); });
}

Result<Outcome> grant_role(const Call& call) {
  const projections::HeadReader head(call.herald.parts.head);
  HERALD_TRY(const auto place, role_place_in(call));
  HERALD_TRY(const auto principal, principal_in(call, head));
  HERALD_TRY(const auto request, body_of<RoleRequest>(call));
  const auto present = [&call, place, id = principal.id](const registry::Reader& state,
                                                         const recorder::Recorded&) -> Result<Answer> {
    HERALD_TRY(const RoleScope scope, role_scope_of(state, place));
    const auto role = role_of(state, id, scope);
    if (!role) return error(Cause::not_found, "the role is no longer held", "principal");
    return answer_with(role_body(call, state, *role), std::nullopt);
  };
  return Write{registry::GrantRole{principal.id, place, request.role, request.reason}, {}, present};
}

Result<Outcome> revoke_role(const Call& call) {
  const projections::HeadReader head(call.herald.parts.head);
  HERALD_TRY(const auto place, role_place_in(call));
  HERALD_TRY(const auto principal, principal_in(call, head));
  HERALD_TRY(auto reason, reason_in_query(call));
  return Write{
      registry::RevokeRole{principal.id, place, std::move(reason)}, {}, present_removed(principal.id.str())};
}

// ---- explanations ----

// Of those that a route asks for, what one can be asked about: the others everybody has.
BOOST_DEFINE_ENUM_CLASS(AskedPermission, read, download, write, automate, administer)

Result<Permission> asked_permission(const Call& call) {
  HERALD_TRY(const auto asked, choice_in(call, "permission", AskedPermission::read));
  switch (asked) {
    case AskedPermission::read:
      return Permission::read;
    case AskedPermission::download:
      return Permission::download;
    case AskedPermission::write:
      return Permission::write;
    case AskedPermission::automate:
      return Permission::automate;
    case AskedPermission::administer:
      break;
  }
  return Permission::administer;
}

std::string place_words(const PlaceBody& place) {
  if (!place.registry) return "the server";
  if (!place.model) return "registry \"" + place.registry->str() + "\"";
  return std::string(place.deleted ? "the deleted model" : "model") + " \"" + place.model->str() +
         "\" of registry \"" + place.registry->str() + "\"";
}

// Whether a role there reaches `to`: it is held on it, or on what it is in.
bool reaches(const RoleScope& held, const RoleScope& to) {
  return (!held.registry_id || held.registry_id == to.registry_id) &&
         (!held.model_id || held.model_id == to.model_id);
}

// The sentences of an explanation.
class Reasons {
 public:
  Reasons(const Call& call, const registry::Reader& state, const RoleScope& on)
      : call_(call), state_(state), on_(on) {}

  void roles_of(const PrincipalRecord& holder, const std::string& who) {
    state_.scan(Table::roles, holder.id.bytes(), {}, [&](std::string_view, std::string_view row) {
      const auto role = record::decode<RoleRecord>(row);
      if (reaches(role.scope, on_))
        say(who + " the role " + std::string(reflect::enum_name(role.role)) + " on " +
            place_words(place_body(state_, role.scope)));
      return true;
    });
  }
  void teams_of(const PrincipalRecord& member) {
    state_.scan(Table::teams_of, member.id.bytes(), {}, [&](std::string_view key, std::string_view) {
      const auto team = registry::find_principal(
          state_, registry::PrincipalId(Uuid::from_bytes(key.substr(member.id.bytes().size()))));
      if (!team) return true;
      const std::string name = "team \"" + name_of_principal(call_, team->id).value_or(team->id.str()) + "\"";
      if (team->enabled) {
        roles_of(*team, "is in " + name + ", which holds");
      } else {
        say("is in " + name + ", which is disabled and so counts for nothing");
      }
      return true;
    });
  }
  void visibility() {
    const auto home = on_.registry_id ? registry::find<registry::RegistryRecord>(state_, Table::registries,
                                                                                 on_.registry_id->bytes())
                                      : std::nullopt;
    if (home && home->visibility == registry::Visibility::organization)
      say("registry \"" + home->name.str() +
          "\" is visible to the organization: whoever comes in is a viewer of it");
  }
  void say(std::string sentence) { sentences_.push_back(std::move(sentence)); }
  std::vector<std::string> take() && {
    if (sentences_.empty()) say("holds no role that reaches there");
    return std::move(sentences_);
  }

 private:
  const Call& call_;
  const registry::Reader& state_;
  const RoleScope& on_;
  std::vector<std::string> sentences_;
};

Result<registry::ScopeAddress> asked_place(const Call& call) {
  registry::ScopeAddress place;
  if (const auto name = call.query.get("registry")) {
    HERALD_TRY(place.registry, about("registry", registry::RegistryName::parse(*name)));
  }
  if (const auto name = call.query.get("model")) {
    HERALD_TRY(place.model, about("model", registry::ModelName::parse(*name)));
    if (!place.registry) place.registry = registry::RegistryName::trusted(registry::kDefaultRegistry);
  }
  return place;
}

Result<void> check_seen(const Call& call, const registry::Reader& state,
                        const registry::ScopeAddress& place) {
  if (place.model) {
    HERALD_CHECK(seen_model(call, state, {*place.registry, *place.model}));
  } else if (place.registry) {
    HERALD_CHECK(seen_registry(call, state, *place.registry));
  }
  return {};
}

std::optional<Role> held_at(const registry::Access& access, const registry::Reader& state,
                            const RoleScope& on) {
  if (!on.registry_id) return access.on_server();
  const auto home =
      registry::find<registry::RegistryRecord>(state, Table::registries, on.registry_id->bytes());
  if (!home) return std::nullopt;
  return on.model_id ? access.on(*home, *on.model_id) : access.in(*home);
}

Result<Outcome> explain_access(const Call& call) {
  const projections::HeadReader head(call.herald.parts.head);
  HERALD_TRY(const Permission permission, asked_permission(call));
  HERALD_TRY(const auto principal,
             principal_called(call, head, call.query.get("principal").value_or("me"), "principal"));
  const bool is_own = is_the_caller(call, principal.id);
  if (!is_own && !administers(call))
    return error(Cause::denied, "what another may do is told to administrators of the server alone",
                 "principal");
  HERALD_TRY(const auto place, asked_place(call));
  HERALD_CHECK(check_seen(call, head, place));
  HERALD_TRY(const RoleScope on, role_scope_of(head, place));

  const auto access = is_own ? call.access : registry::Access::of(head, principal, {});
  ExplanationBody body{.principal = holder_body(call, principal),
                       .permission = std::string(to_string(permission)),
                       .on = place_body(head, on),
                       .needed = role_for(permission),
                       .role = principal.enabled ? held_at(access, head, on) : std::nullopt,
                       .because = {}};
  body.allowed = body.role && *body.role >= body.needed;
  Reasons reasons(call, head, on);
  reasons.roles_of(principal, "holds");
  reasons.teams_of(principal);
  reasons.visibility();
  if (is_own && access.is_narrowed())
    reasons.say("the token that was shown opens less than its principal may");
  if (!principal.enabled) reasons.say("the principal is disabled: it may nothing");
  body.because = std::move(reasons).take();
  return answer_with(body, call.herald.parts.tail.last());
}

}  // namespace

void add_role_routes(Router& router) {
  const auto add_for = [&router](const std::string& above, ObjectScope scope, std::string_view what) {
    const std::string roles = above + "/roles";
    router.add({Method::get, roles, Permission::administer, scope, list_roles,
                Doc("access", what).lists<RoleBody>("Role")});
    router.add({Method::put, roles + "/{principal}", Permission::administer, scope, grant_role,
                Doc("access", "Grant a role there, in place of the one that was held")
                    .takes<RoleRequest>("RoleRequest")
                    .gives<RoleBody>("Role")
                    .may_create()});
    router.add({Method::del, roles + "/{principal}", Permission::administer, scope, revoke_role,
                Doc("access", "Revoke the role that is held there")
                    .gives<RemovedBody>("Removed")
                    .records()
                    .with(kReasonParameter)});
  };
  add_for("/v1", ObjectScope::server, "List who holds a role on the server");
  add_for("/v1/registries/{registry}", ObjectScope::registry, "List who holds a role on a registry");
  add_for("/v1/models/{model}", ObjectScope::model, "List who holds a role on a model");
  add_for("/v1/registries/{registry}/models/{model}", ObjectScope::model, "List who holds a role on a model");
  router.add({Method::get, "/v1/principals/{principal}/roles", Permission::own, ObjectScope::visible,
              list_roles_of,
              Doc("access", "List the roles that one principal holds").lists<RoleBody>("Role")});
  router.add(
      {Method::get, "/v1/access/explain", Permission::own, ObjectScope::visible, explain_access,
       Doc("access", "Why a principal may do something, or may not")
           .gives<ExplanationBody>("Explanation")
           .with({"principal", R"({"type":"string","default":"me"})", "By id, name, or \"me\"."})
           .with({"permission",
                  R"({"enum":["read","download","write","automate","administer"],"default":"read"})",
                  "What it wants."})
           .with({"registry", R"({"type":"string"})", "Where; without it, on the server."})
           .with({"model", R"({"type":"string"})", "Where; in registry \"models\" unless one is named."})});
}

}  // namespace herald::api
