// The model's registries: what they ask of what is in them.
#include <fmt/format.h>

#include <algorithm>

#include "tests/simulation/model.h"

namespace herald::simulation {
namespace {

using namespace registry;

std::string said_visibility(Visibility visibility) {
  return visibility == Visibility::restricted ? "restricted" : "organization";
}

bool is_one_of(const StageSet& set, const std::string& stage) {
  return std::any_of(set.stages.begin(), set.stages.end(),
                     [&](const StageName& name) { return name.str() == stage; });
}

void check(const StageSet& set) {
  for (const auto& [from, to] : set.transitions) {
    for (const auto& end : {from, to}) {
      if (end && !is_one_of(set, end->str())) throw Cause::invalid_value;
    }
    if (from == to) throw Cause::invalid_value;
  }
}

void check(const CardPolicy& policy, const StageSet& stages) {
  for (const StageName& stage : policy.stages) {
    if (!is_one_of(stages, stage.str())) throw Cause::invalid_value;
  }
  const bool is_about_something = !policy.aliases.empty() || !policy.stages.empty();
  if (policy.sections.empty() == is_about_something) throw Cause::invalid_value;
}

}  // namespace

void Model::run(const CreateRegistry& c) {
  if (registries_.contains(c.name.str())) throw Cause::already_exists;
  if (c.stages) check(*c.stages);
  if (c.card_policy) check(*c.card_policy, c.stages.value_or(StageSet{}));
  Registry& registry = registries_[c.name.str()];
  registry.kind = c.kind == RegistryKind::model ? "model" : "dataset";
  registry.visibility = said_visibility(c.visibility.value_or(Visibility::organization));
  registry.created = registry.changed = fact(fmt::format(
      "registry.created {} {} {}", c.name.str(), registry.kind, c.visibility ? registry.visibility : "-"));
  change_facts(c.name.str(), registry, {}, c.description, c.stages, c.card_policy);
}

// One fact for all of them that change.
void Model::change_facts(const std::string& name, Registry& registry,
                         const std::optional<Visibility>& visibility,
                         const std::optional<TextRef>& description, const std::optional<StageSet>& stages,
                         const std::optional<CardPolicy>& policy) {
  std::string from, to;
  bool changes = false;
  const auto part = [&](const std::string& word, const std::string& present, bool is_asked,
                        const std::string& wanted) {
    const bool differs = is_asked && present != wanted && !(present == "-" && wanted == "none");
    changes |= differs;
    from += fmt::format(" {}={}", word, differs ? present : "-");
    to += fmt::format(" {}={}", word, differs ? wanted : "-");
    return differs;
  };
  const auto unless_none = [](const std::string& said) { return said == "none" ? "-" : said; };
  const std::string wanted_visibility = visibility ? said_visibility(*visibility) : "";
  const std::string wanted_description = layout::text(description);
  if (part("visibility", registry.visibility, visibility.has_value(), wanted_visibility))
    registry.visibility = wanted_visibility;
  if (part("description", registry.description, description.has_value(), wanted_description))
    registry.description = unless_none(wanted_description);
  if (part("stages", unless_none(layout::stages(registry.stages)), stages.has_value(),
           layout::stages(stages.value_or(StageSet{}))))
    registry.stages = *stages;
  if (part("policy", unless_none(layout::policy(registry.policy)), policy.has_value(),
           layout::policy(policy.value_or(CardPolicy{}))))
    registry.policy = *policy;
  if (changes) registry.changed = fact(fmt::format("registry.updated {}{} ->{}", name, from, to));
}

void Model::run(const UpdateRegistry& c) {
  Registry& registry = open_registry(c.name);
  if (c.stages) {
    check(*c.stages);
    for (const auto& [id, model] : models_) {
      if (model.registry != c.name.str() || model.deleted != 0) continue;
      for (const auto& [number, version] : model.versions) {
        if (version.deleted == 0 && version.stage != "-" && !is_one_of(*c.stages, version.stage))
          throw Cause::not_allowed_now;
      }
    }
  }
  const StageSet& stages = c.stages ? *c.stages : registry.stages;
  if (c.card_policy) check(*c.card_policy, stages);
  for (const StageName& stage : registry.policy.stages) {
    if (!c.card_policy && c.stages && !is_one_of(stages, stage.str())) throw Cause::not_allowed_now;
  }
  std::optional<TextRef> description;
  if (c.description.given) description = c.description.value.value_or(TextRef{});
  change_facts(c.name.str(), registry, c.visibility, description, c.stages, c.card_policy);
}

void Model::run(const SetRegistryArchived& c) {
  Registry& registry = registry_at(c.name);
  if (c.archived == (registry.archived != 0)) return;
  registry.changed = fact(fmt::format("registry.{} {}", c.archived ? "archived" : "restored", c.name.str()));
  registry.archived = c.archived ? registry.changed : 0;
}

void Model::run(const SetAliasProtected& c) {
  Registry& registry = open_registry(c.registry);
  const std::string alias = c.alias.str();
  if (c.is_protected == registry.guarded.contains(alias)) return;
  registry.changed = fact(
      fmt::format("alias.{} {} {}", c.is_protected ? "protected" : "unprotected", c.registry.str(), alias));
  if (c.is_protected) {
    registry.guarded.insert(alias);
  } else {
    registry.guarded.erase(alias);
  }
}

}  // namespace herald::simulation
