// People, services and teams; and the erasure of what is personal.
#include "api/principals.h"

#include <array>
#include <functional>

#include "api/handlers.h"
#include "api/writing.h"
#include "work/directory.h"

namespace herald::api {

struct PrincipalRequest {
  std::string name;
  std::optional<registry::PrincipalKind> kind;  // absent: a user
  std::optional<std::string> full_name;
  std::optional<std::string> email;
};
BOOST_DESCRIBE_STRUCT(PrincipalRequest, (), (name, kind, full_name, email))

struct PrincipalPatch {
  std::optional<std::string> name;
  reflect::Nullable<std::string> full_name;  // null takes it away
  reflect::Nullable<std::string> email;
  std::optional<registry::Reason> reason;
};
BOOST_DESCRIBE_STRUCT(PrincipalPatch, (), (name, full_name, email, reason))

namespace {

using registry::PrincipalRecord;
using registry::Table;

std::string id_text(const PrincipalRecord& principal) {
  return principal.id.str();
}

Result<Outcome> list_page(const Call& call, std::vector<PrincipalRecord> all) {
  HERALD_TRY(const auto request, page_in(call));
  return list_answer(call, page_of(std::move(all), request, id_text), call.herald.parts.tail.last(),
                     [&](std::string& out, const PrincipalRecord& principal) {
                       json::write(out, principal_body(call, principal));
                     });
}

Result<Outcome> list_principals(const Call& call) {
  HERALD_TRY(const auto kind, choice_in<registry::PrincipalKind>(call, "kind"));
  const projections::HeadReader head(call.herald.parts.head);
  std::vector<PrincipalRecord> all;
  head.scan(Table::principals, {}, {}, [&](std::string_view, std::string_view row) {
    auto principal = record::decode<PrincipalRecord>(row);
    if (!kind || principal.kind == *kind) all.push_back(std::move(principal));
    return true;
  });
  return list_page(call, std::move(all));
}

Result<Outcome> get_principal(const Call& call) {
  const projections::HeadReader head(call.herald.parts.head);
  HERALD_TRY(const auto principal, principal_in(call, head));
  return answer_with(principal_body(call, principal), call.herald.parts.tail.last());
}

struct PrincipalMade {
  registry::PrincipalId id;
};
BOOST_DESCRIBE_STRUCT(PrincipalMade, (), (id))

Write::Present present_principal(const Call& call) {
  return [&call](const registry::Reader& state, const recorder::Recorded& recorded) -> Result<Answer> {
    HERALD_TRY(const auto made, json::from_json<PrincipalMade>(recorded.answer, json::Mode::stored));
    const auto found = registry::find_principal(state, made.id);
    if (!found) return error(Cause::not_found, "the principal is no longer there", "principal");
    return answer_with(principal_body(call, *found), std::nullopt);
  };
}

Result<void> check_text(const std::optional<std::string>& text, const std::string& field) {
  if (!text || (!text->empty() && text->size() <= limits::kMaxNameBytes)) return {};
  return error(
      Cause::invalid_value,
      "\"" + field + "\" has 1 to " + std::to_string(limits::kMaxNameBytes) + " bytes, or is left out",
      field);
}

Result<Outcome> create_principal(const Call& call) {
  HERALD_TRY(const auto request, body_of<PrincipalRequest>(call));
  HERALD_CHECK(work::check_principal_name(request.name, "name"));
  HERALD_CHECK(check_text(request.full_name, "full_name"));
  HERALD_CHECK(check_text(request.email, "email"));
  const auto turn = call.herald.naming.take(work::principal_name_key(request.name));
  if (!turn) return Waits{&call.herald.naming, work::principal_name_key(request.name)};
  HERALD_CHECK(check_name_is_free(call, request.name));
  const auto id = call.new_id<registry::PrincipalId>();
  return Write{.command = registry::CreatePrincipal{id, request.kind.value_or(registry::PrincipalKind::user)},
               .before = {work::put_entry({id, request.name, request.full_name, request.email})},
               .present = present_principal(call),
               .held = *turn};
}

Result<void> check_may_update(const Call& call, const PrincipalRecord& principal) {
  if ((is_the_caller(call, principal.id) && !call.access.is_narrowed()) || administers(call)) return {};
  return error(
      Cause::denied,
      "what the directory says of a principal is changed by itself, with a token that is not limited, "
      "and by administrators of the server",
      "principal");
}

Result<void> check_may_name(const Call& call) {
  if (administers(call)) return {};
  return error(Cause::denied,
               "by what name a principal is called, and so known to the others, administrators of the server "
               "change alone; \"full_name\" and \"email\" are one's own to change",
               "name");
}

Result<void> check_patch(const PrincipalPatch& request) {
  if (!request.name && !request.full_name.given && !request.email.given) {
    return error(Cause::missing_field,
                 "nothing to change: give \"name\", \"full_name\", \"email\" or several of them",
                 "full_name");
  }
  if (request.name) HERALD_CHECK(work::check_principal_name(*request.name, "name"));
  HERALD_CHECK(check_text(request.full_name.value, "full_name"));
  return check_text(request.email.value, "email");
}

work::Entry changed_entry(work::Entry entry, const PrincipalPatch& request) {
  if (request.name) entry.name = *request.name;
  if (request.full_name.given) entry.full_name = request.full_name.value;
  if (request.email.given) entry.email = request.email.value;
  return entry;
}

// The name that is in force by now, wherever a name is shown: before whoever asked for it hears that it is. A death of the
// process between the record and this is made up for by the sweeper, which reads the event.
std::function<std::optional<work::Store::Job>(const recorder::Recorded&)> showing_its_name(const Call& call) {
  return [&parts = call.herald.parts](const recorder::Recorded& recorded) -> std::optional<work::Store::Job> {
    const auto made = json::from_json<PrincipalMade>(recorded.answer, json::Mode::stored);
    if (!made) return std::nullopt;
    const projections::HeadReader head(parts.head);
    const auto principal = registry::find_principal(head, made->id);
    if (!principal || !principal->entry) return std::nullopt;
    return work::show_name_of(made->id, *principal->entry);
  };
}

// Changes of one principal come one after the other, each beginning with what the one before it left; and no two ask for one
// name at once.
Result<Outcome> update_principal(const Call& call) {
  // Of whom the first spoke its answer says: the name in the path may be nobody's by now, or another's.
  if (call.is_retry) {
    return Write{.command = registry::DescribePrincipal{},
                 .before = {},
                 .present = present_principal(call),
                 .once_recorded = showing_its_name(call)};
  }
  const auto named = [&call]() -> Result<PrincipalRecord> {
    const Snapshot now = call.snapshot();
    return principal_in(call, now.state());
  };
  HERALD_TRY(const auto asked_of, named());
  HERALD_CHECK(check_may_update(call, asked_of));
  HERALD_TRY(const auto request, body_of<PrincipalPatch>(call));
  if (request.name) HERALD_CHECK(check_may_name(call));
  HERALD_CHECK(check_patch(request));
  const auto turn = call.herald.naming.take(asked_of.id.str());
  if (!turn) return Waits{&call.herald.naming, asked_of.id.str()};
  std::optional<Turns::Turn> naming;
  if (request.name) {
    const std::string key = work::principal_name_key(*request.name);
    naming = call.herald.naming.take(key);
    if (!naming) return Waits{&call.herald.naming, key};
    HERALD_CHECK(check_name_is_free(call, *request.name, asked_of.id));
  }
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto principal, principal_called(call, now.state(), asked_of.id.str(), "principal"));
  const auto present = work::find_entry(call.herald.parts.work, principal.id, principal.entry);
  if (!present) {
    return error(Cause::not_allowed_now, "the principal was erased: nothing can be said of it any more",
                 "principal");
  }
  const work::Entry entry = changed_entry(*present, request);
  const bool is_changed =
      entry.name != present->name || entry.full_name != present->full_name || entry.email != present->email;
  if (!is_changed) return answer_with(principal_body(call, principal), call.herald.parts.tail.last());
  const auto change = call.new_id<registry::EntryId>();
  return Write{.command = registry::DescribePrincipal{principal.id, change, request.reason},
               .before = {work::put_change(change, entry)},
               .present = present_principal(call),
               .once_recorded = showing_its_name(call),
               .held = std::make_shared<std::array<std::optional<Turns::Turn>, 2>>(std::array{turn, naming})};
}

Result<Outcome> set_enabled(const Call& call, bool enabled) {
  const projections::HeadReader head(call.herald.parts.head);
  HERALD_TRY(const auto principal, principal_in(call, head));
  HERALD_TRY(auto reason, reason_in_body(call));
  return Write{
      registry::SetPrincipalEnabled{principal.id, enabled, std::move(reason)}, {}, present_principal(call)};
}

Result<Outcome> enable_principal(const Call& call) {
  return set_enabled(call, true);
}
Result<Outcome> disable_principal(const Call& call) {
  return set_enabled(call, false);
}

// ---- teams ----

Result<Outcome> list_members(const Call& call) {
  const projections::HeadReader head(call.herald.parts.head);
  HERALD_TRY(const auto team, principal_in(call, head));
  if (team.kind != registry::PrincipalKind::team)
    return error(Cause::invalid_value,
                 "only teams have members, and this is a " + std::string(reflect::enum_name(team.kind)),
                 "principal");
  std::vector<PrincipalRecord> members;
  head.scan(Table::team_members, team.id.bytes(), {}, [&](std::string_view key, std::string_view) {
    const registry::PrincipalId id(Uuid::from_bytes(key.substr(team.id.bytes().size())));
    if (auto member = registry::find_principal(head, id)) members.push_back(std::move(*member));
    return true;
  });
  return list_page(call, std::move(members));
}

Result<Outcome> change_member(const Call& call, bool is_member, std::optional<registry::Reason> reason) {
  const projections::HeadReader head(call.herald.parts.head);
  HERALD_TRY(const auto team, principal_in(call, head));
  HERALD_TRY(const auto member, principal_in(call, head, "member"));
  return Write{registry::ChangeTeam{team.id, member.id, is_member, std::move(reason)},
               {},
               present_principal(call),
               {{"team", "principal"}}};
}

Result<Outcome> add_member(const Call& call) {
  HERALD_TRY(auto reason, reason_in_body(call));
  return change_member(call, true, std::move(reason));
}
Result<Outcome> remove_member(const Call& call) {
  HERALD_TRY(auto reason, reason_in_query(call));
  return change_member(call, false, std::move(reason));
}

}  // namespace

