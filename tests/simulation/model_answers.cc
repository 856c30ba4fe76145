// What the model answers to every question.
#include <fmt/format.h>

#include "tests/simulation/model.h"

namespace herald::simulation {
namespace {

std::string number_or_dash(std::uint64_t number) {
  return number == 0 ? "-" : std::to_string(number);
}
std::string unless_none(const std::string& said) {
  return said == "none" ? "-" : said;
}
std::string version_in(const std::string& model, std::uint64_t number) {
  return fmt::format("{}:v{}", model, number);
}

}  // namespace

void Model::answer_models(Answers& answers) const {
  for (const auto& [name, registry] : registries_) {
    std::string guarded;
    for (const std::string& alias : registry.guarded) guarded += alias + ";";
    answers["registry " + name] =
        fmt::format("{} {} {} stages={} policy={} protected={} archived={} {}", registry.kind,
                    registry.visibility, registry.description, unless_none(layout::stages(registry.stages)),
                    unless_none(layout::policy(registry.policy)), guarded, registry.archived,
                    layout::marks(registry.created, registry.changed));
  }
  for (const auto& [name, id] : names_) answers["name " + name] = id;
  for (const auto& [id, model] : models_) {
    Number latest = 0;
    for (const auto& [number, version] : model.versions) {
      if (version.status == "ready" && version.deleted == 0) latest = number;
      std::string artifacts;
      for (const std::string& artifact : version.artifacts) artifacts += artifact + ";";
      answers[version_in(id, number)] =
          fmt::format("{} {} {} {} {} {} {} [{}] stage={}@{} deleted={} {}", version.status, version.metadata,
                      layout::numbers(version.metrics), version.run, version.description,
                      layout::card(version.card), layout::pairs(version.tags), artifacts, version.stage,
                      version.staged, version.deleted, layout::marks(version.created, version.changed));
      if (version.stage != "-")
        answers[fmt::format("stage {} {} {}", model.registry, version.stage, version_in(id, number))] =
            "holds it";
    }
    const std::string key = model.deleted != 0 ? "deleted " + id : model.place();
    for (const auto& [name, alias] : model.aliases) {
      answers[key + "@" + name] = fmt::format("{} was {} {} @{}", alias.version,
                                              number_or_dash(alias.previous), alias.reason, alias.assigned);
    }
    for (const auto& [comment_id, comment] : model.comments) {
      answers[fmt::format("comment {} {}", id, comment_id)] =
          fmt::format("{} {} edited={} @{}", number_or_dash(comment.version), comment.text, comment.edited,
                      comment.created);
    }
    answers[key] = fmt::format(
        "{} {} {} {} {} last={} latest={} aliases={} archived={} deleted={} {}", model.place(),
        model.description, layout::card(model.card), model.owner, layout::pairs(model.tags),
        model.versions.empty() ? 0 : model.versions.rbegin()->first, number_or_dash(latest),
        model.aliases.size(), model.archived, model.deleted, layout::marks(model.created, model.changed));
  }
}

void Model::answer_lineage(Answers& answers) const {
  for (const auto& [id, artifact] : artifacts_) {
    answers["artifact " + id] = fmt::format("{} {} deleted={} @{}", artifact.name, artifact.files,
                                            artifact.deleted, artifact.created);
  }
  for (const auto& [edge, found] : edges_) {
    answers[fmt::format("edge {} {} {}", std::get<0>(edge), std::get<1>(edge), std::get<2>(edge))] =
        fmt::format("{} {} @{} both ways", found.upstream, found.downstream, found.recorded);
  }
  for (const auto& [of, usage] : usage_) {
    const auto& [model, version, consumer] = of;
    answers[fmt::format("usage {} {}", version_in(model, version), consumer)] = fmt::format(
        "{} {} {} {} @{}", usage.alias, usage.count, usage.first.str(), usage.last.str(), usage.recorded);
  }
  for (const auto& [of, evaluation] : evaluations_) {
    const auto& [model, version, id] = of;
    answers[fmt::format("evaluation {} {}", version_in(model, version), id)] = evaluation;
  }
}

void Model::answer_access(Answers& answers) const {
  for (const auto& [id, principal] : principals_) {
    answers["principal " + id] =
        fmt::format("{} {} {} {}", principal.kind, principal.enabled ? "on" : "off", principal.entry,
                    layout::marks(principal.created, principal.changed));
  }
  for (const auto& [team, member] : teams_)
    answers[fmt::format("team {} {}", team, member)] = "member both ways";
  for (const auto& [held, role] : roles_) {
    answers[fmt::format("role {} {}", held.first, held.second)] =
        fmt::format("{} {} @{} both ways", role.role, role.scope, role.granted);
    answers["holders of roles"] += "|";
  }
  for (const auto& [id, token] : tokens_) {
    answers["token " + id] = fmt::format("{} {} revoked={} @{} of {}", token.principal, token.facts,
                                         token.revoked, token.issued, token.principal);
  }
}

void Model::answer_automations(Answers& answers) const {
  for (const auto& [id, automation] : automations_) {
    answers["automation " + automation.name] =
        fmt::format("{} {} actions={} {}", id, automation.enabled ? "on" : "off", automation.actions,
                    layout::marks(automation.created, automation.changed));
  }
  for (const auto& [id, delivery] : deliveries_) {
    answers["delivery " + id] =
        fmt::format("{} {} {} {} action={} by {} @{}", delivery.automation, delivery.event, delivery.state,
                    delivery.attempts, delivery.action, delivery.by, delivery.changed);
  }
  for (const auto& [name, secret] : secrets_) {
    answers["secret " + name] =
        fmt::format("{} {} @{}", secret.number, secret.removed ? "removed" : "set", secret.changed);
  }
}

Answers Model::answers() const {
  Answers answers;
  answer_models(answers);
  answer_lineage(answers);
  answer_access(answers);
  answer_automations(answers);
  return answers;
}

}  // namespace herald::simulation
