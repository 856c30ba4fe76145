// The registry in memory: decides commands, numbers and keeps the events, makes them part of the state. For
// tests and simulations; the recorder does the same durably. Time and ids are counted, so that the same
// commands make the same bytes. Each event goes through the codec on its way into the state, as it will when
// the log is read. One thread.
#pragma once

#include <vector>

#include "registry/decide.h"
#include "registry/memory_state.h"

namespace herald::registry {

class MemoryRegistry {
 public:
  struct Recorded {
    Decision decision;
    std::vector<Event> events;
  };
  // A refusal changes nothing.
  Result<Recorded> record(const Command& command, const Actor& actor = Actor::anonymous("memory"));

  const MemoryState& state() const { return state_; }
  const std::vector<Event>& events() const { return events_; }

 private:
  Event finish(const Draft& draft, const Actor& actor, const Uuid& correlation) const;

  MemoryState state_;
  std::vector<Event> events_;
};

}  // namespace herald::registry