void add_principal_routes(Router& router) {
  router.add({Method::get, "/v1/principals", Permission::own, ObjectScope::visible, list_principals,
              Doc("access", "List people, services and teams")
                  .lists<PrincipalBody>("Principal")
                  .with({"kind", R"({"enum":["user","service","team"]})", "Of this kind."})
                  .says("Addresses are shown to administrators of the server, and to each its own.")});
  router.add({Method::post, "/v1/principals", Permission::administer, ObjectScope::server, create_principal,
              Doc("access", "Create a user, a service or a team")
                  .takes<PrincipalRequest>("PrincipalRequest")
                  .gives<PrincipalBody>("Principal")
                  .creates()
                  .says("Names and addresses are kept beside the log, which knows ids alone.")});
  router.add(
      {Method::get, "/v1/principals/{principal}", Permission::own, ObjectScope::visible, get_principal,
       Doc("access", "Show a principal, by its id, its name, or \"me\"").gives<PrincipalBody>("Principal")});
  router.add(
      {Method::patch, "/v1/principals/{principal}", Permission::own, ObjectScope::visible, update_principal,
       Doc("access", "Change the name, the full name and the address of a principal")
           .takes<PrincipalPatch>("PrincipalPatch")
           .gives<PrincipalBody>("Principal")
           .records()
           .completed_by_its_retries()
           .says("The full name and the address by itself, all of them by administrators of the server. The "
                 "name is one that nobody has, and the one before it is free. What the directory said "
                 "before is not kept; the log says that it changed, not what it says.")});
  router.add({Method::post, "/v1/principals/{principal}/enable", Permission::administer, ObjectScope::server,
              enable_principal,
              Doc("access", "Let a principal come in again")
                  .may_take<ReasonRequest>("ReasonRequest")
                  .gives<PrincipalBody>("Principal")
                  .records()});
  router.add({Method::post, "/v1/principals/{principal}/disable", Permission::administer, ObjectScope::server,
              disable_principal,
              Doc("access", "Shut a principal out: its tokens open nothing from now on")
                  .may_take<ReasonRequest>("ReasonRequest")
                  .gives<PrincipalBody>("Principal")
                  .records()});
  router.add({Method::get, "/v1/principals/{principal}/members", Permission::own, ObjectScope::visible,
              list_members, Doc("access", "List who is in a team").lists<PrincipalBody>("Principal")});
  router.add({Method::put, "/v1/principals/{principal}/members/{member}", Permission::administer,
              ObjectScope::server, add_member,
              Doc("access", "Take a user or service into a team")
                  .may_take<ReasonRequest>("ReasonRequest")
                  .gives<PrincipalBody>("Principal")
                  .records()});
  router.add({Method::del, "/v1/principals/{principal}/members/{member}", Permission::administer,
              ObjectScope::server, remove_member,
              Doc("access", "Take a user or service out of a team")
                  .gives<PrincipalBody>("Principal")
                  .records()
                  .with(kReasonParameter)});
}

}  // namespace herald::api
