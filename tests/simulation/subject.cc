#include "tests/simulation/subject.h"

namespace herald::simulation {

Result<std::vector<registry::Event>> MemorySubject::record(const registry::Command& command) {
  HERALD_TRY(auto recorded, registry_.record(command));
  return std::move(recorded.events);
}

void MemorySubject::as_of(std::uint64_t sequence, const Ask& ask) {
  registry::MemoryState then;
  for (const registry::Event& event : registry_.events()) {
    if (event.sequence > sequence) break;
    registry::evolve(then, event);
  }
  ask(then);
}

}  // namespace herald::simulation
