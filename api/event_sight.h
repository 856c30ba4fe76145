// Which events one caller is shown: those about registries and models that it sees, and all of them where it sees
// everything. What is about the server itself (principals, roles, automations, secrets, artifacts) is for those alone; what
// names two models is shown to who sees both.
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
  // What the envelope says, if the caller is shown the event. `bytes`: as recorded.
  bool shows(const registry::Envelope& event, std::string_view bytes);

 private:
  const registry::RegistryRecord* registry(registry::RegistryId id);
  bool is_of_what_is_seen(std::string_view subject);
  bool sees(const registry::Node& node);
  bool sees_all_nodes(std::string_view bytes);

  const registry::Access& access_;
  const projections::HeadReader head_;
  std::map<registry::RegistryId, std::optional<registry::RegistryRecord>> registries_;
};

}  // namespace herald::api
