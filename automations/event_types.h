// The event types as automations see them: which there are, what their data holds, which ones a pattern
// stands for, and what an event is about.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "registry/event.h"

namespace herald::automations {

struct EventType {
  std::string_view name;                      // "alias.assigned"
  std::vector<std::string_view> fields;       // members of `data`
  bool internal = false;                      // automation.*, delivery.*: only an exact name stands for it
  bool of_model = false, of_version = false;  // events of this type can be about one
};
// All that this version knows, in the order of registry::Payload. The place of a type in it is its number.
std::span<const EventType> event_types();
std::size_t type_number(const registry::Payload& payload);

// Attributes of the envelope, `data` among them.
std::span<const std::string_view> event_attributes();

// The types that a pattern of `on` stands for, by number: the one named exactly, or with wildcards all that
// match and are not internal, so that no automation sets itself off by accident.
std::vector<std::size_t> types_of_pattern(std::string_view pattern);

// What an event is about.
struct Subject {
  std::optional<registry::RegistryId>
      registry_id;  // absent in lineage, which names versions by their model alone
  std::optional<registry::ModelId> model_id;
  registry::RegistryName registry;
  registry::ModelName model;
  std::optional<registry::VersionNumber> version;  // of an alias event: the one that it names now, or lost it
  std::optional<registry::VersionNumber> previous;  // alias.assigned: the one that it displaced
};
// None for events of no registry or model; both ends of a lineage edge, the downstream one first.
std::vector<Subject> subjects_of(const registry::Payload& payload);

}  // namespace herald::automations
