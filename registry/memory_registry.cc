#include "registry/memory_registry.h"

namespace herald::registry {
namespace {

constexpr std::int64_t kStartMs = 1'764'000'000'000;
constexpr std::int64_t kStepMs = 1'000;

Uuid counted(std::uint64_t kind, std::uint64_t number) {
  return Uuid::from_bytes(be64(kind) + be64(number));
}

}  // namespace

Result<MemoryRegistry::Recorded> MemoryRegistry::record(const Command& command, const Actor& actor) {
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

Event MemoryRegistry::finish(const Draft& draft, const Actor& actor, const Uuid& correlation) const {
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

}  // namespace herald::registry
