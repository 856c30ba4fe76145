// Users, services and teams are one thing to the server, and three nouns to people.
#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/shared.h"

namespace herald::cli {
namespace {

enum class Kind { user, service, team };

constexpr const char* word_of(Kind kind) {
  return kind == Kind::user ? "user" : kind == Kind::service ? "service" : "team";
}

const View& principal_view() {
  static const View view{
      .id = text("id"),
      .table = {{"NAME", text("name")},
                {"FULL NAME", text("full_name")},
                {"ENABLED", text("enabled")},
                {"CREATED", time("created.time")},
                {"ID", text("id")}},
      .details = {{"name", text("name")},
                  {"full name", text("full_name")},
                  {"email", text("email")},
                  {"kind", text("kind")},
                  {"enabled", text("enabled")},
                  {"created", mark("created")},
                  {"changed", mark("changed")},
                  {"id", text("id")}},
  };
  return view;
}

std::string target_of(const std::string& name) {
  return "/v1/principals/" + percent_encode(name);
}

template <Kind kind>
struct Create {
  std::string name;
  std::optional<std::string> full_name, email;
};
template <Kind kind>
void declare(Options& options, Create<kind>& args) {
  options.word("NAME", args.name, "letters, digits and . _ - @ +")
      .option("--full-name", "TEXT", args.full_name, "for people")
      .option("--email", "ADDRESS", args.email, "shown to administrators alone");
}
template <Kind kind>
Result<void> run(Session& session, const Create<kind>& args) {
  return session.show(with_body("POST", "/v1/principals",
                                [&](json::ObjectWriter& body) {
                                  body.member("name", args.name)
                                      .member("kind", std::string_view(word_of(kind)))
                                      .member("full_name", args.full_name)
                                      .member("email", args.email);
                                }),
                      principal_view());
}

template <Kind kind>
Result<void> list(Session& session, const Paging& paging) {
  return session.list(Query("/v1/principals").add("kind", word_of(kind)), principal_view(), paging);
}

struct Named {
  std::string name;
};
void declare(Options& options, Named& args) {
  options.word("NAME", args.name, "by name or id");
}
Result<void> show(Session& session, const Named& args) {
  return session.show({.target = target_of(args.name)}, principal_view());
}

struct Switch {
  std::string name;
  std::optional<std::string> reason;
};
void declare(Options& options, Switch& args) {
  options.word("NAME", args.name, "by name or id");
  declare_reason(options, args.reason);
}
Result<void> set_enabled(Session& session, const Switch& args, const char* what) {
  return session.show(
      with_reason({.method = "POST", .target = target_of(args.name) + "/" + what}, args.reason),
      principal_view());
}
Result<void> enable(Session& session, const Switch& args) {
  return set_enabled(session, args, "enable");
}
Result<void> disable(Session& session, const Switch& args) {
  return set_enabled(session, args, "disable");
}

struct Update {
  std::string name;
  std::optional<std::string> new_name, full_name, email, reason;
};
void declare(Options& options, Update& args) {
  options.word("NAME", args.name, "by name or id, or me")
      .option("--name", "NEW", args.new_name, "what it is called from now on; by administrators alone")
      .removable("--full-name", "TEXT", args.full_name, "for people; empty takes it away")
      .removable("--email", "ADDRESS", args.email, "shown to administrators alone; empty takes it away");
  declare_reason(options, args.reason);
}
void member_or_null(json::ObjectWriter& body, std::string_view name, const std::optional<std::string>& text) {
  if (text && text->empty()) {
    body.member(name, json::Raw("null"));
  } else {
    body.member(name, text);
  }
}
Result<void> update(Session& session, const Update& args) {
  return session.show(with_body("PATCH", target_of(args.name),
                                [&](json::ObjectWriter& body) {
                                  body.member("name", args.new_name);
                                  member_or_null(body, "full_name", args.full_name);
                                  member_or_null(body, "email", args.email);
                                  body.member("reason", args.reason);
                                }),
                      principal_view());
}

// ---- teams ----

struct Member {
  std::string team, member;
  std::optional<std::string> reason;
};
void declare(Options& options, Member& args) {
  options.word("TEAM", args.team, "the team").word("MEMBER", args.member, "a user or a service");
  declare_reason(options, args.reason);
}
Request of_membership(const Member& args, std::string method) {
  return with_reason({.method = std::move(method),
                      .target = target_of(args.team) + "/members/" + percent_encode(args.member)},
                     args.reason);
}
Result<void> add_member(Session& session, const Member& args) {
  return session.tell(of_membership(args, "PUT"), fmt::format("{} is in team {}", args.member, args.team));
}
Result<void> remove_member(Session& session, const Member& args) {
  return session.tell(of_membership(args, "DELETE"),
                      fmt::format("{} is no longer in team {}", args.member, args.team));
}

struct Members {
  std::string team;
  Paging paging;
};
void declare(Options& options, Members& args) {
  options.word("TEAM", args.team, "the team");
  declare_paging(options, args.paging);
}
Result<void> list_members(Session& session, const Members& args) {
  return session.list(Query(target_of(args.team) + "/members"), principal_view(), args.paging);
}

// Somebody of the kind, for examples, and how one is created and goes on.
struct Example {
  std::string name, creation, next;
};
Example example_of(Kind kind) {
  switch (kind) {
    case Kind::user:
      return {"ada", "create ada --full-name 'Ada Lovelace' --email ada@example.com",
              "herald role grant ada member --registry models\nherald token issue --principal ada"};
    case Kind::service:
      return {"ci", "create ci --full-name 'builds of main'",
              "herald role grant ci member --model churn\nherald token issue --principal ci --expires 90d"};
    case Kind::team:
      return {"ml", "create ml --full-name 'Machine learning'",
              "herald team add ml ada\nherald role grant ml admin --registry models"};
  }
  return {};
}

template <Kind kind>
Group add_group(Program& program, const std::string& what) {
  const std::string noun = word_of(kind), herald = "herald " + noun + " ";
  const auto [name, creation, next] = example_of(kind);
  const Group group = program.group({noun, what, herald + creation + "\n" + next, kAccessSection});
  program.command<Create<kind>>(group, {"create", "Create one.", herald + creation + "\n" + next},
                                declare<kind>, run<kind>);
  program.command<Paging>(group, {"list", "List them.", herald + "list"}, declare_paging, list<kind>);
  program.command<Named>(group, {"show", "Show one.", herald + "show " + name}, declare, show);
  program.command<Update>(
      group,
      {"update",
       "Change what one is called, the full name and the address (NAME: me, of one's own the last two).",
       herald + "update " + name + " --full-name 'Another name'\n" + herald + "update " + name +
           " --name another.name"},
      declare, update);
  program.command<Switch>(group,
                          {"disable", "Shut one out: what it had opens nothing from now on.",
                           herald + "disable " + name + " --reason 'no longer here'"},
                          declare, disable);
  program.command<Switch>(group, {"enable", "Let one in again.", herald + "enable " + name}, declare, enable);
  return group;
}

}  // namespace

void add_principal_commands(Program& program) {
  add_group<Kind::user>(program,
                        "People. Names and addresses are kept beside the log, which knows ids alone.");
  add_group<Kind::service>(program,
                           "Machines that come in with tokens of their own: CI, deployers, notebooks.");
  const Group team = add_group<Kind::team>(program, "Teams: what a team may do, those who are in it may do.");
  program.command<Member>(team, {"add", "Take somebody in.", "herald team add ml ada"}, declare, add_member);
  program.command<Member>(team, {"remove", "Take somebody out.", "herald team remove ml ada"}, declare,
                          remove_member);
  program.command<Members>(team, {"members", "List who is in it.", "herald team members ml"}, declare,
                           list_members);
}

}  // namespace herald::cli
