#include <algorithm>

#include "registry/evolving/apply.h"

namespace herald::registry::evolving {
namespace {

template <class Change>
void change_registry(const Step& step, RegistryId id, Change&& change) {
  step.update<RegistryRecord>(Table::registries, id.bytes(), [&](RegistryRecord& registry) {
    change(registry);
    registry.changed = step.mark;
  });
}

// What is taken away is empty in the event.
template <class Value>
std::optional<Value> unless_empty(const Value& value, bool is_empty) {
  return is_empty ? std::nullopt : std::optional(value);
}

}  // namespace

void apply(const Step& step, const RegistryCreated& fact) {
  RegistryRecord registry;
  registry.id = fact.registry_id;
  registry.name = fact.registry;
  registry.kind = fact.kind;
  registry.visibility = fact.visibility.value_or(Visibility::organization);
  registry.created = registry.changed = step.mark;
  step.store(Table::registries, fact.registry_id.bytes(), registry);
  step.state.put(Table::registry_names, fact.registry.str(), fact.registry_id.bytes());
}

void apply(const Step& step, const RegistryUpdated& fact) {
  const RegistryFacts& to = fact.to;
  change_registry(step, fact.registry_id, [&](RegistryRecord& registry) {
    if (to.visibility) registry.visibility = *to.visibility;
    if (to.description) registry.description = unless_empty(*to.description, to.description->bytes == 0);
    if (to.stages) registry.stages = unless_empty(*to.stages, to.stages->stages.empty());
    if (to.card_policy)
      registry.card_policy = unless_empty(*to.card_policy, to.card_policy->sections.empty());
  });
}

void apply(const Step& step, const RegistryArchived& fact) {
  change_registry(step, fact.registry_id, [&](RegistryRecord& registry) { registry.archived = step.mark; });
}

void apply(const Step& step, const RegistryRestored& fact) {
  change_registry(step, fact.registry_id, [&](RegistryRecord& registry) { registry.archived.reset(); });
}

void apply(const Step& step, const AliasProtected& fact) {
  change_registry(step, fact.registry_id, [&](RegistryRecord& registry) {
    auto& aliases = registry.protected_aliases;
    aliases.insert(std::lower_bound(aliases.begin(), aliases.end(), fact.alias), fact.alias);
  });
}

void apply(const Step& step, const AliasUnprotected& fact) {
  change_registry(step, fact.registry_id,
                  [&](RegistryRecord& registry) { std::erase(registry.protected_aliases, fact.alias); });
}

}  // namespace herald::registry::evolving
