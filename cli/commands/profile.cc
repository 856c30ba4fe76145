#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/saying.h"
#include "cli/commands/shared.h"
#include "cli/hidden.h"
#include "cli/profiles.h"

namespace herald::cli {
namespace {

struct ProfileBody {
  std::string name, url;
  bool token = false;  // whether it has one; never the token
  bool current = false;
  std::optional<std::string> ca_file = {};
};
BOOST_DESCRIBE_STRUCT(ProfileBody, (), (name, url, token, current, ca_file))

const View& profile_view() {
  static const View view{
      .id = text("name"),
      .table = {{"NAME", text("name")},
                {"URL", text("url")},
                {"TOKEN", text("token")},
                {"CURRENT", text("current")},
                {"CA FILE", text("ca_file")}},
      .details = {{"profile", text("name")},
                  {"url", text("url")},
                  {"token", text("token")},
                  {"current", text("current")},
                  {"trusts", text("ca_file")}},
  };
  return view;
}

ProfileBody body_of(const Profiles& profiles, const std::string& name) {
  const Profile& profile = profiles.all().at(name);
  return {name, profile.url, profile.token.has_value(), profiles.current() == name, profile.ca_file};
}

struct Add {
  std::string name, url;
  std::optional<std::string> file, variable;
  bool without_token = false;
};
void declare(Options& options, Add& args) {
  options.word("NAME", args.name, "what you call it")
      .word("SERVER", args.url, "its URL")
      .option("--file", "FILE", args.file, "read the token from a file")
      .option("--env", "VARIABLE", args.variable, "take the token from an environment variable")
      .flag("--no-token", args.without_token, "a server that stands open");
}
Result<void> run(Session& session, const Add& args) {
  HERALD_TRY(auto profiles, Profiles::load());
  Profile profile{args.url, {}};
  if (session.ca_file_given()) {
    HERALD_TRY(profile.ca_file, kept_ca_file(*session.ca_file_given()));
  }
  if (!args.without_token) {
    HERALD_TRY(profile.token, hidden_value("token for " + args.url, args.file, args.variable));
  }
  HERALD_CHECK(profiles.put(args.name, std::move(profile)));
  HERALD_CHECK(profiles.save());
  return session.show_body(json::to_json(body_of(profiles, args.name)), profile_view());
}

Result<void> list(Session& session) {
  HERALD_TRY(const auto profiles, Profiles::load());
  std::vector<ProfileBody> bodies;
  for (const auto& [name, profile] : profiles.all()) bodies.push_back(body_of(profiles, name));
  return session.show_all(json::to_json(bodies), profile_view());
}

struct Use {
  std::string name;
};
void declare(Options& options, Use& args) {
  options.word("NAME", args.name, "the profile");
}
Result<void> run(Session& session, const Use& args) {
  HERALD_TRY(auto profiles, Profiles::load());
  HERALD_CHECK(profiles.use(args.name));
  HERALD_CHECK(profiles.save());
  return session.show_body(json::to_json(body_of(profiles, args.name)), profile_view());
}

struct Remove {
  std::string name;
};
void declare(Options& options, Remove& args) {
  options.word("NAME", args.name, "the profile");
}
Result<void> run(Session& session, const Remove& args) {
  HERALD_TRY(auto profiles, Profiles::load());
  HERALD_CHECK(profiles.remove(args.name));
  HERALD_CHECK(profiles.save());
  std::string object;
  json::ObjectWriter(object).member("name", args.name).member("removed", true).close();
  return say(session, fmt::format("profile {} is gone\n", args.name), object, args.name);
}

}  // namespace

void add_profile_commands(Program& program) {
  const Group group = program.group(
      {"profile", "Servers by name, each with the token that opens it, in a file that only you can read.",
       "herald profile add prod https://registry.example.com\nherald --profile prod model list",
       kServerSection});
  program.command<Add>(group,
                       {"add",
                        "Add or change one; the token is asked for on a terminal, else read from standard "
                        "input. A --ca-file is "
                        "kept, too.",
                        "herald profile add prod https://registry.example.com\n"
                        "herald profile add ci https://registry.example.com --env CI_TOKEN\n"
                        "herald profile add lab https://10.0.0.7:8420 --ca-file lab.pem\n"
                        "herald profile add laptop http://127.0.0.1:8420 --no-token"},
                       declare, run);
  program.command(group, {"list", "List them.", "herald profile list"}, list);
  program.command<Use>(
      group, {"use", "Make one the one that is asked from now on.", "herald profile use prod"}, declare, run);
  program.command<Remove>(group, {"remove", "Forget one, and its token.", "herald profile remove ci"},
                          declare, run);
}

}  // namespace herald::cli
