#include "registry/memory_state.h"

namespace herald::registry {

std::optional<std::string> MemoryState::get(Table table, std::string_view key) const {
  const auto row = rows(table).find(key);
  if (row == rows(table).end()) return std::nullopt;
  return row->second;
}

void MemoryState::scan(Table table, std::string_view prefix, std::string_view after,
                       const Visit& visit) const {
  const Rows& all = rows(table);
  for (auto row = after < prefix ? all.lower_bound(prefix) : all.upper_bound(after); row != all.end();
       ++row) {
    if (!row->first.starts_with(prefix) || !visit(row->first, row->second)) return;
  }
}

void MemoryState::scan_back(Table table, std::string_view prefix, std::string_view before,
                            const Visit& visit) const {
  const Rows& all = rows(table);
  auto row = before.empty() ? all.end() : all.lower_bound(before);
  while (row != all.begin()) {
    --row;
    const bool beyond = row->first > prefix && !row->first.starts_with(prefix);
    if (beyond) continue;
    if (!row->first.starts_with(prefix) || !visit(row->first, row->second)) return;
  }
}

void MemoryState::put(Table table, std::string_view key, std::string_view value) {
  tables_[static_cast<std::size_t>(table)].insert_or_assign(std::string(key), std::string(value));
}

void MemoryState::erase(Table table, std::string_view key) {
  Rows& all = tables_[static_cast<std::size_t>(table)];
  if (const auto row = all.find(key); row != all.end()) all.erase(row);
}

}  // namespace herald::registry
