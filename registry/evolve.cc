#include "registry/decide.h"
#include "registry/evolving/apply.h"

namespace herald::registry {

void evolve(Writer& state, const Event& event) {
  const evolving::Step step{state, Mark{event.sequence, event.time, event.actor.id}};
  std::visit([&](const auto& fact) { evolving::apply(step, fact); }, event.payload);
}

}  // namespace herald::registry
