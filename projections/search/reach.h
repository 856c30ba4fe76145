// All the models that one caller sees, as data: for who asks of many at once what registry::Access answers one by one.
#pragma once

#include <set>
#include <string_view>

#include "registry/access.h"

namespace herald::projections::search {

// Whole registries, and single models of others.
struct Reach {
  bool all = false;
  std::set<registry::RegistryId> registries = {};
  std::set<registry::ModelId> models = {};
  bool sees(registry::RegistryId registry, registry::ModelId model) const {
    return all || registries.contains(registry) || models.contains(model);
  }
};

// `access`: of the principal, whose roles are read; and all registries are.
Reach reach_of(const registry::Access& access, const registry::Reader& state, std::string_view principal);

}  // namespace herald::projections::search
