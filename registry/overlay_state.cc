#include "registry/overlay_state.h"

namespace herald::registry {

const OverlayState::Rows& OverlayState::rows(Table table) const {
  static const Rows none;
  const auto found = tables_.find(table);
  return found == tables_.end() ? none : found->second;
}

// False: the visitor has seen enough.
bool OverlayState::visit_own(const Rows::value_type& row, const Visit& visit) {
  return !row.second || visit(row.first, *row.second);
}

std::optional<std::string> OverlayState::get(Table table, std::string_view key) const {
  const Rows& own = rows(table);
  const auto row = own.find(key);
  return row == own.end() ? below_.get(table, key) : row->second;
}

void OverlayState::scan(Table table, std::string_view prefix, std::string_view after,
                        const Visit& visit) const {
  const Rows& own = rows(table);
  auto row = after < prefix ? own.lower_bound(prefix) : own.upper_bound(after);
  const auto is_of_prefix = [&] { return row != own.end() && row->first.starts_with(prefix); };
  bool wants_more = true;
  below_.scan(table, prefix, after, [&](std::string_view key, std::string_view value) {
    for (; wants_more && is_of_prefix() && row->first < key; ++row) wants_more = visit_own(*row, visit);
    if (!wants_more) return false;
    if (is_of_prefix() && row->first == key) return wants_more = visit_own(*row++, visit);
    return wants_more = visit(key, value);
  });
  for (; wants_more && is_of_prefix(); ++row) wants_more = visit_own(*row, visit);
}

void OverlayState::scan_back(Table table, std::string_view prefix, std::string_view before,
                             const Visit& visit) const {
  // What is on top is little: turned round as a whole.
  std::map<std::string_view, const Rows::value_type*, std::greater<>> own;
  for (const auto& row : rows(table)) {
    if (row.first.starts_with(prefix) && (before.empty() || row.first < before)) own.emplace(row.first, &row);
  }
  auto row = own.begin();
  bool wants_more = true;
  below_.scan_back(table, prefix, before, [&](std::string_view key, std::string_view value) {
    for (; wants_more && row != own.end() && row->first > key; ++row)
      wants_more = visit_own(*row->second, visit);
    if (!wants_more) return false;
    if (row != own.end() && row->first == key) return wants_more = visit_own(*(row++)->second, visit);
    return wants_more = visit(key, value);
  });
  for (; wants_more && row != own.end(); ++row) wants_more = visit_own(*row->second, visit);
}

void OverlayState::put(Table table, std::string_view key, std::string_view value) {
  tables_[table].insert_or_assign(std::string(key), std::string(value));
}

void OverlayState::erase(Table table, std::string_view key) {
  tables_[table].insert_or_assign(std::string(key), std::nullopt);
}

}  // namespace herald::registry
