#include "api/known.h"

namespace herald::api {

Result<registry::VersionRecord> known_version(const registry::Reader& state,
                                              const registry::FoundModel& found,
                                              const registry::VersionSelector& selector) {
  if (selector.kind == registry::VersionSelector::Kind::number) {
    if (auto version = registry::find_version(state, found.model.id, selector.number))
      return std::move(*version);
  }
  return registry::resolve(state, found, selector);
}

Result<registry::FoundModel> known_model(const registry::Reader& state,
                                         const registry::ModelAddress& address) {
  auto named = registry::require_model(state, address.registry, address.model);
  const auto id = registry::ModelId::parse(address.model.str());
  if (named || !id) return named;
  const auto home = registry::find_registry(state, address.registry);
  auto model = registry::find_model(state, *id);
  if (!home || !model || model->registry_id != home->id || !model->deleted) return named;
  return registry::FoundModel{*home, std::move(*model)};
}

}  // namespace herald::api
