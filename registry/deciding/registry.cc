// Registries and their policies.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "registry/deciding/rules.h"
#include "registry/sentence.h"

namespace herald::registry::deciding {
namespace {

struct RegistryAnswer {
  RegistryName registry;
  RegistryId id;
};
BOOST_DESCRIBE_STRUCT(RegistryAnswer, (), (registry, id))

std::string registry_answer(const RegistryRecord& registry) {
  return json::to_json(RegistryAnswer{registry.name, registry.id});
}

template <class NameType>
Result<void> check_each_once(const std::vector<NameType>& names, std::size_t most, const std::string& field) {
  if (names.size() > most) {
    return error(Cause::too_many, fmt::format("{} are too many: at most {} are allowed", names.size(), most),
                 field);
  }
  std::set<NameType> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (seen.insert(names[i]).second) continue;
    return error(Cause::invalid_value, fmt::format("{} is named twice", in_quotes(names[i])),
                 fmt::format("{}[{}]", field, i));
  }
  return {};
}

bool has(const StageSet& stages, const std::optional<StageName>& stage) {
  return !stage || std::find(stages.stages.begin(), stages.stages.end(), *stage) != stages.stages.end();
}

Result<void> check_stages(const StageSet& stages) {
  HERALD_CHECK(check_each_once(stages.stages, limits::kMaxStages, "stages.stages"));
  if (stages.transitions.size() > limits::kMaxStageTransitions) {
    return error(Cause::too_many,
                 fmt::format("{} transitions are too many: at most {} are allowed", stages.transitions.size(),
                             limits::kMaxStageTransitions),
                 "stages.transitions");
  }
  for (std::size_t i = 0; i < stages.transitions.size(); ++i) {
    const StageTransition& step = stages.transitions[i];
    for (const auto& [end, name] : {std::pair{&step.from, "from"}, std::pair{&step.to, "to"}}) {
      if (has(stages, *end)) continue;
      return error(Cause::invalid_value, fmt::format("{} is none of the stages", in_quotes(**end)),
                   fmt::format("stages.transitions[{}].{}", i, name));
    }
    if (step.from == step.to) {
      return error(Cause::invalid_value, "a transition leads from one stage to another",
                   fmt::format("stages.transitions[{}]", i));
    }
  }
  return {};
}

// A version in that stage, if there is one. Those of deleted models stand nowhere any more, and what is deleted itself comes
// back without a stage that was given up meanwhile.
std::optional<std::string> version_in_stage(const Reader& state, RegistryId registry,
                                            const StageName& stage) {
  const std::string prefix = std::string(registry.bytes()).append(stage.str()).append(1, '\0');
  std::optional<std::string> found;
  state.scan(Table::stage_versions, prefix, {}, [&](std::string_view key, std::string_view) {
    key.remove_prefix(prefix.size());
    const ModelId id(Uuid::from_bytes(key.substr(0, registry.bytes().size())));
    const auto model = find_model(state, id);
    if (!model || model->deleted) return true;
    const VersionNumber number(read_be64(key.substr(registry.bytes().size())));
    const auto version = find_version(state, id, number);
    if (!version || version->deleted) return true;
    found = fmt::format("version {} of model {}", label(number), in_quotes(model->name));
    return false;
  });
  return found;
}

// A version stays in the stage that it is in: what a registry gives up must be empty.
Result<void> check_stages_given_up(const Reader& state, const RegistryRecord& registry, const StageSet& to) {
  if (!registry.stages) return {};
  for (const StageName& stage : registry.stages->stages) {
    if (has(to, stage)) continue;
    const auto version = version_in_stage(state, registry.id, stage);
    if (!version) continue;
    return error(
        Cause::not_allowed_now,
        fmt::format("{} is in stage {}: move it before the stage is given up", *version, in_quotes(stage)),
        "stages.stages");
  }
  return {};
}

// `present`: the policy that is there and is left as it is.
Result<void> check_policy_keeps_its_stages(const RegistryRecord& present, const StageSet& stages) {
  if (!present.card_policy) return {};
  for (const StageName& stage : present.card_policy->stages) {
    if (has(stages, stage)) continue;
    return error(
        Cause::not_allowed_now,
        fmt::format("the card policy of registry {} is about stage {}: change \"card_policy\" first, or "
                    "with \"stages\"",
                    in_quotes(present.name), in_quotes(stage)),
        "stages.stages");
  }
  return {};
}

// `stages`: those that the registry then has.
Result<void> check_policy(const CardPolicy& policy, const StageSet& stages) {
  HERALD_CHECK(check_each_once(policy.sections, limits::kMaxPolicySections, "card_policy.sections"));
  HERALD_CHECK(check_each_once(policy.aliases, limits::kMaxAliasesPerModel, "card_policy.aliases"));
  HERALD_CHECK(check_each_once(policy.stages, limits::kMaxStages, "card_policy.stages"));
  for (std::size_t i = 0; i < policy.stages.size(); ++i) {
    if (has(stages, policy.stages[i])) continue;
    return error(Cause::invalid_value,
                 fmt::format("{} is none of the stages: {}", in_quotes(policy.stages[i]),
                             stages.stages.empty() ? "the registry has none, lay them out in \"stages\""
                                                   : "name one that \"stages\" has, or add it there"),
                 fmt::format("card_policy.stages[{}]", i));
  }
  const bool is_about_something = !policy.aliases.empty() || !policy.stages.empty();
  if (policy.sections.empty() == !is_about_something) return {};
  if (!is_about_something)
    return error(Cause::invalid_value, "name the aliases or the stages that ask for these sections",
                 "card_policy");
  return error(
      Cause::invalid_value,
      "\"sections\" is empty: name those that the card must have; null in place of the policy takes it "
      "away",
      "card_policy.sections");
}

// Notes `wanted` in `to`, and what was there in `from`, where they differ; nothing and empty are the same.
template <class Value>
void note(const std::optional<Value>& present, const std::optional<Value>& wanted, std::optional<Value>& from,
          std::optional<Value>& to) {
  if (!wanted || present.value_or(Value{}) == *wanted) return;
  from = present;
  to = wanted;
}

}  // namespace

