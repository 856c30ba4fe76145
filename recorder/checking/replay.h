// The state that the log makes, event by event, in memory, and what each event did to it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "registry/decide.h"
#include "registry/memory_state.h"

namespace herald::recorder::checking {

class Replay final : public registry::Writer {
 public:
  // Row -> what the event left of it: its value, or nothing where it was erased.
  using Changes = std::map<std::pair<registry::Table, std::string>, std::optional<std::string>>;

  // Throws std::logic_error when the event is about what is not there.
  const Changes& apply(const registry::Event& event) {
    changes_.clear();
    registry::evolve(*this, event);
    return changes_;
  }
  const registry::MemoryState& state() const { return state_; }

  std::optional<std::string> get(registry::Table table, std::string_view key) const override {
    return state_.get(table, key);
  }
  void scan(registry::Table table, std::string_view prefix, std::string_view after,
            const Visit& visit) const override {
    state_.scan(table, prefix, after, visit);
  }
  void scan_back(registry::Table table, std::string_view prefix, std::string_view before,
                 const Visit& visit) const override {
    state_.scan_back(table, prefix, before, visit);
  }
  void put(registry::Table table, std::string_view key, std::string_view value) override {
    state_.put(table, key, value);
    changes_[{table, std::string(key)}] = std::string(value);
  }
  void erase(registry::Table table, std::string_view key) override {
    if (!state_.get(table, key)) return;
    state_.erase(table, key);
    changes_[{table, std::string(key)}] = std::nullopt;
  }

 private:
  registry::MemoryState state_;
  Changes changes_;
};

}  // namespace herald::recorder::checking
