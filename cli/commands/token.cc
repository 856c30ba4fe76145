#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/shared.h"

namespace herald::cli {
namespace {

const View& token_view() {
  static const View view{
      .id = text("id"),
      .table = {{"LABEL", text("label")},
                {"OF", text("principal")},
                {"AT MOST", text("at_most")},
                {"REGISTRY", text("on.registry")},
                {"MODEL", text("on.model")},
                {"EXPIRES", time("expires")},
                {"LAST USED", time("last_used")},
                {"REVOKED", time("revoked.time")},
                {"ID", text("id")}},
      .details = {{"token, shown this once", text("token")},
                  {"label", text("label")},
                  {"of", text("principal")},
                  {"at most", text("at_most")},
                  {"registry", text("on.registry")},
                  {"model", text("on.model")},
                  {"expires", time("expires")},
                  {"last used", time("last_used")},
                  {"issued", mark("issued")},
                  {"revoked", mark("revoked")},
                  {"id", text("id")}},
  };
  return view;
}

struct Issue {
  std::optional<std::string> principal, label, expires, at_most, registry, model;
};
void declare(Options& options, Issue& args) {
  options.option("--principal", "WHO", args.principal, "whose (default: yours)")
      .option("--label", "TEXT", args.label, "what you call it")
      .option("--expires", "TIME", args.expires, "RFC 3339, as 2027-01-01T00:00:00Z (default: never)")
      .choice("--at-most", {"restricted_viewer", "viewer", "member", "admin"}, args.at_most,
              "no more than this role, whatever its principal has")
      .option("--registry", "NAME", args.registry, "opens this registry alone")
      .option("--model", "[REGISTRY/]MODEL", args.model, "opens this model alone");
}
Result<void> run(Session& session, const Issue& args) {
  std::optional<std::string> registry = args.registry, model;
  if (args.model) {
    HERALD_TRY(const auto parsed, ModelArgument::parse(*args.model));
    registry = parsed.registry.str();
    model = parsed.model.str();
  }
  HERALD_TRY(const Answer answer,
             session.client().send(with_body("POST", "/v1/tokens", [&](json::ObjectWriter& body) {
               body.member("principal", args.principal)
                   .member("label", args.label)
                   .member("expires", args.expires)
                   .member("at_most", args.at_most)
                   .member("registry", registry)
                   .member("model", model);
             })));
  const auto document = json::Document::parse(answer.body);
  if (document && string_at(document->root(), "token").empty()) {
    return error(
        Cause::unavailable,
        fmt::format(
            "the token was issued, but the answer that showed it was lost on the way: revoke it (herald "
            "token revoke {}) and issue another",
            text_at(document->root(), "id")));
  }
  return session.show_body(answer.body, token_view());
}

struct List {
  std::optional<std::string> principal;
  Paging paging;
};
void declare(Options& options, List& args) {
  options.option("--principal", "WHO", args.principal, "whose (default: yours)");
  declare_paging(options, args.paging);
}
Result<void> run(Session& session, const List& args) {
  return session.list(Query("/v1/tokens").add("principal", args.principal.value_or("")), token_view(),
                      args.paging);
}

struct Revoke {
  std::string id;
  std::optional<std::string> reason;
};
void declare(Options& options, Revoke& args) {
  options.word("ID", args.id, "its id, as herald token list shows it")
      .option("--reason", "TEXT", args.reason, "why, for the record");
}
Result<void> run(Session& session, const Revoke& args) {
  return session.tell(with_body("DELETE", "/v1/tokens/" + percent_encode(args.id),
                                [&](json::ObjectWriter& body) { body.member("reason", args.reason); }),
                      fmt::format("token {} opens nothing any more", args.id));
}

}  // namespace

void add_token_commands(Program& program) {
  const Group group = program.group({"token", "Tokens: what opens the server. Shown once, kept as digests.",
                                     "herald token issue --label laptop\n"
                                     "herald token issue --principal ci --at-most member --model churn\n"
                                     "herald token list",
                                     kAccessSection});
  program.command<Issue>(group,
                         {"issue", "Issue a token, for yourself or (as administrator) for another.",
                          "herald token issue --label laptop --expires 2027-01-01T00:00:00Z\n"
                          "herald token issue --principal ci --at-most member --registry models"},
                         declare, run);
  program.command<List>(group,
                        {"list", "List tokens, with when each was last used.",
                         "herald token list\nherald token list --principal ci"},
                        declare, run);
  program.command<Revoke>(group,
                          {"revoke", "Revoke a token: it opens nothing from now on.",
                           "herald token revoke 0190a8b0-0000-7000-8000-000000000001 --reason leaked"},
                          declare, run);
}

}  // namespace herald::cli
