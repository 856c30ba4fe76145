#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/commands/together.h"
#include "cli/parsing.h"

namespace herald::cli {
namespace {

constexpr const char* kModel = "[REGISTRY/]NAME of the model";
constexpr const char* kExpected = "refuse unless it points there now; \"none\": unless it does not exist";

const View& alias_view() {
  static const View view{
      .id = text("alias"),
      .table = {{"ALIAS", text("alias")},
                {"VERSION", version("version")},
                {"BEFORE", version("previous")},
                {"SINCE", time("assigned.time")},
                {"BY", text("assigned.actor")},
                {"REASON", text("reason")}},
      .details = {{"alias", text("alias")},
                  {"version", version("version")},
                  {"before", version("previous")},
                  {"reason", text("reason")},
                  {"passed over, deleted", words("rollback.passed_over")},
                  {"lacks for the policy", words("rollback.lacking")},
                  {"assigned", mark("assigned")}},
  };
  return view;
}

const View& holder_view() {
  static const View view{
      .id = version("version"),
      .table = {{"VERSION", version("version")},
                {"FROM", time("since.time")},
                {"UNTIL", time("until.time")},
                {"HELD", seconds("held_seconds"), true},
                {"BY", text("since.actor")},
                {"REASON", text("reason")}},
      .details = {},
  };
  return view;
}

// A number, or null for "none".
Result<json::Raw> expected_version(const std::string& text, std::string_view option) {
  if (text == "none") return json::Raw("null");
  HERALD_TRY(const auto number, parse_version_number(text, option));
  return json::Raw(std::to_string(number));
}

struct Set {
  std::string model, alias, version;
  std::optional<std::string> expected, reason;
};
void declare(Options& options, Set& args) {
  options.word("MODEL", args.model, kModel)
      .word("ALIAS", args.alias, "as production; letters, digits, - _ .")
      .word("VERSION", args.version, "the number it shall point at")
      .option("--expected", "VERSION", args.expected, kExpected);
  declare_reason(options, args.reason);
}
Result<void> run(Session& session, const Set& args) {
  HERALD_TRY(const auto model, ModelArgument::parse(args.model));
  HERALD_TRY(const auto number, parse_version_number(args.version, "VERSION"));
  std::optional<json::Raw> expected;
  if (args.expected) {
    HERALD_TRY(expected, expected_version(*args.expected, "--expected"));
  }
  return session.show(
      with_body("PUT", model.path() + "/aliases/" + percent_encode(args.alias),
                [&](json::ObjectWriter& body) {
                  body.member("version", number).member("expected", expected).member("reason", args.reason);
                }),
      alias_view());
}

struct Remove {
  std::string model, alias;
  std::optional<std::string> expected, reason;
};
void declare(Options& options, Remove& args) {
  options.word("MODEL", args.model, kModel)
      .word("ALIAS", args.alias, "the alias")
      .option("--expected", "VERSION", args.expected, "refuse unless it points there now");
  declare_reason(options, args.reason);
}
Result<void> run(Session& session, const Remove& args) {
  HERALD_TRY(const auto model, ModelArgument::parse(args.model));
  Query query(model.path() + "/aliases/" + percent_encode(args.alias));
  if (args.expected) {
    HERALD_TRY(const auto number, parse_version_number(*args.expected, "--expected"));
    query.add("expected", std::to_string(number));
  }
  return session.tell(with_reason({.method = "DELETE", .target = query.str()}, args.reason),
                      fmt::format("alias {} of {} is gone", args.alias, model.str()));
}

struct Move {
  std::string model;
  std::vector<std::string> moves, expected;
  std::optional<std::string> reason;
};
void declare(Options& options, Move& args) {
  options.word("MODEL", args.model, kModel)
      .words("ALIAS=VERSION", args.moves, "where each shall point; \"none\" removes it")
      .option("--expected", "ALIAS=VERSION", args.expected,
              "refuse all unless this alias points there now, or \"none\"");
  declare_reason(options, args.reason);
}
Result<void> run(Session& session, const Move& args) {
  HERALD_TRY(const auto model, ModelArgument::parse(args.model));
  HERALD_TRY(const auto moves, parse_pairs(args.moves, "ALIAS=VERSION"));
  HERALD_TRY(const auto expected, parse_pairs(args.expected, "--expected"));
  for (const auto& [alias, version] : expected) {
    if (!moves.contains(alias)) {
      return error(Cause::invalid_value, fmt::format("\"{}\" is not among the aliases that move", alias),
                   "--expected");
    }
  }
  std::vector<json::Raw> items;
  for (const auto& [alias, version] : moves) {
    HERALD_TRY(const auto to, expected_version(version, "ALIAS=VERSION"));
    std::string item;
    json::ObjectWriter writer(item);
    writer.member("alias", alias).member("to", to);
    if (const auto now = expected.find(alias); now != expected.end()) {
      HERALD_TRY(const auto must_be, expected_version(now->second, "--expected"));
      writer.member("expected", must_be);
    }
    writer.close();
    items.push_back(json::Raw(item));
  }
  return session.tell(
      with_body("POST", model.path() + "/aliases:move",
                [&](json::ObjectWriter& body) { body.member("moves", items).member("reason", args.reason); }),
      fmt::format("moved: {}", fmt::join(args.moves, ", ")));
}

struct Assign {
  std::string alias;
  std::vector<std::string> references;
  std::optional<std::string> file, reason;
};
void declare(Options& options, Assign& args) {
  declare_references(options, args.file);
  declare_reason(options, args.reason);
  options.word("ALIAS", args.alias, "the alias")
      .any_words("REFERENCE", args.references, "a version of each model, as MODEL:vN");
}
Result<void> run(Session& session, const Assign& args) {
  HERALD_TRY(const auto references, references_in(args.references, args.file));
  return change_together(session, references, [&](json::ObjectWriter& body) {
    body.member("alias", args.alias).member("reason", args.reason);
  });
}

struct Swap {
  std::string model, first, second;
  std::vector<std::string> expected;
  std::optional<std::string> reason;
};
void declare(Options& options, Swap& args) {
  options.word("MODEL", args.model, kModel)
      .word("FIRST", args.first, "an alias")
      .word("SECOND", args.second, "another")
      .option("--expected", "ALIAS=VERSION", args.expected, "refuse unless this one points there now");
  declare_reason(options, args.reason);
}
Result<void> run(Session& session, const Swap& args) {
  HERALD_TRY(const auto model, ModelArgument::parse(args.model));
  HERALD_TRY(const auto expected, parse_pairs(args.expected, "--expected"));
  std::optional<std::uint64_t> expected_first, expected_second;
  for (const auto& [alias, version] : expected) {
    if (alias != args.first && alias != args.second) {
      return error(Cause::invalid_value, fmt::format("\"{}\" is not one of the two", alias), "--expected");
    }
    HERALD_TRY((alias == args.first ? expected_first : expected_second),
               parse_version_number(version, "--expected"));
  }
  return session.tell(with_body("POST", model.path() + "/aliases:swap",
                                [&](json::ObjectWriter& body) {
                                  body.member("first", args.first)
                                      .member("second", args.second)
                                      .member("expected_first", expected_first)
                                      .member("expected_second", expected_second)
                                      .member("reason", args.reason);
                                }),
                      fmt::format("swapped: {}, {}", args.first, args.second));
}

struct Rollback {
  std::string model, alias;
  std::optional<std::string> expected, reason;
};
void declare(Options& options, Rollback& args) {
  options.word("MODEL", args.model, kModel)
      .word("ALIAS", args.alias, "the alias")
      .option("--expected", "VERSION", args.expected, "refuse unless it points there now");
  declare_reason(options, args.reason);
}
Result<void> run(Session& session, const Rollback& args) {
  HERALD_TRY(const auto model, ModelArgument::parse(args.model));
  std::optional<std::uint64_t> expected;
  if (args.expected) {
    HERALD_TRY(expected, parse_version_number(*args.expected, "--expected"));
  }
  return session.show(with_body("POST", model.path() + "/aliases/" + percent_encode(args.alias) + "/rollback",
                                [&](json::ObjectWriter& body) {
                                  body.member("expected", expected).member("reason", args.reason);
                                }),
                      alias_view());
}

struct Protect {
  std::string alias;
  std::optional<std::string> registry, reason;
};
void declare(Options& options, Protect& args) {
  options.word("ALIAS", args.alias, "the alias")
      .option("--registry", "NAME", args.registry, "in the models of another registry than \"models\"");
  declare_reason(options, args.reason);
}
Result<void> set_protected(Session& session, const Protect& args, const std::string& method,
                           std::string_view what) {
  const std::string registry = args.registry.value_or(std::string(registry::kDefaultRegistry));
  Request request{.method = method,
                  .target = "/v1/registries/" + percent_encode(registry) + "/protected-aliases/" +
                            percent_encode(args.alias)};
  return session.tell(with_reason(std::move(request), args.reason),
                      fmt::format("alias {} is {} in registry {}", args.alias, what, registry));
}
Result<void> protect(Session& session, const Protect& args) {
  return set_protected(session, args, "PUT", "protected");
}
Result<void> unprotect(Session& session, const Protect& args) {
  return set_protected(session, args, "DELETE", "no longer protected");
}

struct List {
  std::string model;
  std::optional<std::string> as_of;
};
void declare(Options& options, List& args) {
  options.word("MODEL", args.model, kModel);
  declare_as_of(options, args.as_of);
}
Result<void> run(Session& session, const List& args) {
  HERALD_TRY(const auto model, ModelArgument::parse(args.model));
  return session.list(Query(model.path() + "/aliases").add("as_of", args.as_of.value_or("")), alias_view(),
                      {.limit = {}, .all = true});
}

struct Show {
  std::string model, alias;
  std::optional<std::string> as_of;
};
void declare(Options& options, Show& args) {
  options.word("MODEL", args.model, kModel).word("ALIAS", args.alias, "the alias");
  declare_as_of(options, args.as_of);
}
Result<void> run(Session& session, const Show& args) {
  HERALD_TRY(const auto model, ModelArgument::parse(args.model));
  const Query query =
      Query(model.path() + "/aliases/" + percent_encode(args.alias)).add("as_of", args.as_of.value_or(""));
  return session.show({.target = query.str()}, alias_view());
}

struct History {
  std::string model, alias;
  Paging paging;
};
void declare(Options& options, History& args) {
  options.word("MODEL", args.model, kModel).word("ALIAS", args.alias, "the alias");
  declare_paging(options, args.paging);
}
Result<void> run(Session& session, const History& args) {
  HERALD_TRY(const auto model, ModelArgument::parse(args.model));
  return session.list(Query(model.path() + "/aliases/" + percent_encode(args.alias) + "/history"),
                      alias_move_view(), args.paging);
}

struct Holders {
  std::string model, alias;
  std::optional<std::string> as_of;
  Paging paging;
};
void declare(Options& options, Holders& args) {
  options.word("MODEL", args.model, kModel).word("ALIAS", args.alias, "the alias");
  declare_as_of(options, args.as_of);
  declare_paging(options, args.paging);
}
Result<void> run(Session& session, const Holders& args) {
  HERALD_TRY(const auto model, ModelArgument::parse(args.model));
  return session.list(Query(model.path() + "/aliases/" + percent_encode(args.alias) + "/holders")
                          .add("as_of", args.as_of.value_or("")),
                      holder_view(), args.paging);
}

}  // namespace

void add_alias_commands(Program& program) {
  const Group group =
      program.group({"alias", "Aliases: names that point at one version of a model, and move.",
                     "herald alias set churn production 2 --expected 1 --reason \"better auc\"\n"
                     "herald alias history churn production",
                     kRegistrySection});
  program.command<Set>(
      group,
      {"set", "Point an alias at a version.",
       "herald alias set churn production 2 --reason \"better auc\"\n"
       "herald alias set churn production 2 --expected 1       # refused if it is not v1 any more\n"
       "herald alias set churn production 1 --expected none    # refused if it exists"},
      declare, run);
  program.command<Remove>(group,
                          {"remove", "Remove an alias.", "herald alias remove churn candidate --expected 2"},
                          declare, run);
  program.command<Move>(
      group,
      {"move", "Move several aliases of a model at once: all or none.",
       "herald alias move churn production=3 previous=2 candidate=none --expected production=2"},
      declare, run);
  program.command<Assign>(group,
                          {"assign", "Point one alias at a version of each of several models: all or none.",
                           "herald alias assign champion churn:v3 fraud:v7 --reason \"release 12\"\n"
                           "herald alias assign champion -f versions.txt"},
                          declare, run);
  program.command<Swap>(group,
                        {"swap", "Take each of two aliases to where the other is.",
                         "herald alias swap churn blue green --expected blue=3 --reason \"cut over\""},
                        declare, run);
  program.command<Rollback>(
      group,
      {"rollback", "Take an alias back to the version that held it before.",
       "herald alias rollback churn production --reason \"errors doubled\"\n"
       "herald alias rollback churn production --expected 1    # it was taken back to v1 already"},
      declare, run);
  program.command<Protect>(group,
                           {"protect", "Let nobody but admins move an alias, in all models of a registry.",
                            "herald alias protect production --reason \"what the shop serves\""},
                           declare, protect);
  program.command<Protect>(group, {"unprotect", "Take that back.", "herald alias unprotect production"},
                           declare, unprotect);
  program.command<List>(
      group, {"list", "List the aliases of a model, \"latest\" included.", "herald alias list churn"},
      declare, run);
  program.command<Show>(
      group, {"show", "Show one.", "herald alias show churn production --as-of 2026-11-24T09:00:00Z"},
      declare, run);
  program.command<History>(group,
                           {"history", "Who moved it, when, from where to where, why, how long it stayed.",
                            "herald alias history churn production"},
                           declare, run);
  program.command<Holders>(group,
                           {"holders", "Which version held it from when to when, and for how long.",
                            "herald alias holders churn production\n"
                            "herald alias holders churn production --as-of 2026-11-24T09:00:00Z"},
                           declare, run);
}

}  // namespace herald::cli
