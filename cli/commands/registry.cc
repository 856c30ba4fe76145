#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/parsing.h"

namespace herald::cli {
namespace {

// "none -> dev, dev -> live"
std::string transitions(const json::Value& registry) {
  std::string out;
  const auto steps = member_at(registry, "stages.transitions");
  if (!steps) return out;
  for (const json::Value step : steps->elements()) {
    const std::string from = text_at(step, "from"), to = text_at(step, "to");
    out += fmt::format("{}{} -> {}", out.empty() ? "" : ", ", from.empty() ? "none" : from,
                       to.empty() ? "none" : to);
  }
  return out;
}

std::string state(const json::Value& registry) {
  return member_at(registry, "archived") ? "archived" : "";
}

const View& registry_view() {
  static const View view{
      .id = text("name"),
      .table = {{"NAME", text("name")},
                {"KIND", text("kind")},
                {"VISIBLE TO", text("visibility")},
                {"STAGES", words("stages.stages")},
                {"STATE", state},
                {"CREATED", time("created.time")},
                {"BY", text("created.actor")}},
      .details = {{"registry", text("name")},
                  {"kind", text("kind")},
                  {"description", text("description")},
                  {"visible to", text("visibility")},
                  {"stages", words("stages.stages")},
                  {"transitions", transitions},
                  {"cards need", words("card_policy.sections")},
                  {"for aliases", words("card_policy.aliases")},
                  {"for stages", words("card_policy.stages")},
                  {"protected aliases", words("protected_aliases")},
                  {"archived", mark("archived")},
                  {"created", mark("created")},
                  {"changed", mark("changed")},
                  {"id", text("id")}},
  };
  return view;
}

std::string registry_path(const std::string& name) {
  return "/v1/registries/" + percent_encode(name);
}

// What a registry asks of what is in it.
struct Policies {
  std::optional<std::string> description, visibility;
  std::vector<std::string> stages, transitions, card_sections, card_aliases, card_stages;
};
void declare_policies(Options& options, Policies& args) {
  options.option("--description", "TEXT", args.description, "what it is for; @FILE reads it")
      .choice("--visibility", {"organization", "restricted"}, args.visibility,
              "who sees it: all who may sign in, or who has a role in it")
      .option("--stage", "NAME", args.stages, "the stages that a version may be in, in their order")
      .option("--transition", "FROM:TO", args.transitions,
              "the only ways from stage to stage; \"none\" is no stage (default: each may follow each)")
      .option("--card-section", "TITLE", args.card_sections, "a heading that cards must have")
      .option("--card-alias", "NAME", args.card_aliases, "before a version gets this alias")
      .option("--card-stage", "NAME", args.card_stages, "before a version reaches this stage");
}

Result<json::Raw> transition(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
    return error(Cause::invalid_value, fmt::format("\"{}\" is no transition: FROM:TO is expected", text),
                 "--transition");
  }
  const auto end_of = [](const std::string& name) {
    return name == "none" ? std::optional<std::string>() : std::optional(name);
  };
  std::string out;
  json::ObjectWriter(out)
      .member("from", end_of(text.substr(0, colon)))
      .member("to", end_of(text.substr(colon + 1)))
      .close();
  return json::Raw(out);
}

Result<void> write_policies(json::ObjectWriter& body, const Policies& args) {
  if (args.description) {
    HERALD_TRY(const auto description, text_or_file(*args.description, "--description"));
    body.member("description", description);
  }
  body.member("visibility", args.visibility);
  if (args.stages.empty() && !args.transitions.empty())
    return error(Cause::missing_field, "transitions are laid out with their stages: give all of them",
                 "--stage");
  if (!args.stages.empty()) {
    std::vector<json::Raw> steps;
    for (const std::string& text : args.transitions) {
      HERALD_TRY(auto step, transition(text));
      steps.push_back(std::move(step));
    }
    json::ObjectWriter stages(body.key("stages"));
    stages.member("stages", args.stages).member("transitions", steps);
    stages.close();
  }
  if (args.card_sections.empty() && (!args.card_aliases.empty() || !args.card_stages.empty()))
    return error(Cause::missing_field, "what must a card have? name a heading", "--card-section");
  if (!args.card_sections.empty()) {
    json::ObjectWriter policy(body.key("card_policy"));
    policy.member("sections", args.card_sections)
        .member("aliases", args.card_aliases)
        .member("stages", args.card_stages);
    policy.close();
  }
  return {};
}

struct Create {
  std::string name;
  std::optional<std::string> kind;
  Policies policies;
};
void declare(Options& options, Create& args) {
  options.word("NAME", args.name, "a-z 0-9 - _ . , at most 64")
      .choice("--kind", {"model", "dataset"}, args.kind, "what it holds (default model)");
  declare_policies(options, args.policies);
}
Result<void> create(Session& session, const Create& args) {
  Request request{.method = "POST", .target = "/v1/registries", .body = ""};
  json::ObjectWriter body(*request.body);
  body.member("name", args.name).member("kind", args.kind);
  HERALD_CHECK(write_policies(body, args.policies));
  body.close();
  return session.show(request, registry_view());
}

struct List {
  std::optional<std::string> as_of;
  Paging paging;
};
void declare(Options& options, List& args) {
  declare_as_of(options, args.as_of);
  declare_paging(options, args.paging);
}
Result<void> run(Session& session, const List& args) {
  return session.list(Query("/v1/registries").add("as_of", args.as_of.value_or("")), registry_view(),
                      args.paging);
}

struct Show {
  std::string name;
  std::optional<std::string> as_of;
};
void declare(Options& options, Show& args) {
  options.word("NAME", args.name, "the registry");
  declare_as_of(options, args.as_of);
}
Result<void> show(Session& session, const Show& args) {
  return session.show({.target = Query(registry_path(args.name)).add("as_of", args.as_of.value_or("")).str()},
                      registry_view());
}

struct Update {
  std::string name;
  std::optional<std::string> reason;
  Policies policies;
  bool no_description = false, no_stages = false, no_card_policy = false;
};
void declare(Options& options, Update& args) {
  options.word("NAME", args.name, "the registry");
  declare_policies(options, args.policies);
  options.flag("--no-description", args.no_description, "take the description away")
      .flag("--no-stages", args.no_stages, "give up all stages; no version may be in one")
      .flag("--no-card-policy", args.no_card_policy, "ask for no cards any more");
  declare_reason(options, args.reason);
}
Result<void> update(Session& session, const Update& args) {
  const Policies& set = args.policies;
  if ((args.no_description && set.description) || (args.no_stages && !set.stages.empty()) ||
      (args.no_card_policy && !set.card_sections.empty())) {
    return error(Cause::invalid_value, "one thing is to be set and to be taken away at once");
  }
  Request request{.method = "PATCH", .target = registry_path(args.name), .body = ""};
  json::ObjectWriter body(*request.body);
  HERALD_CHECK(write_policies(body, set));
  if (args.no_description) body.key("description") += "null";
  if (args.no_stages) body.key("stages") += "null";
  if (args.no_card_policy) body.key("card_policy") += "null";
  body.close();
  return session.show(with_reason(std::move(request), args.reason), registry_view());
}

struct Archive {
  std::string name;
  std::optional<std::string> reason;
};
void declare(Options& options, Archive& args) {
  options.word("NAME", args.name, "the registry");
  declare_reason(options, args.reason);
}
Result<void> archive(Session& session, const Archive& args) {
  return session.show(
      with_reason({.method = "POST", .target = registry_path(args.name) + "/archive"}, args.reason),
      registry_view());
}
Result<void> restore(Session& session, const Archive& args) {
  return session.show(
      with_reason({.method = "POST", .target = registry_path(args.name) + "/restore"}, args.reason),
      registry_view());
}

struct History {
  std::string name;
  Paging paging;
};
void declare(Options& options, History& args) {
  options.word("NAME", args.name, "the registry");
  declare_paging(options, args.paging);
}
Result<void> history(Session& session, const History& args) {
  return session.list(Query(registry_path(args.name) + "/history"), event_view(), args.paging);
}

}  // namespace

