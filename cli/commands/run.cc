#include <algorithm>
#include <array>

#include "base/limits.h"
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
      if (text_at(item, "node.deleted") == "true") said += " (deleted)";
      out += said;
    }
    return out;
  };
}

const View& run_view() {
  static const View view{
      .id = text("id"),
      .table = {{"RUN", text("id")},
                {"NAME", text("facts.name")},
                {"COMMIT", text("facts.commit")},
                {"FRAMEWORK", text("facts.framework")},
                {"URL", text("facts.url")}},
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
constexpr std::array kListsOfARun{"used", "produced", "versions", "evaluations"};

// All pages as one: what the first says, with the lists of all.
class WholeRun {
 public:
  // Gives the cursor of the next page; empty: this was the last.
  Result<std::string> take(const std::string& page) {
    HERALD_TRY(const auto document, json::Document::parse(page));
    if (first_.empty()) first_ = page;
    for (std::size_t i = 0; i < kListsOfARun.size(); ++i) {
      const auto list = member_at(document.root(), kListsOfARun[i]);
      if (!list) continue;
      for (const json::Value item : list->elements())
        lists_[i] += (lists_[i].empty() ? "" : ",") + item.dump();
    }
    return string_at(document.root(), "next");
  }

  Result<std::string> text() const {
    HERALD_TRY(const auto document, json::Document::parse(first_));
    std::string out;
    json::ObjectWriter body(out);
    for (const auto& [name, value] : document.root().members()) {
      const auto list = std::find(kListsOfARun.begin(), kListsOfARun.end(), name);
      if (list != kListsOfARun.end()) {
        body.member(name, json::Raw("[" + lists_[list - kListsOfARun.begin()] + "]"));
      } else if (name != "next") {
        body.member(name, json::Raw(value.dump()));
      }
    }
    body.close();
    return out;
  }

 private:
  std::string first_;
  std::array<std::string, kListsOfARun.size()> lists_;
};

Result<void> run(Session& session, const ShowRun& args) {
  Query query("/v1/runs/" + percent_encode(args.id));
  query.add("as_of", args.as_of.value_or("")).add("limit", std::to_string(limits::kMaxPageSize));
  WholeRun whole;
  HERALD_TRY(Answer answer, session.client().get(query.str()));
  HERALD_TRY(std::string next, whole.take(answer.body));
  while (!next.empty()) {
    HERALD_TRY(answer, session.client().get(Query(query).add("cursor", next).str()));
    HERALD_TRY(next, whole.take(answer.body));
  }
  HERALD_TRY(const std::string body, whole.text());
  return session.show_body(body, run_view());
}

struct ListRuns {
  std::optional<std::string> name, as_of;
  Paging paging;
};
void declare(Options& options, ListRuns& args) {
  options.option("--name", "PART", args.name, "only those whose id or name has this in it");
  declare_as_of(options, args.as_of);
  declare_paging(options, args.paging);
}
Result<void> run(Session& session, const ListRuns& args) {
  Query query("/v1/runs");
  query.add("name", args.name.value_or("")).add("as_of", args.as_of.value_or(""));
  return session.list(query, run_view(), args.paging);
}

}  // namespace

void add_run_commands(Program& program) {
  const Group group = program.group({"run", "Runs, as versions, evaluations and lineage name them.",
                                     "herald run show 8f3a", kFilesSection});
  program.command<ListRuns>(group,
                            {"list", "The runs that versions, evaluations or lineage name.",
                             "herald run list\nherald run list --name nightly --all -o id"},
                            declare, run);
  program.command<ShowRun>(group,
                           {"show", "The versions it produced, what it used, the evaluations it made.",
                            "herald run show 8f3a\nherald run show \"sweep/7 lr=0.1\" -o json"},
                           declare, run);
}

}  // namespace herald::cli
