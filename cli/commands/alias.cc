#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/parsing.h"
#include "cli/text.h"

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
                  {"assigned", mark("assigned")}},
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
      .option("--expected", "VERSION", args.expected, kExpected)
      .option("--reason", "TEXT", args.reason, "why; part of the record for ever");
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
      .option("--expected", "VERSION", args.expected, "refuse unless it points there now")
      .option("--reason", "TEXT", args.reason, "why; part of the record for ever");
}
Result<void> run(Session& session, const Remove& args) {
  HERALD_TRY(const auto model, ModelArgument::parse(args.model));
  Query query(model.path() + "/aliases/" + percent_encode(args.alias));
  if (args.expected) {
    HERALD_TRY(const auto number, parse_version_number(*args.expected, "--expected"));
    query.add("expected", std::to_string(number));
  }
  query.add("reason", args.reason.value_or(""));
  return session.tell({.method = "DELETE", .target = query.str()},
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
              "refuse all unless this alias points there now, or \"none\"")
      .option("--reason", "TEXT", args.reason, "why; part of the record for ever");
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
}

}  // namespace herald::cli
