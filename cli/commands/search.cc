#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/text.h"

namespace herald::cli {
namespace {

struct Find {
  std::vector<std::string> terms;
  std::optional<std::string> kind, sort, as_of;
  Paging paging;
};

const std::vector<std::string>& kinds() {
  static const std::vector<std::string> all{"models", "versions", "artifacts", "runs", "evaluations"};
  return all;
}

void declare(Options& options, Find& args) {
  options
      .any_words(
          "TERM", args.terms,
          "what must hold; where the first begins with \"-\", behind \"--\": herald search -- -archived")
      .choice("--kind", kinds(), args.kind, "what to find (default models)")
      .option("--sort", "FIELD", args.sort,
              "name, created, changed or metric.NAME; downwards: --sort=-created");
  declare_as_of(options, args.as_of);
  declare_paging(options, args.paging);
}

// Named and found, but its version says so: "churn:v3".
const View& found_version_view() {
  static const View view{.id = text("reference"),
                         .table = {{"VERSION", text("reference")},
                                   {"STATUS", text("status")},
                                   {"ALIASES", words("aliases")},
                                   {"METRICS", pairs("metrics")},
                                   {"CREATED", time("created.time")}}};
  return view;
}
const View& found_run_view() {
  static const View view{.id = text("id"),
                         .table = {{"RUN", text("id")},
                                   {"NAME", text("name")},
                                   {"FRAMEWORK", text("framework")},
                                   {"VERSION", text("reference")},
                                   {"CREATED", time("created.time")}}};
  return view;
}
const View& found_artifact_view() {
  static const View view{.id = text("id"),
                         .table = {{"ARTIFACT", text("id")},
                                   {"NAME", text("name")},
                                   {"KIND", text("kind")},
                                   {"BYTES", bytes("bytes"), true},
                                   {"CREATED", time("created.time")}}};
  return view;
}
const View& found_evaluation_view() {
  static const View view{.id = text("id"),
                         .table = {{"EVALUATION", text("id")},
                                   {"NAME", text("name")},
                                   {"VERSION", text("reference")},
                                   {"DATASET", text("dataset.name")},
                                   {"METRICS", pairs("metrics")},
                                   {"RECORDED", time("recorded.time")}}};
  return view;
}

const View& view_of(const std::string& kind) {
  if (kind == "versions") return found_version_view();
  if (kind == "runs") return found_run_view();
  if (kind == "artifacts") return found_artifact_view();
  if (kind == "evaluations") return found_evaluation_view();
  return model_view();
}

// The sentence with marks under what is wrong in it, where the server said.
std::string pointed_at(const std::string& sentence, std::string_view problem) {
  const auto document = json::Document::parse(problem);
  if (!document || !member_at(document->root(), "position")) return {};
  const std::size_t begin = std::min<std::size_t>(number_at(document->root(), "position"), sentence.size());
  const std::size_t length =
      std::min<std::size_t>(number_at(document->root(), "length"), sentence.size() - begin);
  const std::size_t before = display_width(harmless(sentence.substr(0, begin)));
  const std::size_t marked = display_width(harmless(sentence.substr(begin, length)));
  return fmt::format("\n  {}\n  {}{}", harmless(sentence), std::string(before, ' '),
                     std::string(std::max<std::size_t>(marked, 1), '^'));
}

Result<void> run(Session& session, const Find& args) {
  const std::string sentence = fmt::format("{}", fmt::join(args.terms, " "));
  const std::string kind = args.kind.value_or("models");
  Query query("/v1/search");
  query.add("q", sentence)
      .add("kind", kind)
      .add("sort", args.sort.value_or(""))
      .add("as_of", args.as_of.value_or(""));
  Result<void> listed = session.list(query, view_of(kind), args.paging);
  if (listed || listed.error().field != "q") return listed;
  Error wrong = std::move(listed).error();
  wrong.message += pointed_at(sentence, session.client().refusal());
  return wrong;
}

}  // namespace

void add_search_commands(Program& program) {
  program.command<Find>(
      program.top(),
      {"search", "Find models, versions, artifacts, runs and evaluations by what they say.",
       "herald search 'name:fraud* tag:tier=1'\n"
       "herald search 'alias:production metric.auc>0.9' --kind versions --sort=-metric.auc\n"
       "herald search 'owner:me created>2026-01-01 -archived'\n"
       "herald search 'tag:tier=1' --as-of 2026-11-24T09:00:00Z\n"
       "docs/search.md has the whole language.",
       kRegistrySection},
      declare, run);
}

}  // namespace herald::cli
