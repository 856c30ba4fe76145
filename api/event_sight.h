// Which events one caller is shown: those about registries and models that it sees, and all of them where it sees
// everything. What is about the server itself (principals, roles, automations, secrets, artifacts) is for those alone.
//
// A snapshot of the head: short-lived, one thread.
#pragma once

#include <map>
#include <optional>

#include "projections/head.h"
#include "registry/access.h"
#include "registry/event.h"

namespace herald::api {

class EventSight {
 public:
  // Borrows both.
  EventSight(const projections::Head& head, const registry::Access& access);
  bool all() const { return access_.sees_all(); }
  bool shows(const registry::Envelope& event);

 private:
  const registry::RegistryRecord* registry(registry::RegistryId id);

  const registry::Access& access_;
  const projections::HeadReader head_;
  std::map<registry::RegistryId, std::optional<registry::RegistryRecord>> registries_;
};

}  // namespace herald::api
