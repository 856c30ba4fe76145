#include <fmt/format.h>

#include "base/limits.h"
#include "cli/commands/commands.h"
#include "cli/commands/held_on.h"
#include "cli/commands/shared.h"
#include "cli/profiles.h"

namespace herald::cli {
namespace {

// "models", "models/churn"; nothing where it opens whatever its principal may see.
std::string place_of(const json::Value& token) {
  const std::string registry = text_at(token, "on.registry"), model = model_held_on(token);
  return model.empty() ? registry : registry + "/" + model;
}

const View& token_view() {
  static const View view{
      .id = text("id"),
      .table = {{"LABEL", text("label")},
                {"OF", text("principal")},
                {"AT MOST", text("at_most")},
                {"OPENS", place_of},
                {"EXPIRES", time("expires")},
                {"LAST USED", time("last_used")},
                {"REVOKED", time("revoked.time")},
                {"ID", text("id")}},
      .details = {{"token, shown this once", text("token")},
                  {"label", text("label")},
                  {"of", text("principal")},
                  {"at most", text("at_most")},
                  {"registry", text("on.registry")},
                  {"model", model_held_on},
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
      .time("--expires", "TIME", Moment::ahead, args.expires,
            "as 2027-01-01T00:00:00Z, 2027-01-01, or 90d, 12h from now (default: never)")
      .choice("--at-most", role_names(), args.at_most, "no more than this role, whatever its principal has")
      .option("--registry", "NAME", args.registry, "opens this registry alone")
      .option("--model", "[REGISTRY/]MODEL", args.model, "opens this model alone");
}
// Sends it, and gives the answer that shows the token.
Result<Answer> issue(Client& client, const Request& request) {
  HERALD_TRY(Answer answer, client.send(request));
  const auto document = json::Document::parse(answer.body);
  if (document && string_at(document->root(), "token").empty()) {
    return error(
        Cause::unavailable,
        fmt::format(
            "the token was issued, but the answer that showed it was lost on the way: revoke it (herald "
            "token revoke {}) and issue another",
            text_at(document->root(), "id")));
  }
  return answer;
}

Result<void> run(Session& session, const Issue& args) {
  HERALD_CHECK(check_one_place(args.registry, args.model));
  std::optional<std::string> registry = args.registry, model;
  if (args.model) {
    HERALD_TRY(const auto parsed, ModelArgument::parse(*args.model));
    registry = parsed.registry.str();
    model = parsed.model.str();
  }
  HERALD_TRY(const Answer answer,
             issue(session.client(), with_body("POST", "/v1/tokens", [&](json::ObjectWriter& body) {
                     body.member("principal", args.principal)
                         .member("label", args.label)
                         .member("expires", args.expires)
                         .member("at_most", args.at_most)
                         .member("registry", registry)
                         .member("model", model);
                   })));
  return session.show_body(answer.body, token_view());
}

// ---- another in place of one ----

struct Rotate {
  std::optional<std::string> id, principal, expires, reason;
  bool keep = false;
};
void declare(Options& options, Rotate& args) {
  options
      .word("ID", args.id, "its id, as herald token list shows it (default: the one that you come in with)")
      .option("--principal", "WHO", args.principal, "whose it is (default: yours)")
      .time(
          "--expires", "TIME", Moment::ahead, args.expires,
          "of the new one, as 2027-01-01 or 90d from now (default: never; needed where the old one expires)")
      .flag("--keep", args.keep, "do not revoke the old one yet: both open the server until you do");
  declare_reason(options, args.reason);
}

// The token of that id, as the server lists it. Errors: not_found.
Result<json::Document> find_token(Client& client, const std::string& principal, const std::string& id) {
  std::string cursor;
  do {
    HERALD_TRY(const Answer answer, client.get(Query("/v1/tokens")
                                                   .add("principal", principal)
                                                   .add("limit", std::to_string(limits::kMaxPageSize))
                                                   .add("cursor", cursor)
                                                   .str()));
    HERALD_TRY(const auto page, json::Document::parse(answer.body));
    for (const std::string_view token : raw_elements(answer.body, "items")) {
      HERALD_TRY(auto document, json::Document::parse(token));
      if (string_at(document.root(), "id") == id) return document;
    }
    cursor = string_at(page.root(), "next");
  } while (!cursor.empty());
  return error(Cause::not_found,
               fmt::format("{} no token {}: herald token list shows them, with --principal those of others",
                           principal.empty() ? "you have" : principal + " has", id),
               "ID");
}

Result<std::string> id_in_use(Client& client) {
  HERALD_TRY(const Answer answer, client.get("/v1/me"));
  HERALD_TRY(const auto me, json::Document::parse(answer.body));
  const std::string id = string_at(me.root(), "token_id");
  if (id.empty())
    return error(Cause::missing_field, "you came in without a token: which one? herald token list", "ID");
  return id;
}

// The profile that has the old one gets the new one, before the old one opens nothing any more.
Result<void> keep_in_profile(Session& session, const std::string& old, const std::string& token) {
  HERALD_TRY(auto profiles, Profiles::load());
  const auto name = profiles.name_of_token(old);
  if (!name) return {};
  Profile profile = profiles.all().at(*name);
  profile.token = token;
  HERALD_CHECK(profiles.put(*name, std::move(profile)));
  HERALD_CHECK(profiles.save());
  session.note(fmt::format("profile {} has the new one", *name));
  return {};
}

Result<void> run(Session& session, const Rotate& args) {
  Client& client = session.client();
  std::string id = args.id.value_or("");
  if (id.empty()) {
    HERALD_TRY(id, id_in_use(client));
  }
  HERALD_TRY(const auto found, find_token(client, args.principal.value_or(""), id));
  const json::Value old = found.root();
  if (!string_at(old, "revoked.time").empty())
    return error(Cause::not_allowed_now, "token " + id + " is revoked already", "ID");
  if (!string_at(old, "expires").empty() && !args.expires)
    return error(Cause::missing_field, "the old one expires, so say when the new one does, as 90d",
                 "--expires");
  if (is_held_on_what_was_deleted(old)) {
    return error(Cause::not_allowed_now,
                 "the old one opens model \"" + string_at(old, "on.model") +
                     "\" alone, which was deleted: who has that name by now is another one");
  }
  HERALD_TRY(const Answer answer,
             issue(client, with_body("POST", "/v1/tokens", [&](json::ObjectWriter& body) {
                     const auto same = [&](const char* member, const char* path) {
                       const std::string text = string_at(old, path);
                       if (!text.empty()) body.member(member, text);
                     };
                     same("principal", "principal_id");
                     same("label", "label");
                     same("at_most", "at_most");
                     same("registry", "on.registry");
                     same("model", "on.model");
                     body.member("expires", args.expires);
                   })));
  HERALD_CHECK(session.show_body(answer.body, token_view()));
  const auto document = json::Document::parse(answer.body);
  const auto came_in_with = session.client_options().token;
  const auto in_use = came_in_with ? id_in_use(client) : Result<std::string>("");
  if (in_use && *in_use == id)
    HERALD_CHECK(keep_in_profile(session, *came_in_with, string_at(document->root(), "token")));
  if (args.keep) {
    session.note(fmt::format("the old one opens the server until: herald token revoke {}", id));
    return {};
  }
  HERALD_CHECK(client.send(with_reason({.method = "DELETE", .target = "/v1/tokens/" + percent_encode(id)},
                                       args.reason.value_or("rotated"))));
  session.note(fmt::format("token {} opens nothing any more", id));
  return {};
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
  options.word("ID", args.id, "its id, as herald token list shows it");
  declare_reason(options, args.reason);
}
Result<void> run(Session& session, const Revoke& args) {
  Request request{.method = "DELETE", .target = "/v1/tokens/" + percent_encode(args.id)};
  return session.tell(with_reason(std::move(request), args.reason),
                      fmt::format("token {} opens nothing any more", args.id));
}

}  // namespace

void add_token_commands(Program& program) {
  const Group group =
      program.group({"token", "Tokens: what opens the server. Shown once, kept as digests.",
                     "herald token issue --label laptop\n"
                     "herald token issue --principal ci --at-most member --model churn\n"
                     "herald token rotate --principal ci 0190a8b0-0000-7000-8000-000000000001\n"
                     "herald token list --principal ci",
                     kAccessSection});
  program.command<Issue>(group,
                         {"issue", "Issue a token, for yourself or (as administrator) for another.",
                          "herald token issue --label laptop --expires 90d\n"
                          "herald token issue --principal ci --at-most member --registry models"},
                         declare, run);
  program.command<List>(
      group,
      {"list", "List your tokens, or (as administrator) another's, with when each was last used.",
       "herald token list\nherald token list --principal ci"},
      declare, run);
  program.command<Rotate>(
      group,
      {"rotate",
       "Issue another token for what one opens, then revoke the one; a profile that has it is changed.",
       "herald token rotate                                # the one that you come in with\n"
       "herald token rotate --principal ci 0190a8b0-0000-7000-8000-000000000001 --expires 90d --keep"},
      declare, run);
  program.command<Revoke>(group,
                          {"revoke", "Revoke a token: it opens nothing from now on.",
                           "herald token revoke 0190a8b0-0000-7000-8000-000000000001 --reason leaked"},
                          declare, run);
}

}  // namespace herald::cli
