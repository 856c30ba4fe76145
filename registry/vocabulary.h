// The event types that there are, each with the JSON Schema (draft 2020-12) of its `data`, and the schema of
// the envelope. Made once, from the structs of events.h; immutable afterwards, so any thread may read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace herald::registry {

struct EventType {
  std::string_view type;  // "alias.assigned"
  std::string wire;       // "herald.alias.assigned.v1"
  std::string schema_id;  // "urn:herald:event:alias.assigned:v1", the event's `dataschema`
  std::string schema;     // compact JSON
};

// In the order of events.h.
const std::vector<EventType>& vocabulary();
// By short or wire name; null when there is none.
const EventType* find_event_type(std::string_view name);
const std::string& envelope_schema();

}  // namespace herald::registry
