// What a random history is recorded in and asked again: the registry in memory here, the recorder with its
// views where those are under test.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "registry/commands.h"
#include "registry/event.h"
#include "registry/state.h"
#include "registry/testing/memory_registry.h"

namespace herald::simulation {

using Ask = std::function<void(const registry::Reader&)>;

class AsOfSource {
 public:
  virtual ~AsOfSource() = default;
  // Asks the state as of a sequence that has been recorded. The reader ends with the call.
  virtual void as_of(std::uint64_t sequence, const Ask& ask) = 0;
};

class Subject : public AsOfSource {
 public:
  // The events that the command made, or its refusal.
  virtual Result<std::vector<registry::Event>> record(const registry::Command& command) = 0;
  // Asks the state of now.
  virtual void now(const Ask& ask) = 0;
};

// decide() and evolve() over a map; a state of the past is made by evolving the events again.
class MemorySubject final : public Subject {
 public:
  Result<std::vector<registry::Event>> record(const registry::Command& command) override;
  void now(const Ask& ask) override { ask(registry_.state()); }
  void as_of(std::uint64_t sequence, const Ask& ask) override;

 private:
  registry::MemoryRegistry registry_;
};

}  // namespace herald::simulation
