// An event: the envelope (CloudEvents 1.0 with our extension attributes) and its payload, and the one codec between
// it and the bytes that the log, Kafka, the live stream, the export and the Merkle leaf share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "registry/actor.h"
#include "registry/events.h"

namespace herald::registry {

// What led to an event: the request (correlation), the event before (causation) and how long the chain is.
struct Causation {
  Uuid correlation;
  std::optional<Uuid> causation;           // id of the event that caused this one
  std::uint32_t depth = 0;                 // 0: asked for from outside
  std::optional<std::string> traceparent;  // W3C Trace Context, as it came
};

struct Event {
  Uuid id;
  std::string source;          // the log's origin
  std::uint64_t sequence = 0;  // from 1, gap-free
  Timestamp time;              // recorded; never steps back
  Actor actor;
  Causation causation;
  Payload payload;

  std::string_view type() const;  // "alias.assigned"
  std::string subject() const;    // see subject_of()
};

// The immutable path of what the event is about:
//   registries/<id>, registries/<id>/models/<id>, registries/<id>/models/<id>/versions/<n>, artifacts/<id>,
//   automations/<id>, deliveries/<id>, secrets/<name>, lineage/<kind>/<id of the downstream end>, principals/<id>
//   (roles and tokens, too), texts
std::string subject_of(const Payload& payload);
std::string_view type_of(const Payload& payload);

// "alias.assigned" <-> "herald.alias.assigned.v1"
std::string wire_type(std::string_view type);
// "alias.assigned" -> "urn:herald:event:alias.assigned:v1"
std::string schema_id_of(std::string_view type);

// Compact JSON in the order of design: specversion, id, source, type, subject, time, sequence, ... data.
std::string encode(const Event& event);
// Reads bytes that encode() made, of this or a newer version of Herald (unknown fields are passed over).
// Errors: malformed, or not_found for an event type that this version does not know.
Result<Event> decode(std::string_view bytes);

// The envelope alone, without understanding `data`: enough to filter, index and follow. Views borrow from `bytes`
// or from the Envelope.
struct Envelope {
  std::string id, source, type /* short */, subject, time_text, actor_id, actor_kind, correlation;
  std::uint64_t sequence = 0;
  std::uint32_t depth = 0;
};
Result<Envelope> decode_envelope(std::string_view bytes);

}  // namespace herald::registry
