#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/saying.h"
#include "cli/commands/shared.h"
#include "cli/event_stream.h"
#include "cli/parsing.h"
#include "cli/waiting.h"

namespace herald::cli {
namespace {

constexpr const char* kNone = "none";

void declare_timeout(Options& options, std::optional<std::uint64_t>& seconds) {
  options.option("--timeout", "SECONDS", seconds,
                 "give up after this time, with exit code 124 (default: never)");
}

Query events_of(const ModelArgument& model) {
  return Query("/v1/events/stream").add("model", model.str());
}

Result<json::Document> read(Client& client, const std::string& target) {
  HERALD_TRY(const Answer answer, client.get(target));
  return json::Document::parse(answer.body);
}

// ---- an alias ----

struct AliasPlace {
  std::string model, alias;
  std::optional<std::string> version;
  std::optional<std::uint64_t> timeout;
};
void declare(Options& options, AliasPlace& args) {
  options.word("MODEL", args.model, "[REGISTRY/]NAME of the model")
      .word("ALIAS", args.alias, "the alias, as production")
      .word("VERSION", args.version, "where it shall point; \"none\": it is gone (default: anywhere)");
  declare_timeout(options, args.timeout);
}

// The number that the alias points at; nothing when there is no such alias. Errors: not_found (the model).
Result<std::optional<std::uint64_t>> holder(Client& client, const ModelArgument& model,
                                            const std::string& alias) {
  HERALD_TRY(const auto document, read(client, model.path()));
  const auto aliases = member_at(document.root(), "aliases");
  const auto number = aliases ? aliases->find(alias) : std::nullopt;
  return number ? number->unsigned_integer() : std::nullopt;
}

Result<void> run(Session& session, const AliasPlace& args) {
  HERALD_TRY(const auto model, ModelArgument::parse(args.model));
  HERALD_TRY(const auto alias, registry::AliasName::parse(args.alias));
  std::optional<std::uint64_t> wanted;
  const bool gone = args.version == kNone;
  if (args.version && !gone) {
    HERALD_TRY(wanted, parse_version_number(*args.version, "VERSION"));
  }
  Waiting waiting{.events = events_of(model)};
  waiting.seconds = args.timeout;
  waiting.what = fmt::format("{}:{} to point {}", model.str(), alias.str(),
                             gone     ? "nowhere"
                             : wanted ? fmt::format("at v{}", *wanted)
                                      : "at a version");
  std::optional<std::uint64_t> now;
  waiting.look = [&](Client& client) -> Result<bool> {
    HERALD_TRY(now, holder(client, model, alias.str()));
    return gone ? !now : now && (!wanted || *now == *wanted);
  };
  HERALD_CHECK(wait_until(session, waiting));
  if (now) return session.show({.target = fmt::format("{}/versions/{}", model.path(), *now)}, version_view());
  std::string object;
  json::ObjectWriter(object)
      .member("model", model.str())
      .member("alias", alias.str())
      .member("gone", true)
      .close();
  return say(session, fmt::format("{}:{} is gone\n", model.str(), alias.str()), object,
             model.str() + ":" + alias.str());
}

// ---- a version ----

struct VersionState {
  std::string reference;
  std::optional<std::string> status;
  std::optional<std::uint64_t> timeout;
};
void declare(Options& options, VersionState& args) {
  options.word("REFERENCE", args.reference, "[REGISTRY/]MODEL:vN; it may be registered later")
      .choice("--status", {"ready", "pending", "failed"}, args.status,
              "its status shall be (default: ready)");
  declare_timeout(options, args.timeout);
}

Result<void> run(Session& session, const VersionState& args) {
  HERALD_TRY(const auto version, VersionArgument::parse_numbered(args.reference));
  const std::string wanted = args.status.value_or("ready");
  Waiting waiting{.events = events_of(version.model)};
  waiting.seconds = args.timeout;
  waiting.what = fmt::format("{} to be {}", args.reference, wanted);
  waiting.look = [&](Client& client) -> Result<bool> {
    const auto document = read(client, version.path());
    if (!document && document.error().cause == Cause::not_found) {
      HERALD_CHECK(client.get(version.model.path()));  // a model that is not there is told at once
      return false;
    }
    if (!document) return document.error();
    const std::string status = string_at(document->root(), "status");
    if (status == "failed" && wanted == "ready")
      return error(Cause::not_allowed_now, args.reference + " failed: it will not be ready");
    return status == wanted;
  };
  HERALD_CHECK(wait_until(session, waiting));
  return session.show({.target = version.path()}, version_view());
}

// ---- a delivery ----

struct DeliveryEnd {
  std::string id;
  std::optional<std::uint64_t> timeout;
};
void declare(Options& options, DeliveryEnd& args) {
  options.word("ID", args.id, "the delivery's id");
  declare_timeout(options, args.timeout);
}

Result<void> run(Session& session, const DeliveryEnd& args) {
  const std::string target = "/v1/deliveries/" + percent_encode(args.id);
  Waiting waiting{.events = Query("/v1/events/stream").add("type", "delivery.*")};
  waiting.seconds = args.timeout;
  waiting.what = "delivery " + args.id + " to be done";
  waiting.look = [&](Client& client) -> Result<bool> {
    HERALD_TRY(const auto document, read(client, target));
    const std::string state = string_at(document.root(), "state");
    if (state == "exhausted")
      return error(Cause::not_allowed_now,
                   fmt::format("delivery {} is given up: herald delivery show says why", args.id));
    return state == "succeeded";
  };
  static const View view{.id = text("id"),
                         .table = {},
                         .details = {{"delivery", text("id")},
                                     {"automation", text("automation")},
                                     {"for event", text("event_sequence")},
                                     {"state", text("state")}}};
  HERALD_CHECK(wait_until(session, waiting));
  return session.show({.target = target}, view);
}

// ---- the views ----

struct ViewsAt {
  std::optional<std::uint64_t> event, timeout;
};
void declare(Options& options, ViewsAt& args) {
  options.number("EVENT", args.event, "its number (default: the newest there is)");
  declare_timeout(options, args.timeout);
}

// The server itself waits for its views; what is not yet recorded comes by the stream.
Result<void> run(Session& session, const ViewsAt& args) {
  std::uint64_t event = args.event.value_or(0);
  if (!args.event) {
    HERALD_TRY(event, newest_sequence(session.client()));
  }
  Waiting waiting{.events = Query("/v1/events/stream")};
  waiting.seconds = args.timeout;
  waiting.what = fmt::format("the views to hold event {}", event);
  waiting.look = [&](Client& client) -> Result<bool> {
    HERALD_TRY(const std::uint64_t newest, newest_sequence(client));
    if (newest < event) return false;
    HERALD_CHECK(
        client.get(Query("/v1/models").add("limit", "1").add("min_sequence", std::to_string(event)).str()));
    return true;
  };
  HERALD_CHECK(wait_until(session, waiting));
  return say(session, fmt::format("the views hold event {}\n", event),
             fmt::format("{{\"sequence\":{}}}", event), std::to_string(event));
}

}  // namespace

void add_wait_commands(Program& program) {
  const Group group =
      program.group({"wait",
                     "Wait until something holds: 0 when it does, 124 when the time is over, 4 when it "
                     "cannot come any more.",
                     "herald wait alias churn production 3 --timeout 600 && ./deploy\n"
                     "herald wait version churn:v4 --timeout 60\n"
                     "herald wait delivery \"$(herald automation test tell-deployer -o id)\" --timeout 30",
                     kHappeningSection});
  program.command<AliasPlace>(group,
                              {"alias", "Until an alias points at a version, or exists, or is gone.",
                               "herald wait alias churn production 3 --timeout 600\n"
                               "herald wait alias churn production -o id           # prints churn:v1\n"
                               "herald wait alias churn candidate none"},
                              declare, run);
  program.command<VersionState>(
      group,
      {"version", "Until a version is ready, or in another status; a version that failed ends it with 4.",
       "herald wait version churn:v4 --timeout 60\nherald wait version churn:v4 --status failed"},
      declare, run);
  program.command<DeliveryEnd>(
      group,
      {"delivery", "Until a delivery has succeeded; one that is given up ends it with 4.",
       "herald wait delivery 0192f3... --timeout 30"},
      declare, run);
  program.command<ViewsAt>(group,
                           {"views", "Until the views hold an event, so that histories and the past show it.",
                            "herald wait views\nherald wait views 42 --timeout 10"},
                           declare, run);
}

}  // namespace herald::cli
