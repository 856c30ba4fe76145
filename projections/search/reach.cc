#include "projections/search/reach.h"

#include <string>
#include <vector>

namespace herald::projections::search {
namespace {

using registry::ModelId;
using registry::Reader;
using registry::RegistryRecord;
using registry::Table;

constexpr std::size_t kIdBytes = 16;

// On which the principal, or a team that it is in, holds a role of their own. `principal`: its bytes.
void add_single_models(const Reader& state, std::string_view principal, std::string_view registry,
                       std::set<ModelId>& models) {
  const std::string scopes = std::string(principal).append(registry);
  state.scan(Table::roles, scopes, {}, [&](std::string_view key, std::string_view) {
    if (key.size() == scopes.size() + kIdBytes)
      models.insert(ModelId(Uuid::from_bytes(key.substr(scopes.size()))));
    return true;
  });
}

std::set<ModelId> single_models(const Reader& state, const std::vector<std::string>& holders,
                                const registry::Access& access, const RegistryRecord& registry) {
  std::set<ModelId> models;
  for (const std::string& holder : holders) add_single_models(state, holder, registry.id.bytes(), models);
  std::erase_if(models, [&](ModelId model) { return !access.on(registry, model); });
  if (!models.empty()) return models;
  // Its token is of one model, on which it has the role of the registry.
  state.scan(Table::model_names, registry.id.bytes(), {}, [&](std::string_view, std::string_view id) {
    const ModelId model(Uuid::from_bytes(id));
    if (access.on(registry, model)) models.insert(model);
    return models.empty();
  });
  return models;
}

}  // namespace

Reach reach_of(const registry::Access& access, const Reader& state, std::string_view principal) {
  Reach reach{.all = access.sees_all()};
  const auto id = Uuid::parse(principal);
  if (reach.all || !id) return reach;
  const registry::PrincipalId who(*id);
  std::vector<std::string> holders{std::string(who.bytes())};
  state.scan(Table::teams_of, who.bytes(), {}, [&](std::string_view key, std::string_view) {
    holders.emplace_back(key.substr(kIdBytes));
    return true;
  });
  state.scan(Table::registries, {}, {}, [&](std::string_view, std::string_view value) {
    const auto registry = record::decode<RegistryRecord>(value);
    if (access.in(registry)) {
      reach.registries.insert(registry.id);
    } else if (access.sees(registry)) {
      reach.models.merge(single_models(state, holders, access, registry));
    }
    return true;
  });
  return reach;
}

}  // namespace herald::projections::search
