// `herald apply`: makes the registry what files say it should be.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/plan.h"

namespace herald::cli {
namespace {

struct Apply {
  std::optional<std::string> file, reason;
  bool yes = false, dry_run = false;
};
void declare(Options& options, Apply& args) {
  options
      .option("-f,--file", "FILE|DIR|-", args.file,
              "what should be, as YAML; of a folder all *.yaml and *.yml; - reads standard input")
      .flag("--dry-run", args.dry_run,
            "show what would change, and end with 2 if anything would, else with 0")
      .flag("-y,--yes", args.yes, "do not ask")
      .option("--reason", "TEXT", args.reason, "why, kept with each change that takes a reason");
}

Result<std::optional<json::Document>> read_if_there(Client& client, const std::string& target) {
  const auto answer = client.get(target);
  if (!answer && answer.error().cause == Cause::not_found) return std::optional<json::Document>();
  if (!answer) return answer.error();
  HERALD_TRY(auto document, json::Document::parse(answer->body));
  return std::optional<json::Document>(std::move(document));
}

Result<Plan> plan_of(Client& client, const Manifest& manifest, const std::optional<std::string>& reason) {
  Present now;
  HERALD_TRY(const auto resource, read_if_there(client, target_of(manifest)));
  if (resource) now.resource = resource->root();
  if (const auto target = card_target_of(manifest); target && resource) {
    HERALD_TRY(const auto card, read_if_there(client, *target));
    if (card) now.card = string_at(card->root(), "text");
  }
  return plan_for(manifest, now, reason);
}

// What others refer to comes first: registries, models, automations.
Result<std::vector<Plan>> plans_of(Client& client, const std::vector<Manifest>& manifests,
                                   const std::optional<std::string>& reason) {
  std::vector<Plan> out;
  for (const std::size_t kind : {0u, 1u, 2u}) {
    for (const Manifest& manifest : manifests) {
      if (manifest.wanted.index() != kind) continue;
      HERALD_TRY(auto plan, plan_of(client, manifest, reason));
      out.push_back(std::move(plan));
    }
  }
  return out;
}

std::string_view word_of(Difference difference) {
  return difference == Difference::created ? "create" : difference == Difference::changed ? "change" : "none";
}

std::size_t count_of(const std::vector<Plan>& plans, Difference difference) {
  return static_cast<std::size_t>(std::count_if(
      plans.begin(), plans.end(), [&](const Plan& plan) { return plan.difference == difference; }));
}

void show(const Session& session, const std::vector<Plan>& plans) {
  std::string list;
  for (const Plan& plan : plans) {
    if (session.output() == Output::table) {
      session.print(render_plan(plan, session.style()));
    } else if (session.output() == Output::id) {
      if (plan.difference != Difference::none) session.print(plan.name + "\n");
    } else {
      std::vector<std::string> lines;
      for (const DifferenceLine& line : plan.lines)
        lines.push_back(fmt::format("{} {}", line.sign, line.text));
      std::string entry;
      json::ObjectWriter(entry)
          .member("name", plan.name)
          .member("change", std::string(word_of(plan.difference)))
          .member("lines", lines)
          .close();
      if (session.output() == Output::jsonl) session.print(entry + "\n");
      list += (list.empty() ? "" : ",") + entry;
    }
  }
  if (session.output() == Output::json) {
    if (const auto document = json::Document::parse("[" + list + "]"))
      session.print(render_json(document->root()) + "\n");
  }
  session.note(fmt::format("{} to create, {} to change, {} as they should be",
                           count_of(plans, Difference::created), count_of(plans, Difference::changed),
                           count_of(plans, Difference::none)));
}

Result<bool> agreed(const Apply& args) {
  if (args.yes) return true;
  if (args.file == "-" || ::isatty(STDIN_FILENO) != 1)
    return error(Cause::missing_field, "nobody can be asked here: --yes applies it, --dry-run only shows it",
                 "--yes");
  fmt::print(stderr, "apply it? [y/N] ");
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

Result<void> carry_out(Session& session, const std::vector<Plan>& plans) {
  std::size_t done = 0;
  for (const Plan& plan : plans) {
    for (const Request& request : plan.requests) {
      const auto answer = session.client().send(request);
      if (answer) continue;
      Error wrong = answer.error();
      wrong.message = fmt::format("{}: {} ({} before it are applied; applying again goes on from there)",
                                  plan.name, wrong.message, done);
      return wrong;
    }
    if (plan.difference != Difference::none) ++done;
  }
  session.note(fmt::format("{} applied", done));
  return {};
}

Result<void> apply(Session& session, const Apply& args) {
  if (!args.file) return error(Cause::missing_field, "-f FILE, -f DIR or -f - is expected", "--file");
  if (session.client_options().idempotency_key)
    return error(Cause::invalid_value,
                 "a key names one change, and apply may make several: applying twice is safe without one",
                 "--idempotency-key");
  HERALD_TRY(const auto manifests, read_manifest_files(*args.file));
  HERALD_TRY(const auto plans, plans_of(session.client(), manifests, args.reason));
  show(session, plans);
  const bool changes = count_of(plans, Difference::none) < plans.size();
  if (args.dry_run) {
    session.end_with(changes ? ExitCode::usage : ExitCode::ok);
    return {};
  }
  if (!changes) return {};
  HERALD_TRY(const bool yes, agreed(args));
  if (!yes) return error(Cause::not_allowed_now, "not applied");
  return carry_out(session, plans);
}

Result<void> run(Session& session, const Apply& args) {
  Result<void> result = apply(session, args);
  if (!result && args.dry_run) session.end_with(ExitCode::failure);  // 2 says that something would change
  return result;
}

}  // namespace

void add_apply_commands(Program& program) {
  program.command<Apply>(
      program.top(),
      {"apply", "Make registries, models and automations what YAML files say, after showing what changes.",
       "herald apply -f registry/ --dry-run               # 0: nothing to do, 2: something would change, 1: "
       "an error\n"
       "herald apply -f registry/ --yes --reason \"release 4.2\"\n"
       "herald apply -f - --yes <<'YAML'\n"
       "registry: models\n"
       "card_policy: {sections: [Intended use], aliases: [production]}\n"
       "protected_aliases: [production]\n"
       "---\n"
       "model: churn\n"
       "description: who leaves next month\n"
       "tags: {team: risk, tier: 1, outdated: null}       # null takes away; what is not named is left "
       "alone\n"
       "aliases: {production: v3}\n"
       "---\n"
       "automation: tell-deployer\n"
       "on: [alias.assigned]\n"
       "scope: {model: churn}\n"
       "actions: [{kind: webhook, url: \"https://deploy.example.com/hook\"}]\n"
       "YAML",
       kRegistrySection},
      declare, run);
}

}  // namespace herald::cli
