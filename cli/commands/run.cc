#include "cli/commands/commands.h"
#include "cli/commands/shared.h"

namespace herald::cli {
namespace {

// A list of the page, each item by what these members say of it.
Cell each(std::string path, std::vector<std::string> members) {
  return [path = std::move(path), members = std::move(members)](const json::Value& run) {
    std::string out;
    const auto list = member_at(run, path);
    if (!list) return out;
    for (const json::Value item : list->elements()) {
      out += out.empty() ? "" : ", ";
      std::string said;
      for (const std::string& member : members) {
        const std::string text = text_at(item, member);
        if (!text.empty()) said += (said.empty() ? "" : " ") + text;
      }
      out += said;
    }
    return out;
  };
}

const View& run_view() {
  static const View view{
      .id = text("id"),
      .details = {{"run", text("id")},
                  {"name", text("facts.name")},
                  {"url", text("facts.url")},
                  {"commit", text("facts.commit")},
                  {"repository", text("facts.repository")},
                  {"framework", text("facts.framework")},
                  {"environment", text("facts.environment")},
                  {"parameters", text("facts.parameters")},
                  {"used", each("used", {"relation", "node.kind", "node.name"})},
                  {"produced", each("produced", {"node.kind", "node.name"})},
                  {"versions", each("versions", {"reference"})},
                  {"evaluations", each("evaluations", {"reference", "name", "dataset.name"})}},
  };
  return view;
}

struct ShowRun {
  std::string id;
  std::optional<std::string> as_of;
};
void declare(Options& options, ShowRun& args) {
  options.word("RUN", args.id, "the run's id");
  declare_as_of(options, args.as_of);
}
Result<void> run(Session& session, const ShowRun& args) {
  return session.show(
      {.target = Query("/v1/runs/" + percent_encode(args.id)).add("as_of", args.as_of.value_or("")).str()},
      run_view());
}

}  // namespace

void add_run_commands(Program& program) {
  const Group group = program.group({"run", "Runs, as versions, evaluations and lineage name them.",
                                     "herald run show 8f3a", kFilesSection});
  program.command<ShowRun>(group,
                           {"show", "The versions it produced, what it used, the evaluations it made.",
                            "herald run show 8f3a\nherald run show \"sweep/7 lr=0.1\" -o json"},
                           declare, run);
}

}  // namespace herald::cli
