#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/profiles.h"

namespace herald::cli {
namespace {

const View& caller_view() {
  static const View view{
      .id = text("actor"),
      .table = {},
      .details = {{"you are", text("principal.name")},
                  {"full name", text("principal.full_name")},
                  {"email", text("principal.email")},
                  {"kind", text("kind")},
                  {"id", text("actor")},
                  {"role on the server", text("role")},
                  {"highest role anywhere", text("anywhere")},
                  {"token", text("token_id")},
                  {"the server stands open", text("open")}},
  };
  return view;
}

Result<void> who_am_i(Session& session) {
  return session.show({.target = "/v1/me"}, caller_view());
}

// For programs; people are told in words.
const View& claim_view() {
  static const View view{.id = text("token"), .table = {}, .details = {}};
  return view;
}

struct Claim {
  std::string link;
  std::optional<std::string> name, profile;
};
void declare(Options& options, Claim& args) {
  options.word("LINK", args.link, "that the server printed when it started: URL/claim#CODE")
      .option("--name", "NAME", args.name, "what you are called from now on (default admin)")
      .option("--as", "NAME", args.profile,
              "keep server, token and --ca-file as this profile (default: the first part of the server's "
              "name)");
}

struct ClaimLink {
  std::string server, code;
};
Result<ClaimLink> parse_link(const std::string& link) {
  constexpr std::string_view kBeforeCode = "/claim#";
  const std::size_t at = link.find(kBeforeCode);
  if (at != std::string::npos && at > 0 && at + kBeforeCode.size() < link.size())
    return ClaimLink{link.substr(0, at), link.substr(at + kBeforeCode.size())};
  return error(
      Cause::invalid_value,
      "the link that the server printed is expected, as http://127.0.0.1:8420/claim#0123abcd (in quotation "
      "marks: shells take a # for themselves)",
      "LINK");
}

// "https://models.example.com" is kept as "models", a server on this machine as "local".
std::string profile_for(const std::string& server) {
  const std::string host = server.substr(std::min(server.find("://") + 3, server.size()));
  const std::string first = host.substr(0, host.find_first_of(".:/"));
  const bool is_name = !first.empty() && first.find_first_not_of("0123456789") != std::string::npos;
  return is_name && first != "localhost" && first.front() != '[' ? first : "local";
}

Result<void> run(Session& session, const Claim& args) {
  HERALD_TRY(const ClaimLink link, parse_link(args.link));
  HERALD_TRY(auto profiles, Profiles::load());
  ClientOptions options = session.client_options();
  options.url = link.server;
  options.token.reset();
  std::optional<std::string> ca_file;
  if (session.ca_file_given()) {
    HERALD_TRY(ca_file, kept_ca_file(*session.ca_file_given()));
  } else {
    ca_file = profiles.ca_file_for(link.server);
  }
  options.ca_file = ca_file;
  Client client(options);
  HERALD_TRY(const Answer answer, client.send(with_body("POST", "/v1/claim", [&](json::ObjectWriter& body) {
    body.member("code", link.code).member("name", args.name.value_or("admin"));
  })));
  const auto document = json::Document::parse(answer.body);
  const std::string token = document ? string_at(document->root(), "token") : "";
  if (token.empty()) {
    return error(Cause::unavailable,
                 "the server was claimed, but its answer with the token was lost on the way: stop it and "
                 "start it with "
                 "--recover for another link");
  }
  // Before it is kept: what cannot be written down must not be lost.
  if (session.output() == Output::table) {
    session.print(fmt::format("Your token, shown this once: {}\n", token));
  } else {
    HERALD_CHECK(session.show_body(answer.body, claim_view()));
  }
  const std::string name = args.profile.value_or(profile_for(link.server));
  HERALD_CHECK(profiles.put(name, {link.server, token, ca_file}));
  HERALD_CHECK(profiles.use(name));
  HERALD_CHECK(profiles.save());
  session.note(
      fmt::format("It is kept as profile {} in {}, which is used from now on.", name, profiles.path()));
  return {};
}

}  // namespace

void add_sign_in_commands(Program& program) {
  program.command<Claim>(
      program.top(),
      {"claim", "Become the first administrator of a server, by the link that it printed when it started.",
       "herald claim 'http://127.0.0.1:8420/claim#2f6c...'\n"
       "herald claim 'https://models.example.com/claim#2f6c...' --name ada --as work",
       kAccessSection},
      declare, run);
  program.command(
      program.top(),
      {"whoami", "Whom the server takes you for, and what you may do.", "herald whoami", kAccessSection},
      who_am_i);
}

}  // namespace herald::cli
