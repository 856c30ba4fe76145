#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/commands/together.h"
#include "cli/parsing.h"
#include "cli/text.h"

namespace herald::cli {
namespace {

std::string stage_or_none(const json::Value& step, std::string_view member) {
  const std::string stage = text_at(step, member);
  return stage.empty() ? "none" : stage;
}

const View& staged_view() {
  static const View view{
      .id = text("reference"),
      .table = {{"VERSION", text("reference")},
                {"STAGE", text("stage")},
                {"SINCE", time("staged.time")},
                {"BY", text("staged.actor")},
                {"ALIASES", words("aliases")},
                {"STATUS", text("status")}},
      .details = {},
  };
  return view;
}

const View& step_view() {
  static const View view{
      .id = text("sequence"),
      .table = {{"EVENT", text("sequence"), true},
                {"TIME", time("time")},
                {"FROM", [](const json::Value& step) { return stage_or_none(step, "from"); }},
                {"TO", [](const json::Value& step) { return stage_or_none(step, "to"); }},
                {"STAYED", seconds("held_seconds"), true},
                {"BY", text("actor")},
                {"REASON", text("reason")}},
      .details = {},
  };
  return view;
}

std::optional<std::string> named(const std::string& stage) {
  return stage == "none" ? std::nullopt : std::optional(stage);
}

struct Set {
  std::vector<std::string> words;
  std::optional<std::string> file, expected, reason;
};
void declare(Options& options, Set& args) {
  options.words("REFERENCE", args.words, "the versions (MODEL:vN), and behind them the stage, or \"none\"");
  declare_references(options, args.file);
  options.option("--expected", "STAGE", args.expected, "refuse unless they are there now; or \"none\"");
  declare_reason(options, args.reason);
}
Result<void> run(Session& session, const Set& args) {
  std::vector<std::string> words = args.words;
  const std::string stage = words.back();
  words.pop_back();
  HERALD_TRY(const auto references, references_in(words, args.file));
  const auto fill = [&](json::ObjectWriter& body, const std::string& expected) {
    json::write(body.key("stage"), named(stage));
    if (args.expected) json::write(body.key(expected), named(*args.expected));
    body.member("reason", args.reason);
  };
  if (references.size() > 1)
    return change_together(session, references,
                           [&](json::ObjectWriter& body) { fill(body, "expected_stage"); });
  HERALD_TRY(const auto version, VersionArgument::parse_numbered(references.front()));
  return session.show(with_body("POST", version.path() + "/transition",
                                [&](json::ObjectWriter& body) { fill(body, "expected"); }),
                      version_view());
}

struct List {
  std::string stage;
  std::optional<std::string> registry, model, as_of;
  Paging paging;
};
void declare(Options& options, List& args) {
  options.word("STAGE", args.stage, "the stage")
      .option("--registry", "NAME", args.registry, "of another registry than \"models\"")
      .option("--model", "MODEL", args.model, "of this model alone");
  declare_as_of(options, args.as_of);
  declare_paging(options, args.paging);
}
Result<void> run(Session& session, const List& args) {
  HERALD_CHECK(check_one_place(args.registry, args.model));
  if (args.model) {
    HERALD_TRY(const auto model, ModelArgument::parse(*args.model));
    return session.list(
        Query(model.path() + "/versions").add("stage", args.stage).add("as_of", args.as_of.value_or("")),
        staged_view(), args.paging);
  }
  const std::string registry = args.registry.value_or(std::string(registry::kDefaultRegistry));
  return session.list(
      Query("/v1/registries/" + percent_encode(registry) + "/stages/" + percent_encode(args.stage))
          .add("as_of", args.as_of.value_or("")),
      staged_view(), args.paging);
}

struct History {
  std::string reference;
  Paging paging;
};
void declare(Options& options, History& args) {
  options.word("REFERENCE", args.reference, "[REGISTRY/]MODEL:VERSION");
  declare_paging(options, args.paging);
}
Result<void> run(Session& session, const History& args) {
  HERALD_TRY(const auto version, VersionArgument::parse(args.reference));
  return session.list(Query(version.path() + "/stages"), step_view(), args.paging);
}

}  // namespace

void add_stage_commands(Program& program) {
  const Group group =
      program.group({"stage", "Stages: where a version stands on the way that its registry lays out.",
                     "herald stage set churn:v3 staging --reason \"passed the tests\"\n"
                     "herald stage list staging",
                     kRegistrySection});
  program.command<Set>(group,
                       {"set", "Take versions from stage to stage (a transition). Of several: all or none.",
                        "herald stage set churn:v3 staging --expected dev --reason \"passed the tests\"\n"
                        "herald stage set churn:v1 churn:v2 none\n"
                        "herald version list churn -o id | herald stage set -f - retired"},
                       declare, run);
  program.command<List>(group,
                        {"list", "List the versions that are in a stage.",
                         "herald stage list staging\nherald stage list staging --model churn"},
                        declare, run);
  program.command<History>(group,
                           {"history", "Which stages a version went through, and how long it stayed.",
                            "herald stage history churn:v3"},
                           declare, run);
}

}  // namespace herald::cli
