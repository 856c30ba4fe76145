// The registry in memory: decides commands, numbers and keeps the events, makes them part of the state. For
// tests and simulations; the recorder does the same durably. Time and ids are counted, so that the same
// commands make the same bytes. Each event goes through the codec on its way into the state, as it will when
// the log is read. One thread.
#pragma once

#include <utility>
#include <vector>

#include "base/bytes.h"
#include "registry/decide.h"
#include "registry/event.h"
#include "registry/memory_state.h"

namespace herald::registry {

class MemoryRegistry {
 public:
  struct Recorded {
    Decision decision;
    std::vector<Event> events;
  };
  // A refusal changes nothing.
  Result<Recorded> record(const Command& command, const Actor& actor = Actor::anonymous("memory")) {
    HERALD_TRY(auto decision, decide(state_, command));
    Recorded recorded{std::move(decision), {}};
    const Uuid correlation = counted(1, events_.size() + 1);
    for (const Draft& draft : recorded.decision.drafts) {
      events_.push_back(finish(draft, actor, correlation));
      recorded.events.push_back(events_.back());
      evolve(state_, events_.back());
    }
    return recorded;
  }

  const MemoryState& state() const { return state_; }
  const std::vector<Event>& events() const { return events_; }

 private:
  static constexpr std::int64_t kStartMs = 1'764'000'000'000;
  static constexpr std::int64_t kStepMs = 1'000;

  static Uuid counted(std::uint64_t kind, std::uint64_t number) {
    return Uuid::from_bytes(be64(kind) + be64(number));
  }
  Event finish(const Draft& draft, const Actor& actor, const Uuid& correlation) const {
    Event event;
    event.sequence = events_.size() + 1;
    event.id = counted(2, event.sequence);
    event.source = "memory";
    event.time = Timestamp(kStartMs + static_cast<std::int64_t>(event.sequence) * kStepMs);
    event.actor = actor;
    event.causation = draft.causation.value_or(Causation{correlation, std::nullopt, 0, std::nullopt});
    event.payload = draft.payload;
    return decode(encode(event)).value();
  }

  MemoryState state_;
  std::vector<Event> events_;
};

}  // namespace herald::registry
