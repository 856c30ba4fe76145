#include "api/names.h"

#include "work/directory.h"

namespace herald::api {

std::optional<std::string> Names::of(registry::PrincipalId id) const {
  const auto known = known_.find(id);
  if (known != known_.end()) return known->second;
  const auto entry = work::find_entry(work_, id);
  auto name = entry ? std::optional(entry->name) : std::nullopt;
  return known_.emplace(id, std::move(name)).first->second;
}

std::optional<std::string> Names::of(const std::optional<registry::PrincipalId>& id) const {
  return id ? of(*id) : std::nullopt;
}

std::optional<std::string> Names::of_actor(const std::string& actor) const {
  const auto id = registry::PrincipalId::parse(actor);
  return id ? of(*id) : std::nullopt;
}

}  // namespace herald::api
