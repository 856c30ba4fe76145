#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/parsing.h"
#include "cli/text.h"

namespace herald::cli {
namespace {

std::string action_words(const json::Value& automation) {
  std::string out;
  const auto actions = member_at(automation, "actions");
  if (!actions) return out;
  for (const json::Value action : actions->elements()) {
    const std::string url = text_at(action, "url");
    const std::string secret = text_at(action, "url_secret");
    out += (out.empty() ? "" : ", ") + text_at(action, "kind") + " " +
           (secret.empty() ? url : "to secret " + secret);
  }
  return out;
}

std::string scope_words(const json::Value& automation) {
  std::string out;
  for (const char* part : {"registry", "model", "name_pattern"}) {
    const std::string value = text_at(automation, std::string("scope.") + part);
    if (!value.empty()) out += (out.empty() ? "" : ", ") + std::string(part) + " " + value;
  }
  return out.empty() ? "everything" : out;
}

std::string condition_words(const json::Value& automation) {
  std::string out;
  const auto conditions = member_at(automation, "conditions");
  if (!conditions) return out;
  for (const json::Value condition : conditions->elements()) {
    out += fmt::format("{}{} {} {}", out.empty() ? "" : "; ", text_at(condition, "field"),
                       text_at(condition, "op"), text_at(condition, "value"));
  }
  return out;
}

std::string on_or_off(const json::Value& automation) {
  return text_at(automation, "enabled") == "true" ? "yes" : "no";
}

const View& automation_view() {
  static const View view{
      .id = text("name"),
      .table = {{"NAME", text("name")},
                {"ENABLED", on_or_off},
                {"ON", words("on")},
                {"SCOPE", scope_words},
                {"ACTIONS", action_words}},
      .details = {{"automation", text("name")},
                  {"enabled", on_or_off},
                  {"on", words("on")},
                  {"scope", scope_words},
                  {"conditions", condition_words},
                  {"actions", action_words},
                  {"created", mark("created")},
                  {"changed", mark("changed")},
                  {"id", text("id")}},
  };
  return view;
}

std::string automation_path(const std::string& name) {
  return "/v1/automations/" + percent_encode(name);
}

struct Create {
  std::optional<std::string> file;
};
void declare(Options& options, Create& args) {
  options.option("-f,--file", "FILE", args.file, "its definition as JSON; - reads standard input");
}
Result<void> run(Session& session, const Create& args) {
  if (!args.file) return error(Cause::missing_field, "-f FILE or -f - is expected");
  HERALD_TRY(const auto body, read_input(*args.file));
  return session.show({.method = "POST", .target = "/v1/automations", .body = body}, automation_view());
}

struct Update {
  std::string name;
  std::optional<std::string> file, reason;
};
void declare(Options& options, Update& args) {
  options.word("NAME", args.name, "the automation")
      .option("-f,--file", "FILE", args.file, "its new definition; - reads standard input");
  declare_reason(options, args.reason);
}
Result<void> run(Session& session, const Update& args) {
  if (!args.file) return error(Cause::missing_field, "-f FILE or -f - is expected");
  HERALD_TRY(const auto body, read_input(*args.file));
  Request request{.method = "PUT", .target = automation_path(args.name), .body = body};
  return session.show(with_reason(std::move(request), args.reason), automation_view());
}

Result<void> list(Session& session, const Paging& paging) {
  return session.list(Query("/v1/automations"), automation_view(), paging);
}

struct Named {
  std::string name;
};
void declare(Options& options, Named& args) {
  options.word("NAME", args.name, "the automation");
}
Result<void> show(Session& session, const Named& args) {
  return session.show({.target = automation_path(args.name)}, automation_view());
}

struct Change : Named {
  std::optional<std::string> reason;
};
void declare(Options& options, Change& args) {
  declare(options, static_cast<Named&>(args));
  declare_reason(options, args.reason);
}
Result<void> enable(Session& session, const Change& args) {
  return session.show(
      with_reason({.method = "POST", .target = automation_path(args.name) + "/enable"}, args.reason),
      automation_view());
}
Result<void> disable(Session& session, const Change& args) {
  return session.show(
      with_reason({.method = "POST", .target = automation_path(args.name) + "/disable"}, args.reason),
      automation_view());
}
Result<void> erase(Session& session, const Change& args) {
  return session.tell(with_reason({.method = "DELETE", .target = automation_path(args.name)}, args.reason),
                      fmt::format("automation {} is gone", args.name));
}

struct Test {
  std::string name;
  std::optional<std::uint64_t> event;
};
void declare(Options& options, Test& args) {
  options.word("NAME", args.name, "the automation")
      .option("--event", "N", args.event, "for this event (default: the newest that it would match)");
}
Result<void> run(Session& session, const Test& args) {
  const Request request = with_body("POST", automation_path(args.name) + "/test",
                                    [&](json::ObjectWriter& body) { body.member("event", args.event); });
  HERALD_TRY(const Answer answer, session.client().send(request));
  HERALD_TRY(const auto document, json::Document::parse(answer.body));
  if (session.output() == Output::json || session.output() == Output::jsonl) {
    session.print((session.output() == Output::json ? render_json(document.root()) : answer.body) + "\n");
    return {};
  }
  const auto deliveries = member_at(document.root(), "deliveries");
  if (!deliveries) return {};
  for (const json::Value delivery : deliveries->elements()) {
    const auto id = delivery.string();
    session.print((id ? std::string(*id) : text_at(delivery, "delivery_id")) + "\n");
  }
  session.note("sent on the same road as any other: \"herald delivery show ID\" tells how it went");
  return {};
}

}  // namespace

void add_automation_commands(Program& program) {
  const Group group =
      program.group({"automation", "Automations: when something happens, tell a webhook, Slack or Teams.",
                     "herald automation create -f tell-deployer.json\n"
                     "herald automation test tell-deployer\n"
                     "herald delivery list --automation tell-deployer",
                     kHappeningSection});
  constexpr const char* kCreateExample =
      "herald automation create -f - <<'JSON'\n"
      "{\"name\":\"tell-deployer\", \"on\":[\"alias.assigned\"], \"scope\":{\"model\":\"churn\"},\n"
      " \"conditions\":[{\"field\":\"data.alias\",\"op\":\"equals\",\"value\":\"production\"}],\n"
      " \"actions\":[{\"kind\":\"webhook\",\"url\":\"https://deploy.example.com/hooks/"
      "herald\",\"signing_secret\":\"deployer\"}]}\n"
      "JSON";
  program.command<Create>(group, {"create", "Make an automation of a JSON definition.", kCreateExample},
                          declare, run);
  program.command<Update>(group,
                          {"update", "Replace an automation's definition.",
                           "herald automation update tell-deployer -f tell-deployer.json"},
                          declare, run);
  program.command<Paging>(group, {"list", "List automations.", "herald automation list"}, declare_paging,
                          list);
  program.command<Named>(group, {"show", "Show one.", "herald automation show tell-deployer -o json"},
                         declare, show);
  program.command<Change>(group, {"enable", "Switch it on.", "herald automation enable tell-deployer"},
                          declare, enable);
  program.command<Change>(group, {"disable", "Switch it off.", "herald automation disable tell-deployer"},
                          declare, disable);
  program.command<Change>(
      group, {"delete", "Delete it. What it did stays on record.", "herald automation delete tell-deployer"},
      declare, erase);
  program.command<Test>(
      group,
      {"test", "Send for one event by hand; prints the ids of the deliveries.",
       "herald automation test tell-deployer\nherald automation test tell-deployer --event 42"},
      declare, run);
}

}  // namespace herald::cli
