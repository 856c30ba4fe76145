// `herald apply`: makes the registry what files say it should be.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "base/limits.h"
#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/plan.h"
#include "cli/terminal.h"
#include "cli/url.h"

namespace herald::cli {
namespace {

struct Apply {
  std::optional<std::string> file, reason;
  bool yes = false, dry_run = false, prune = false;
};
void declare(Options& options, Apply& args) {
  options
      .option("-f,--file", "FILE|DIR|-", args.file,
              "what should be, as YAML; of a folder all *.yaml and *.yml; - reads standard input")
      .flag("--dry-run", args.dry_run,
            "show what would change, and end with 2 if anything would, else with 0")
      .flag("--prune", args.prune,
            "take away what is there and is not named: tags and aliases beside those that a document lists, "
            "automations of the same scopes; never models or versions")
      .flag("-y,--yes", args.yes, "do not ask");
  declare_reason(options, args.reason);
}

Result<std::optional<json::Document>> read_if_there(Client& client, const std::string& target) {
  const auto answer = client.get(target);
  if (!answer && answer.error().cause == Cause::not_found) return std::optional<json::Document>();
  if (!answer) return answer.error();
  HERALD_TRY(auto document, json::Document::parse(answer->body));
  return std::optional<json::Document>(std::move(document));
}

Prune prune_of(const Apply& args) {
  return args.prune ? Prune::yes : Prune::no;
}

// An owner may be written by name; the server keeps ids.
Result<Manifest> with_owner_id(Client& client, Manifest manifest) {
  auto* model = std::get_if<ModelWanted>(&manifest.wanted);
  if (model == nullptr || !model->owner.value) return manifest;
  auto id = principal_id(client, *model->owner.value);
  if (!id) {
    Error wrong = std::move(id).error();
    wrong.message = fmt::format("{}: {}", manifest.where, wrong.message);
    return wrong;
  }
  model->owner.value = *id;
  return manifest;
}

// A plan that names a version that is not there could not be carried out, and would stop halfway.
Result<void> check_versions_of_aliases(Client& client, const Manifest& manifest) {
  const auto* const model = std::get_if<ModelWanted>(&manifest.wanted);
  if (model == nullptr) return {};
  for (const auto& [alias, number] : model->aliases) {
    if (!number) continue;
    HERALD_TRY(const auto version,
               read_if_there(client, model->model.path() + "/versions/" + std::to_string(*number)));
    if (version) continue;
    return error(
        Cause::not_found,
        fmt::format("{}: model {}: alias \"{}\" goes to {}, which is not there: register it first, or name "
                    "another; nothing is applied",
                    manifest.where, model->model.str(), alias, "v" + std::to_string(*number)),
        "version");
  }
  return {};
}

// A new model needs a registry that takes it: one that is there, or that a document before it makes.
Result<void> check_registry_of_new(Client& client, const ModelWanted& model, const std::string& where,
                                   const std::vector<Manifest>& manifests) {
  const std::string name = model.model.registry.str();
  const bool is_made = std::any_of(manifests.begin(), manifests.end(), [&](const Manifest& manifest) {
    const auto* const registry = std::get_if<RegistryWanted>(&manifest.wanted);
    return registry != nullptr && registry->name.str() == name;
  });
  HERALD_TRY(const auto registry, read_if_there(client, "/v1/registries/" + percent_encode(name)));
  if (!registry && !is_made)
    return error(Cause::not_found,
                 fmt::format("{}: model {} is of registry \"{}\", which is not there: write a document "
                             "\"registry: {}\" for it, or name another; nothing is applied",
                             where, model.model.str(), name, name),
                 "registry");
  if (registry && member_at(registry->root(), "archived"))
    return error(Cause::not_allowed_now,
                 fmt::format("{}: registry \"{}\" is archived and takes no model {}: herald registry restore "
                             "{}; nothing is applied",
                             where, name, model.model.str(), name));
  return {};
}

// What the server would refuse halfway, when the changes before it are made already.
Result<void> check_can_be_applied(Client& client, const Manifest& manifest, const Present& now,
                                  const Plan& plan, const std::vector<Manifest>& manifests) {
  const auto* const model = std::get_if<ModelWanted>(&manifest.wanted);
  if (model == nullptr || plan.requests.empty()) return {};
  if (!now.resource) return check_registry_of_new(client, *model, manifest.where, manifests);
  if (!member_at(*now.resource, "archived")) return {};
  return error(Cause::not_allowed_now,
               fmt::format("{}: model {} is archived, and nothing of it changes: herald model restore {}; "
                           "nothing is applied",
                           manifest.where, model->model.str(), model->model.str()));
}

// So that the difference shows people by their names.
void meet_owners(const Session& session, const Manifest& manifest, const Present& now) {
  if (session.output() != Output::table) return;
  if (now.resource) session.style_for(*now.resource);
  const auto* const model = std::get_if<ModelWanted>(&manifest.wanted);
  if (model == nullptr || !model->owner.value) return;
  std::string wanted;
  json::ObjectWriter(wanted).member("owner", *model->owner.value).close();
  if (const auto document = json::Document::parse(wanted)) session.style_for(document->root());
}

Result<Plan> plan_of(Session& session, const Manifest& written, const Apply& args,
                     const std::vector<Manifest>& manifests) {
  Client& client = session.client();
  HERALD_TRY(const Manifest manifest, with_owner_id(client, written));
  HERALD_CHECK(check_versions_of_aliases(client, manifest));
  Present now;
  HERALD_TRY(const auto resource, read_if_there(client, target_of(manifest)));
  if (resource) now.resource = resource->root();
  if (const auto target = card_target_of(manifest); target && resource) {
    HERALD_TRY(const auto card, read_if_there(client, *target));
    if (card) now.card = string_at(card->root(), "text");
  }
  HERALD_TRY(auto plan, plan_for(manifest, now, args.reason, prune_of(args)));
  HERALD_CHECK(check_can_be_applied(client, manifest, now, plan, manifests));
  meet_owners(session, manifest, now);
  return plan;
}

// Who may not see automations is not told of those that no file names, and takes none away.
Result<std::vector<Plan>> plans_of_unnamed(Client& client, const std::vector<Manifest>& manifests,
                                           const Apply& args) {
  std::vector<json::Document> pages;
  std::vector<json::Value> automations;
  std::string cursor;
  do {
    const auto answer = client.get(Query("/v1/automations")
                                       .add("limit", std::to_string(limits::kMaxPageSize))
                                       .add("cursor", cursor)
                                       .str());
    if (!answer && answer.error().cause == Cause::denied && !args.prune) return std::vector<Plan>();
    if (!answer) return answer.error();
    HERALD_TRY(auto document, json::Document::parse(answer->body));
    pages.push_back(std::move(document));
    const json::Value page = pages.back().root();
    if (const auto items = page.find("items")) {
      for (const json::Value automation : items->elements()) automations.push_back(automation);
    }
    cursor = string_at(page, "next");
  } while (!cursor.empty());
  return plans_for_unnamed(manifests, automations, prune_of(args), args.reason);
}

// What others refer to comes first: registries, models, automations; what goes, goes last.
Result<std::vector<Plan>> plans_of(Session& session, const std::vector<Manifest>& manifests,
                                   const Apply& args) {
  std::vector<Plan> out;
  for (const std::size_t kind : {0u, 1u, 2u}) {
    for (const Manifest& manifest : manifests) {
      if (manifest.wanted.index() != kind) continue;
      HERALD_TRY(auto plan, plan_of(session, manifest, args, manifests));
      out.push_back(std::move(plan));
    }
  }
  HERALD_TRY(auto unnamed, plans_of_unnamed(session.client(), manifests, args));
  std::move(unnamed.begin(), unnamed.end(), std::back_inserter(out));
  return out;
}

std::string_view word_of(Difference difference) {
  switch (difference) {
    case Difference::none:
      return "none";
    case Difference::created:
      return "create";
    case Difference::changed:
      return "change";
    case Difference::removed:
      return "remove";
  }
  return "none";
}

std::size_t count_of(const std::vector<Plan>& plans, Difference difference) {
  return static_cast<std::size_t>(std::count_if(
      plans.begin(), plans.end(), [&](const Plan& plan) { return plan.difference == difference; }));
}

void show(const Session& session, const std::vector<Plan>& plans) {
  std::string list;
  for (const Plan& plan : plans) {
    if (session.output() == Output::table) {
      session.print(with_names(render_plan(plan, session.style()), session.style()));
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
          .member("unnamed", plan.unnamed)
          .close();
      if (session.output() == Output::jsonl) session.print(entry + "\n");
      list += (list.empty() ? "" : ",") + entry;
    }
  }
  if (session.output() == Output::json) {
    if (const auto document = json::Document::parse("[" + list + "]"))
      session.print(render_json(document->root()) + "\n");
  }
  const std::size_t removed = count_of(plans, Difference::removed);
  const auto as_wanted = std::count_if(plans.begin(), plans.end(), [](const Plan& plan) {
    return plan.difference == Difference::none && plan.unnamed.empty();
  });
  session.note(fmt::format("{} to create, {} to change, {}{} as they should be",
                           count_of(plans, Difference::created), count_of(plans, Difference::changed),
                           removed > 0 ? fmt::format("{} to remove, ", removed) : "", as_wanted));
  std::size_t unnamed = 0;
  for (const Plan& plan : plans) unnamed += plan.unnamed.size();
  if (unnamed > 0)
    session.note(fmt::format("{} {} no file names (marked !): --prune takes {} away", unnamed,
                             unnamed == 1 ? "is there that" : "are there that",
                             unnamed == 1 ? "it" : "them"));
}

Result<bool> agreed(const Apply& args) {
  if (args.yes) return true;
  if (args.file == "-" || ::isatty(STDIN_FILENO) != 1)
    return error(Cause::missing_field, "nobody can be asked here: --yes applies it, --dry-run only shows it",
                 "--yes");
  return says_yes("apply it? [y/N] ");
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
  HERALD_TRY(const auto plans, plans_of(session, manifests, args));
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
       "herald apply -f registry/ --prune                 # what no file names any more goes, too\n"
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
