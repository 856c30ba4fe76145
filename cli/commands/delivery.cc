#include "base/clock.h"
#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/text.h"

namespace herald::cli {
namespace {

// The row keeps when it was due; later it may wait for a pause that its URL asked for, or for its turn.
std::string next_attempt(const json::Value& delivery) {
  const std::string due = text_at(delivery, "due");
  if (due.empty() || due > system_clock().now().str()) return human_time(due);
  return "as soon as its target may be asked (due since " + human_time(due) + ")";
}

const View& delivery_view() {
  static const View view{
      .id = text("id"),
      .table = {{"ID", text("id")},
                {"AUTOMATION", text("automation")},
                {"KIND", text("kind")},
                {"EVENT", text("event_sequence"), true},
                {"STATE", text("state")},
                {"ATTEMPTS", text("attempts_made"), true},
                {"CHANGED", time("changed.time")}},
      .details = {{"delivery", text("id")},
                  {"automation", text("automation")},
                  {"kind", text("kind")},
                  {"for event", text("event_sequence")},
                  {"state", text("state")},
                  {"next attempt", next_attempt},
                  {"changed", mark("changed")}},
  };
  return view;
}

std::string took(const json::Value& attempt) {
  return text_at(attempt, "duration_ms") + " ms";
}

std::string outcome(const json::Value& attempt) {
  const std::string failed = text_at(attempt, "error");
  return failed.empty() ? text_at(attempt, "status") : failed;
}

const std::vector<Column>& attempt_columns() {
  static const std::vector<Column> columns{
      {"ATTEMPT", text("number"), true}, {"STARTED", time("started")}, {"TOOK", took, true},
      {"TARGET", text("target")},        {"NEXT", time("next")},       {"OUTCOME", outcome}};
  return columns;
}

struct List {
  std::optional<std::string> automation, state;
  Paging paging;
};
void declare(Options& options, List& args) {
  options.option("--automation", "NAME", args.automation, "of this automation")
      .choice("--state", {"pending", "failing", "succeeded", "exhausted"}, args.state, "as they stand now");
  declare_paging(options, args.paging);
}
Result<void> run(Session& session, const List& args) {
  Query query("/v1/deliveries");
  query.add("automation", args.automation.value_or("")).add("state", args.state.value_or(""));
  return session.list(query, delivery_view(), args.paging);
}

struct Named {
  std::string id;
};
void declare(Options& options, Named& args) {
  options.word("ID", args.id, "the delivery's id");
}

Result<void> show(Session& session, const Named& args) {
  HERALD_TRY(const Answer answer, session.client().get("/v1/deliveries/" + percent_encode(args.id)));
  HERALD_CHECK(session.show_body(answer.body, delivery_view()));
  if (session.output() != Output::table) return {};
  HERALD_TRY(const auto document, json::Document::parse(answer.body));
  std::vector<json::Value> attempts;
  if (const auto made = member_at(document.root(), "attempts")) {
    for (const json::Value attempt : made->elements()) attempts.push_back(attempt);
  }
  if (attempts.empty()) {
    session.print("\nno attempt yet\n");
  } else {
    session.print("\n" + render_table(attempt_columns(), attempts, session.style()));
  }
  return {};
}

struct Replay : Named {
  std::optional<std::string> reason;
};
void declare(Options& options, Replay& args) {
  declare(options, static_cast<Named&>(args));
  declare_reason(options, args.reason);
}
Result<void> replay(Session& session, const Replay& args) {
  Request request{.method = "POST", .target = "/v1/deliveries/" + percent_encode(args.id) + "/replay"};
  return session.show(with_reason(std::move(request), args.reason), delivery_view());
}

}  // namespace

void add_delivery_commands(Program& program) {
  const Group group = program.group({"delivery", "Deliveries: what automations sent, with every attempt.",
                                     "herald delivery list --state exhausted\nherald delivery show 0192f3...",
                                     kHappeningSection});
  program.command<List>(group,
                        {"list", "List deliveries, newest first.",
                         "herald delivery list --automation tell-deployer --state failing"},
                        declare, run);
  program.command<Named>(group,
                         {"show", "Show one with its attempts; -o json has what was sent and answered.",
                          "herald delivery show 0192f3..."},
                         declare, show);
  program.command<Replay>(group, {"replay", "Send it once more.", "herald delivery replay 0192f3..."},
                          declare, replay);
}

}  // namespace herald::cli
