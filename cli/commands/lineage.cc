#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/parsing.h"

namespace herald::cli {
namespace {

constexpr const char* kNode = "version:MODEL:v1, artifact:ID, run:ID or dataset:NAME";

std::string node_text(const json::Value& node) {
  const std::string name = text_at(node, "name");
  return text_at(node, "kind") + ":" + (name.empty() ? text_at(node, "id") : name);
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
                {"RECORDED", mark("recorded")}},
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
      .word("RELATION", args.relation, "used, produced, derived_from, trained_on or evaluated_on")
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
  std::optional<std::uint64_t> depth;
};
void declare(Options& options, Show& args) {
  options.word("START", args.start, kNode)
      .choice("--direction", {"upstream", "downstream", "both"}, args.direction,
              "where it comes from, what came of it, or both (default both)")
      .option("--depth", "N", args.depth, "how many steps (default: the server's limit)");
  declare_as_of(options, args.as_of);
}
Result<void> run(Session& session, const Show& args) {
  HERALD_TRY(const auto start, NodeArgument::parse(args.start));
  Query query("/v1/lineage");
  query.add(start.kind, start.id)
      .add("direction", args.direction.value_or("both"))
      .add("as_of", args.as_of.value_or(""));
  if (args.depth) query.add("depth", std::to_string(*args.depth));
  HERALD_TRY(const Answer answer, session.client().get(query.str()));
  if (session.output() == Output::json) return session.show_body(answer.body, edge_view());

  HERALD_TRY(const auto document, json::Document::parse(answer.body));
  std::vector<json::Value> edges;
  const auto found = member_at(document.root(), "edges");
  if (found) {
    for (const json::Value edge : found->elements()) edges.push_back(edge);
  }
  if (session.output() == Output::table) {
    if (edges.empty()) {
      session.note("nothing is known of where it comes from or what came of it");
    } else {
      session.print(render_table(edge_view().table, edges, session.style()));
    }
  } else {
    for (const json::Value& edge : edges) {
      session.print((session.output() == Output::id ? edge_view().id(edge) : edge.dump()) + "\n");
    }
  }
  if (text_at(document.root(), "truncated") == "true")
    session.note("there is more: this was cut off at the server's limit or --depth");
  return {};
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
                           "herald lineage record run:8f3a produced version:churn:v2"},
                          declare, run);
  program.command<Show>(group,
                        {"show", "Show what is connected.",
                         "herald lineage show version:churn:v2\nherald lineage show "
                         "dataset:customers-2026-03 --direction downstream"},
                        declare, run);
}

}  // namespace herald::cli
