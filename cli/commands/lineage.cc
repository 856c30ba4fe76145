#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/parsing.h"

namespace herald::cli {
namespace {

constexpr const char* kNode = "version:MODEL:v1, artifact:ID, run:ID, dataset:NAME or deployment:NAME";

std::string node_text(const json::Value& node) {
  const std::string name = text_at(node, "name");
  const std::string mark = text_at(node, "deleted") == "true" ? " (deleted)" : "";
  return text_at(node, "kind") + ":" + (name.empty() ? text_at(node, "id") : name) + mark;
}

std::string end_of_edge(const json::Value& edge, std::string_view end) {
  const auto node = member_at(edge, end);
  return node ? node_text(*node) : "";
}

std::string upstream(const json::Value& edge) {
  return end_of_edge(edge, "upstream");
}
std::string downstream(const json::Value& edge) {
  return end_of_edge(edge, "downstream");
}

const View& edge_view() {
  static const View view{
      .id =
          [](const json::Value& edge) {
            return upstream(edge) + " " + text_at(edge, "relation") + " " + downstream(edge);
          },
      .table = {{"FROM", upstream},
                {"RELATION", text("relation")},
                {"TO", downstream},
                {"RECORDED", time("recorded.time")},
                {"BY", text("recorded.actor")}},
      .details = {{"from", upstream},
                  {"relation", text("relation")},
                  {"to", downstream},
                  {"recorded", mark("recorded")}},
  };
  return view;
}

struct Record {
  std::string upstream, relation, downstream;
};
void declare(Options& options, Record& args) {
  options.word("FROM", args.upstream, kNode)
      .word("RELATION", args.relation,
            "used, produced, derived_from, trained_on, evaluated_on or deployed_as")
      .word("TO", args.downstream, "what came of it, written alike");
}
Result<void> run(Session& session, const Record& args) {
  HERALD_TRY(const auto from, NodeArgument::parse(args.upstream));
  HERALD_TRY(const auto to, NodeArgument::parse(args.downstream));
  return session.show(with_body("POST", "/v1/lineage",
                                [&](json::ObjectWriter& body) {
                                  const auto end = [&](std::string_view name, const NodeArgument& node) {
                                    json::ObjectWriter(body.key(name)).member(node.kind, node.id).close();
                                  };
                                  end("upstream", from);
                                  body.member("relation", args.relation);
                                  end("downstream", to);
                                }),
                      edge_view());
}

struct Show {
  std::string start;
  std::optional<std::string> direction, as_of;
  std::optional<std::uint64_t> depth, limit;
  bool all = false;
};
void declare(Options& options, Show& args) {
  options.word("START", args.start, kNode)
      .choice("--direction", {"upstream", "downstream", "both"}, args.direction,
              "where it comes from, what came of it, or both (default both)")
      .option("--depth", "N", args.depth, "how many steps (default: to the end)")
      .option("--limit", "N", args.limit, "of the nearest so many nodes (default 1,000, which is the most)")
      .flag("--all", args.all, "of all nodes, page by page");
  declare_as_of(options, args.as_of);
}

// The edges of one page, in the form that was asked for.
class EdgePages {
 public:
  explicit EdgePages(Session& session) : session_(session) {}

  Result<std::string> take(const std::string& body) {
    pages_.push_back(json::Document::parse(body));
    if (!pages_.back()) return pages_.back().error();
    const json::Value root = pages_.back()->root();
    truncated_ = truncated_ || text_at(root, "truncated") == "true";
    if (const auto found = member_at(root, "edges")) {
      for (const json::Value edge : found->elements()) edges_.push_back(edge);
    }
    return string_at(root, "next");
  }

  void show(bool is_more) const {
    if (session_.output() == Output::table) {
      if (edges_.empty()) {
        session_.note("nothing is known of where it comes from or what came of it");
      } else {
        session_.print(render_table(edge_view().table, edges_, session_.style()));
      }
    } else {
      for (const json::Value& edge : edges_)
        session_.print((session_.output() == Output::id ? edge_view().id(edge) : edge.dump()) + "\n");
    }
    if (is_more) session_.note("there is more: --all shows it");
    if (truncated_) session_.note("there is more: this was cut off at the server's limit or --depth");
  }

 private:
  Session& session_;
  std::vector<Result<json::Document>> pages_;  // the edges borrow from them
  std::vector<json::Value> edges_;
  bool truncated_ = false;
};

Query from_start(const std::string& path, const NodeArgument& start,
                 const std::optional<std::uint64_t>& depth, const std::optional<std::string>& as_of) {
  Query query(path);
  query.add(start.kind, start.id).add("as_of", as_of.value_or(""));
  if (depth) query.add("depth", std::to_string(*depth));
  return query;
}

Result<void> run(Session& session, const Show& args) {
  HERALD_TRY(const auto start, NodeArgument::parse(args.start));
  Query query = from_start("/v1/lineage", start, args.depth, args.as_of);
  query.add("direction", args.direction.value_or("both"));
  if (args.limit) query.add("limit", std::to_string(*args.limit));
  HERALD_TRY(Answer answer, session.client().get(query.str()));
  if (session.output() == Output::json) return session.show_body(answer.body, edge_view());
  EdgePages pages(session);
  HERALD_TRY(std::string next, pages.take(answer.body));
  while (args.all && !next.empty()) {
    HERALD_TRY(answer, session.client().get(Query(query).add("cursor", next).str()));
    HERALD_TRY(next, pages.take(answer.body));
  }
  pages.show(!next.empty());
  return {};
}

const View& impact_view() {
  static const View view{
      .id = text("name"),
      .table = {{"WHAT", text("kind")},
                {"NAME", text("name")},
                {"STATUS", text("version.status")},
                {"STAGE", text("version.stage")},
                {"ALIASES", words("version.aliases")},
                {"STEPS", text("distance"), true}},
  };
  return view;
}

struct Impact {
  std::string start;
  std::optional<std::string> as_of;
  std::optional<std::uint64_t> depth;
  Paging paging;
};
void declare(Options& options, Impact& args) {
  options.word("START", args.start, kNode)
      .option("--depth", "N", args.depth, "how many steps (default: to the end)");
  declare_as_of(options, args.as_of);
  declare_paging(options, args.paging);
}
Result<void> run(Session& session, const Impact& args) {
  HERALD_TRY(const auto start, NodeArgument::parse(args.start));
  return session.list(from_start("/v1/lineage/impact", start, args.depth, args.as_of), impact_view(),
                      args.paging);
}

}  // namespace

void add_lineage_commands(Program& program) {
  const Group group =
      program.group({"lineage", "Where a version comes from, and what came of a data set.",
                     "herald lineage record dataset:customers-2026-03 trained_on version:churn:v2\n"
                     "herald lineage show version:churn:production --direction upstream",
                     kFilesSection});
  program.command<Record>(group,
                          {"record", "Record that one thing came of another.",
                           "herald lineage record dataset:customers-2026-03 trained_on version:churn:v2\n"
                           "herald lineage record version:data/customers:v1 trained_on version:churn:v2\n"
                           "herald lineage record run:8f3a produced version:churn:v2"},
                          declare, run);
  program.command<Show>(group,
                        {"show", "Show what is connected.",
                         "herald lineage show version:churn:v2\nherald lineage show "
                         "dataset:customers-2026-03 --direction downstream"},
                        declare, run);
  program.command<Impact>(
      group,
      {"impact", "What stands on it: versions, with their aliases and stages, and deployments.",
       "herald lineage impact dataset:customers-2026-03\n"
       "herald lineage impact run:8f3a --all -o id"},
      declare, run);
}

}  // namespace herald::cli