void add_registry_commands(Program& program) {
  const Group group =
      program.group({"registry", "Registries: where models live. \"models\" is there from the start.",
                     "herald registry create datasets --kind dataset\n"
                     "herald model register datasets/customers\n"
                     "herald registry update models --stage dev --stage staging --stage live",
                     kRegistrySection});
  program.command<Create>(
      group,
      {"create", "Make a registry.",
       "herald registry create datasets --kind dataset\n"
       "herald registry create fraud --visibility restricted --description \"the fraud team's\""},
      declare, create);
  program.command<List>(group, {"list", "List the registries.", "herald registry list"}, declare, run);
  program.command<Show>(group, {"show", "Show one, with its policies.", "herald registry show models"},
                        declare, show);
  program.command<Update>(
      group,
      {"update", "Change what it is and what it asks for. Stages and cards are laid out as a whole.",
       "herald registry update models --stage dev --stage live --transition none:dev --transition dev:live\n"
       "herald registry update models --card-section \"Intended use\" --card-alias production\n"
       "herald registry update models --no-card-policy"},
      declare, update);
  program.command<Archive>(group,
                           {"archive", "Take nothing new into it until it is restored.",
                            "herald registry archive old --reason \"moved to fraud\""},
                           declare, archive);
  program.command<Archive>(group, {"restore", "Take it out of the archive.", "herald registry restore old"},
                           declare, restore);
  program.command<History>(
      group,
      {"history", "What happened to it, and which models came and went.", "herald registry history models"},
      declare, history);
}

}  // namespace herald::cli
