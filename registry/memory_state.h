// The state in memory: for tests and simulations, and as the plainest reading of what a Writer is. Copy it to
// keep the state of a moment. One thread.
#pragma once

#include <array>
#include <map>
#include <string>

#include "registry/state.h"

namespace herald::registry {

class MemoryState final : public Writer {
 public:
  std::optional<std::string> get(Table table, std::string_view key) const override;
  void scan(Table table, std::string_view prefix, std::string_view after, const Visit& visit) const override;
  void scan_back(Table table, std::string_view prefix, std::string_view before,
                 const Visit& visit) const override;
  void put(Table table, std::string_view key, std::string_view value) override;
  void erase(Table table, std::string_view key) override;
  friend bool operator==(const MemoryState&, const MemoryState&) = default;

 private:
  using Rows = std::map<std::string, std::string, std::less<>>;
  const Rows& rows(Table table) const { return tables_[static_cast<std::size_t>(table)]; }
  std::array<Rows, kTableCount> tables_;
};

}  // namespace herald::registry
