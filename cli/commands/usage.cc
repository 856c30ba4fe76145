#include "cli/commands/commands.h"
#include "cli/commands/shared.h"

namespace herald::cli {
namespace {

const View& usage_view() {
  static const View view{
      .id = text("consumer"),
      .table = {{"CONSUMER", text("consumer")},
                {"VERSION", text("reference")},
                {"ALIAS", text("alias")},
                {"TIMES", text("count"), true},
                {"FIRST", time("first")},
                {"LAST", time("last")}},
      .details = {{"consumer", text("consumer")},
                  {"version", text("reference")},
                  {"alias", text("alias")},
                  {"times", text("count")},
                  {"first", time("first")},
                  {"last", time("last")},
                  {"recorded", mark("recorded")}},
  };
  return view;
}

struct RecordUse {
  std::string reference, consumer;
  std::optional<std::string> alias;
  std::optional<std::uint64_t> count;
};
void declare(Options& options, RecordUse& args) {
  options
      .word("REFERENCE", args.reference, "[REGISTRY/]MODEL:VERSION, the version being v3, latest or an alias")
      .word("CONSUMER", args.consumer, "who uses it")
      .option("--count", "N", args.count, "how often since the last report (default 1)")
      .option("--alias", "NAME", args.alias, "by which alias it was asked for");
}
Result<void> run(Session& session, const RecordUse& args) {
  HERALD_TRY(const auto version, VersionArgument::parse(args.reference));
  return session.show(
      with_body(
          "POST", version.path() + "/usage",
          [&](json::ObjectWriter& body) {
            body.member("consumer", args.consumer).member("alias", args.alias).member("count", args.count);
          }),
      usage_view());
}

struct ListUse {
  std::string of;
  std::optional<std::string> since, as_of;
  Paging paging;
};
void declare(Options& options, ListUse& args) {
  options
      .word("MODEL|REFERENCE", args.of, "[REGISTRY/]MODEL, or one version of it: MODEL:v3, MODEL:production")
      .time("--since", "TIME", Moment::day_begins, args.since,
            "only who has used it since then, as 2026-11-24T09:00:00Z, 2026-11-24 or 7d");
  declare_as_of(options, args.as_of);
  declare_paging(options, args.paging);
}
Result<void> run(Session& session, const ListUse& args) {
  HERALD_TRY(const auto path, path_of_model_or_version(args.of));
  return session.list(
      Query(path + "/usage").add("since", args.since.value_or("")).add("as_of", args.as_of.value_or("")),
      usage_view(), args.paging);
}

}  // namespace

void add_usage_commands(Program& program) {
  const Group group = program.group({"usage", "Who uses which version.",
                                     "herald usage record churn:production campaigns --count 500\n"
                                     "herald usage list churn:v7 --since 2026-11-24T09:00:00Z",
                                     kFilesSection});
  program.command<RecordUse>(
      group,
      {"record", "Report that a consumer uses a version. The log has one event an hour.",
       "herald usage record churn:production campaigns\n"
       "herald usage record churn:v7 campaigns --count 500 --alias production"},
      declare, run);
  program.command<ListUse>(group,
                           {"list", "Who uses a version, or which version of a model.",
                            "herald usage list churn:v7\n"
                            "herald usage list churn --since 2026-11-24T09:00:00Z"},
                           declare, run);
}

}  // namespace herald::cli
