#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/hidden.h"

namespace herald::cli {
namespace {

const View& secret_view() {
  static const View view{
      .id = text("name"),
      .table = {{"NAME", text("name")}, {"SET", text("number"), true}, {"CHANGED", mark("changed")}},
      .details = {{"secret", text("name")}, {"set", text("number")}, {"changed", mark("changed")}},
  };
  return view;
}

struct Set {
  std::string name;
  std::optional<std::string> file, variable, reason;
};
void declare(Options& options, Set& args) {
  options.word("NAME", args.name, "what automations call it")
      .option("--file", "FILE", args.file, "read the value from a file")
      .option("--env", "VARIABLE", args.variable, "take the value from an environment variable");
  declare_reason(options, args.reason);
}

Result<void> run(Session& session, const Set& args) {
  HERALD_TRY(const std::string value, hidden_value("value of " + args.name, args.file, args.variable));
  if (value.empty())
    return error(
        Cause::invalid_value,
        fmt::format("the value is empty: give one, or take the secret away with herald secret remove {}",
                    args.name));
  return session.show(
      with_body("PUT", "/v1/secrets/" + percent_encode(args.name),
                [&](json::ObjectWriter& body) { body.member("value", value).member("reason", args.reason); }),
      secret_view());
}

Result<void> list(Session& session) {
  return session.list(Query("/v1/secrets"), secret_view(), {.limit = {}, .all = true});
}

struct Remove {
  std::string name;
  std::optional<std::string> reason;
};
void declare(Options& options, Remove& args) {
  options.word("NAME", args.name, "the secret");
  declare_reason(options, args.reason);
}
Result<void> run(Session& session, const Remove& args) {
  Request request{.method = "DELETE", .target = "/v1/secrets/" + percent_encode(args.name)};
  return session.tell(with_reason(std::move(request), args.reason),
                      fmt::format("secret {} is gone", args.name));
}

}  // namespace

void add_secret_commands(Program& program) {
  const Group group = program.group(
      {"secret", "Secrets that automations use: signing keys, URLs, tokens. Nobody can read them back.",
       "herald secret set deployer < key.txt\nherald secret list", kHappeningSection});
  program.command<Set>(
      group,
      {"set", "Set a secret: asked for on a terminal, else read from standard input.",
       "herald secret set deployer\n"
       "printf 'whsec_%s' \"$(head -c 32 /dev/urandom | base64)\" | herald secret set deployer\n"
       "herald secret set slack-url --env SLACK_URL"},
      declare, run);
  program.command(group, {"list", "List their names.", "herald secret list"}, list);
  program.command<Remove>(group, {"remove", "Remove one.", "herald secret remove deployer"}, declare, run);
}

}  // namespace herald::cli
