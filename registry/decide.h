// Is this allowed, and what does it mean? Pure: the state comes in through a Reader, time and new ids with the
// command; out come the facts, or a refusal that names the field. Nothing is written here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "registry/commands.h"
#include "registry/event.h"
#include "registry/state.h"

namespace herald::registry {

// One fact to be recorded. The recorder adds sequence, id, time, source and actor.
struct Draft {
  Payload payload;
  // Where the causation differs from the command's (a trigger is caused by the event that it answers).
  std::optional<Causation> causation;
};

struct Decision {
  std::vector<Draft> drafts;  // empty: nothing to change, which is a success too
  bool created = false;       // a new thing exists (201) rather than a changed one (200)
  std::string answer;         // compact JSON object that names what was made or changed; kept for retries
};

// Errors: not_found, already_exists, expected_mismatch, not_allowed_now, invalid_value, too_many, too_large.
Result<Decision> decide(const Reader& state, const Command& command);

// Makes a fact part of the state. Cannot fail: what is recorded has happened. Idempotent for the last event only
// through the caller, who must apply each event once and in order.
void evolve(Writer& state, const Event& event);

}  // namespace herald::registry
