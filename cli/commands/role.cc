#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands/commands.h"
#include "cli/commands/held_on.h"
#include "cli/commands/saying.h"
#include "cli/commands/shared.h"
#include "cli/terminal.h"

namespace herald::cli {
namespace {

const View& role_view() {
  static const View view{
      .id = text("principal.id"),
      .table = {{"WHO", text("principal.name")},
                {"KIND", text("principal.kind")},
                {"ROLE", text("role")},
                {"REGISTRY", text("on.registry")},
                {"MODEL", model_held_on},
                {"GRANTED", time("granted.time")},
                {"BY", text("granted.actor")}},
      .details = {{"who", text("principal.name")},
                  {"role", text("role")},
                  {"registry", text("on.registry")},
                  {"model", model_held_on},
                  {"granted", mark("granted")}},
  };
  return view;
}

const View& explanation_view() {
  static const View view{
      .id = text("allowed"),
      .table = {},
      .details = {{"who", text("principal.name")},
                  {"wants to", text("permission")},
                  {"registry", text("on.registry")},
                  {"model", text("on.model")},
                  {"allowed", text("allowed")},
                  {"takes the role", text("needed")},
                  {"has the role", text("role")},
                  {"because", words("because")}},
  };
  return view;
}

// Where: the server unless one of them is given.
struct Place {
  std::optional<std::string> registry, model;
};
void declare_place(Options& options, Place& place) {
  options.option("--registry", "NAME", place.registry, "on this registry (default: the whole server)")
      .option("--model", "[REGISTRY/]MODEL", place.model, "on this model");
}
Result<std::string> roles_at(const Place& place) {
  HERALD_CHECK(check_one_place(place.registry, place.model));
  if (place.registry) return "/v1/registries/" + percent_encode(*place.registry) + "/roles";
  if (!place.model) return std::string("/v1/roles");
  HERALD_TRY(const auto model, ModelArgument::parse(*place.model));
  return model.path() + "/roles";
}

struct Grant {
  std::string who, role;
  std::optional<std::string> reason;
  Place place;
};
void declare(Options& options, Grant& args) {
  options.word("WHO", args.who, "a user, service or team")
      .word("ROLE", role_names(), args.role, "restricted_viewer, viewer, member or admin");
  declare_place(options, args.place);
  declare_reason(options, args.reason);
}
Result<void> run(Session& session, const Grant& args) {
  HERALD_TRY(const std::string roles, roles_at(args.place));
  return session.show(with_body("PUT", roles + "/" + percent_encode(args.who),
                                [&](json::ObjectWriter& body) {
                                  body.member("role", args.role).member("reason", args.reason);
                                }),
                      role_view());
}

struct Revoke {
  std::string who;
  std::optional<std::string> reason;
  Place place;
};
void declare(Options& options, Revoke& args) {
  options.word("WHO", args.who, "a user, service or team");
  declare_place(options, args.place);
  declare_reason(options, args.reason);
}
Result<void> run(Session& session, const Revoke& args) {
  HERALD_TRY(const std::string roles, roles_at(args.place));
  Request request{.method = "DELETE", .target = roles + "/" + percent_encode(args.who)};
  return session.tell(with_reason(std::move(request), args.reason),
                      fmt::format("{} has no role there any more", args.who));
}

struct List {
  Place place;
  std::optional<std::string> of;
  Paging paging;
};
void declare(Options& options, List& args) {
  options.option("--of", "WHO", args.of,
                 "all that one user, service or team holds itself, wherever it is; herald access explain "
                 "counts its teams, too");
  declare_place(options, args.place);
  declare_paging(options, args.paging);
}
Result<void> run(Session& session, const List& args) {
  HERALD_TRY(std::string target, roles_at(args.place));
  if (args.of && (args.place.registry || args.place.model))
    return error(Cause::invalid_value,
                 "--of lists all that one holds, wherever it is: give no place beside it", "--of");
  if (args.of) target = "/v1/principals/" + percent_encode(*args.of) + "/roles";
  return session.list(Query(target), role_view(), args.paging);
}

struct Explain {
  std::optional<std::string> who, permission;
  Place place;
};
void declare(Options& options, Explain& args) {
  options.option("--principal", "WHO", args.who, "who (default: you)")
      .choice("--permission", {"read", "download", "write", "automate", "administer"}, args.permission,
              "what it wants (default read)");
  declare_place(options, args.place);
}
Result<void> run(Session& session, const Explain& args) {
  HERALD_CHECK(check_one_place(args.place.registry, args.place.model));
  Query query("/v1/access/explain");
  query.add("principal", args.who.value_or("")).add("permission", args.permission.value_or(""));
  if (args.place.registry) query.add("registry", *args.place.registry);
  if (args.place.model) {
    HERALD_TRY(const auto model, ModelArgument::parse(*args.place.model));
    query.add("registry", model.registry.str()).add("model", model.model.str());
  }
  return session.show({.target = query.str()}, explanation_view());
}

struct Erase {
  std::optional<std::string> who, reason;
  std::vector<std::string> texts;
  bool yes = false;
};
void declare(Options& options, Erase& args) {
  options.word("WHO", args.who, "by name or id; may be left out where texts are named")
      .option("--text", "SHA256", args.texts,
              "this text of whomever, as the events name it; beside WHO, this one too")
      .flag("-y,--yes", args.yes, "do not ask; without a terminal nobody is asked");
  declare_reason(options, args.reason);
}
std::string question_of(const Erase& args) {
  const std::string named = fmt::format("{} text{}", args.texts.size(), args.texts.size() == 1 ? "" : "s");
  if (!args.who) return fmt::format("erase {}, for ever? [y/N] ", named);
  return fmt::format("erase {} and all texts that {} wrote{}, for ever? [y/N] ", *args.who, *args.who,
                     args.texts.empty() ? "" : ", and " + named + " besides");
}

Result<void> run(Session& session, const Erase& args) {
  if (!args.who && args.texts.empty())
    return error(Cause::missing_field, "whom? WHO, or --text for single texts, is expected", "WHO");
  std::vector<Digest> named;
  for (const std::string& text : args.texts) {
    auto digest = Digest::parse(text);
    if (!digest) return error(digest.error().cause, digest.error().message, "--text");
    named.push_back(*digest);
  }
  if (!args.yes && ::isatty(STDIN_FILENO) == 1 && !says_yes(question_of(args)))
    return error(Cause::not_allowed_now, "not erased");
  for (std::uint64_t texts = 0;; named.clear()) {  // those that are named go first
    HERALD_TRY(const Answer answer,
               session.client().send(with_body("POST", "/v1/erasures", [&](json::ObjectWriter& body) {
                 body.member("principal", args.who);
                 if (!named.empty()) body.member("texts", named);
                 body.member("reason", args.reason);
               })));
    const auto document = json::Document::parse(answer.body);
    if (!document) return error(Cause::unavailable, "the server's answer is no JSON: is it Herald?");
    texts += number_at(document->root(), "texts");
    if (text_at(document->root(), "complete") == "true") {
      std::string object;
      json::ObjectWriter(object).member("principal", args.who).member("texts", texts).close();
      const std::string entry = args.who ? "the entry of " + *args.who + " and " : "";
      return say(session, fmt::format("erased: {}{} text{}\n", entry, texts, texts == 1 ? "" : "s"), object,
                 args.who.value_or(fmt::format("{}", fmt::join(args.texts, "\n"))));
    }
    if (session.client_options().idempotency_key)
      return error(
          Cause::not_allowed_now,
          fmt::format("{} texts are erased, and there are more: a key names one request, so erase the "
                      "rest without one",
                      texts),
          "--idempotency-key");
    session.note(fmt::format("{} texts so far", texts));
  }
}

}  // namespace

void add_role_commands(Program& program) {
  const Group role = program.group(
      {"role", "Roles on the server, on registries and on models; the highest wins.",
       "herald role grant ada member --registry models\n"
       "herald role grant ml admin --model churn\n"
       "herald role list --model churn\n"
       "herald registry update risk --visibility restricted   # from now on, who has a role in it "
       "alone ...\n"
       "herald role grant credit member --registry risk       # ... and team credit has one",
       kAccessSection});
  program.command<Grant>(role,
                         {"grant", "Grant a role, in place of the one that was held there.",
                          "herald role grant ada member\n"
                          "herald role grant ci viewer --registry datasets"},
                         declare, run);
  program.command<Revoke>(
      role, {"revoke", "Revoke the role that is held there.", "herald role revoke ada --model churn"},
      declare, run);
  program.command<List>(role,
                        {"list", "List who holds a role there, or what one holds.",
                         "herald role list\nherald role list --of ada"},
                        declare, run);
  const Group access = program.group(
      {"access", "Why somebody may do something, or may not.",
       "herald access explain --principal ada --permission write --model churn", kAccessSection});
  program.command<Explain>(access,
                           {"explain", "Say what a permission takes there, what is held, and through what.",
                            "herald access explain --permission write --model churn\n"
                            "herald access explain --principal ada --permission administer"},
                           declare, run);
  program.command<Erase>(
      program.top(),
      {"erase",
       "Erase a person: disabled, without tokens, the entry in the directory and all texts gone; or single "
       "texts.",
       "herald erase ada --reason 'asked for it'\n"
       "herald erase --text sha256:9f86d0... --reason 'a telephone number'",
       kAccessSection},
      declare, run);
}

}  // namespace herald::cli