Result<Decision> rule(const Reader& state, const CreateRegistry& command) {
  if (find_registry(state, command.name)) {
    return taken(fmt::format("registry {} exists already", in_quotes(command.name)), "name");
  }
  if (command.stages) HERALD_CHECK(check_stages(*command.stages));
  if (command.card_policy)
    HERALD_CHECK(check_policy(*command.card_policy, command.stages.value_or(StageSet{})));
  Decision decision{{}, true, json::to_json(RegistryAnswer{command.name, command.new_id})};
  decision.drafts.push_back(
      {RegistryCreated{command.new_id, command.name, command.kind, command.visibility}, {}});
  RegistryFacts from, to;
  note({}, command.description, from.description, to.description);
  note({}, command.stages, from.stages, to.stages);
  note({}, command.card_policy, from.card_policy, to.card_policy);
  if (to != RegistryFacts{})
    decision.drafts.push_back({RegistryUpdated{{command.new_id, command.name}, from, to}, {}});
  return decision;
}

Result<Decision> rule(const Reader& state, const UpdateRegistry& command) {
  HERALD_TRY(const auto registry, open_registry(state, command.name));
  if (command.stages) {
    HERALD_CHECK(check_stages(*command.stages));
    HERALD_CHECK(check_stages_given_up(state, registry, *command.stages));
  }
  const StageSet stages = command.stages ? *command.stages : registry.stages.value_or(StageSet{});
  if (command.card_policy) {
    HERALD_CHECK(check_policy(*command.card_policy, stages));
  } else if (command.stages) {
    HERALD_CHECK(check_policy_keeps_its_stages(registry, stages));
  }
  Decision decision{{}, false, registry_answer(registry)};
  RegistryFacts from, to;
  if (command.description.given)
    note(registry.description, std::optional(command.description.value.value_or(TextRef{})), from.description,
         to.description);
  note(std::optional(registry.visibility), command.visibility, from.visibility, to.visibility);
  note(registry.stages, command.stages, from.stages, to.stages);
  note(registry.card_policy, command.card_policy, from.card_policy, to.card_policy);
  if (to != RegistryFacts{})
    decision.drafts.push_back({RegistryUpdated{{registry.id, registry.name}, from, to}, {}});
  return decision;
}

Result<Decision> rule(const Reader& state, const SetRegistryArchived& command) {
  HERALD_TRY(const auto registry, require_registry(state, command.name));
  Decision decision{{}, false, registry_answer(registry)};
  const OfRegistry of{registry.id, registry.name};
  if (command.archived == registry.archived.has_value()) return decision;
  if (command.archived) {
    decision.drafts.push_back({RegistryArchived{of}, {}});
  } else {
    decision.drafts.push_back({RegistryRestored{of}, {}});
  }
  return decision;
}

Result<Decision> rule(const Reader& state, const SetAliasProtected& command) {
  HERALD_TRY(const auto registry, open_registry(state, command.registry));
  const auto& aliases = registry.protected_aliases;
  Decision decision{{}, false, registry_answer(registry)};
  const OfRegistry of{registry.id, registry.name};
  if (command.is_protected == std::binary_search(aliases.begin(), aliases.end(), command.alias))
    return decision;
  if (!command.is_protected) {
    decision.drafts.push_back({AliasUnprotected{of, command.alias}, {}});
    return decision;
  }
  if (aliases.size() == limits::kMaxAliasesPerModel) {
    return error(Cause::too_many,
                 fmt::format("registry {} protects {} aliases: no more are allowed", in_quotes(registry.name),
                             aliases.size()),
                 "alias");
  }
  decision.drafts.push_back({AliasProtected{of, command.alias}, {}});
  return decision;
}

Result<RegistryRecord> open_registry(const Reader& state, const RegistryName& name) {
  HERALD_TRY(auto registry, require_registry(state, name));
  if (!registry.archived) return registry;
  return error(Cause::not_allowed_now, fmt::format("registry {} is archived since event {}: restore it first",
                                                   in_quotes(name), registry.archived->sequence));
}

}  // namespace herald::registry::deciding
