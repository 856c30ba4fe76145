// `herald history`: of whatever a reference names.
#include "cli/commands/commands.h"
#include "cli/commands/shared.h"

namespace herald::cli {
namespace {

struct History {
  std::string reference;
  Paging paging;
};
void declare(Options& options, History& args) {
  options.word("REFERENCE", args.reference, "MODEL, MODEL:v3, MODEL:latest or MODEL:ALIAS");
  declare_paging(options, args.paging);
}
Result<void> run(Session& session, const History& args) {
  if (args.reference.find(':') == std::string::npos) {
    HERALD_TRY(const auto model, ModelArgument::parse(args.reference));
    return session.list(Query(model.path() + "/history"), event_view(), args.paging);
  }
  HERALD_TRY(const auto version, VersionArgument::parse(args.reference));
  if (version.selector.kind != registry::VersionSelector::Kind::alias)
    return session.list(Query(version.path() + "/history"), event_view(), args.paging);
  return session.list(
      Query(version.model.path() + "/aliases/" + percent_encode(version.selector.alias.str()) + "/history"),
      alias_move_view(), args.paging);
}

}  // namespace

void add_history_commands(Program& program) {
  program.command<History>(program.top(),
                           {"history", "What happened to a model, a version or an alias, newest first.",
                            "herald history churn\n"
                            "herald history churn:v3\n"
                            "herald history churn:production                 # who held it, and for how long",
                            kHappeningSection},
                           declare, run);
}

}  // namespace herald::cli
