// The log itself, and the shapes of what is in it.
#include "cli/commands/commands.h"
#include "cli/commands/shared.h"

namespace herald::cli {
namespace {

const View& log_view() {
  static const View view{.id = text("root"),
                         .table = {},
                         .details = {{"origin", text("origin")},
                                     {"events", text("size")},
                                     {"root", text("root")},
                                     {"created", time("created")}}};
  return view;
}

Result<void> show(Session& session) {
  return session.show({.target = "/v1/log"}, log_view());
}

const View& proof_view() {
  static const View view{
      .id = text("leaf"),
      .table = {},
      .details = {{"event", text("sequence")},
                  {"events", text("size")},
                  {"leaf", text("leaf")},
                  {"root", text("root")},
                  {"path", words("path")}},
  };
  return view;
}

struct Proof {
  std::string sequence;
};
void declare(Options& options, Proof& args) {
  options.word("EVENT", args.sequence, "its number");
}
Result<void> prove(Session& session, const Proof& args) {
  return session.show({.target = "/v1/log/proof/" + percent_encode(args.sequence)}, proof_view());
}

const View& schema_view() {
  static const View view{
      .id = text("type"),
      .table = {{"TYPE", text("type")}, {"ON THE WIRE", text("wire")}, {"SCHEMA", text("schema_id")}},
      .details = {},
  };
  return view;
}

// All on one page: there are as many as this version of the server knows.
Result<void> list_schemas(Session& session) {
  HERALD_TRY(const Answer answer, session.client().get("/v1/schemas"));
  HERALD_TRY(const auto document, json::Document::parse(answer.body));
  const json::Value list = member_at(document.root(), "items").value_or(document.root());
  if (session.output() == Output::json) {
    session.print(render_json(list) + "\n");
    return {};
  }
  std::vector<json::Value> items;
  for (const json::Value item : list.elements()) {
    if (session.output() == Output::jsonl) session.print(item.dump() + "\n");
    if (session.output() == Output::id) session.print(schema_view().id(item) + "\n");
    items.push_back(item);
  }
  if (session.output() == Output::table) {
    session.print(render_table(schema_view().table, items, session.style()));
  }
  return {};
}

struct Schema {
  std::string type;
};
void declare(Options& options, Schema& args) {
  options.word("TYPE", args.type, "an event type, or \"envelope\" for what all have in common");
}
// A schema is JSON for programs: there is no other form of it.
Result<void> show_schema(Session& session, const Schema& args) {
  HERALD_TRY(const Answer answer, session.client().get("/v1/schemas/" + percent_encode(args.type)));
  HERALD_TRY(const auto schema, json::Document::parse(answer.body));
  session.print((session.output() == Output::jsonl ? schema.root().dump() : render_json(schema.root())) +
                "\n");
  return {};
}

}  // namespace

void add_log_commands(Program& program) {
  const Group log = program.group({"log", "The log: how far it is, and proofs that it holds what it should.",
                                   "herald log show\nherald log proof 42 -o json", kServerSection});
  program.command(log, {"show", "Its size and the root of its Merkle tree.", "herald log show"}, show);
  program.command<Proof>(
      log, {"proof", "The Merkle path (RFC 6962) from an event to the root.", "herald log proof 42 -o json"},
      declare, prove);
  const Group schema =
      program.group({"schema", "The JSON Schemas of the events.",
                     "herald schema list\nherald schema show alias.assigned", kHappeningSection});
  program.command(schema, {"list", "List the event types.", "herald schema list"}, list_schemas);
  program.command<Schema>(schema, {"show", "Show the schema of one.", "herald schema show alias.assigned"},
                          declare, show_schema);
}

}  // namespace herald::cli
