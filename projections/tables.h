// What the stores of this room share: scans over LMDB tables as registry::Reader promises them, and how a failed
// write leaves evolve(). Private to this room.
#pragma once

#include <string>
#include <string_view>

#include "lmdb/lmdb.h"
#include "registry/state.h"

namespace herald::projections {

// Names of tables beside those of the registry's state.
inline constexpr const char* kMetaTable = "meta";      // "stand" -> Stand
inline constexpr const char* kStatesTable = "states";  // views: history.h
inline constexpr const char* kTimelinesTable =
    "timelines";  // views: timeline_prefix(), be64 sequence -> (empty)
inline constexpr const char* kEventIndexTable = "event_index";  // views: event_index.h
inline constexpr const char* kSearchTable = "search";           // views: search/index.h
inline constexpr const char* kSearchPastTable = "search_past";  // the same

// How a full map or disk leaves evolve(), which need not know that writes can fail; caught by those that call it.
struct WriteFailed {
  Error error;
};

inline std::optional<std::string> owned(std::optional<std::string_view> bytes) {
  if (!bytes) return std::nullopt;
  return std::string(*bytes);
}

inline void scan_up(const lmdb::Txn& txn, lmdb::Table table, std::string_view prefix, std::string_view after,
                    const registry::Reader::Visit& visit) {
  lmdb::Cursor cursor = txn.cursor(table);
  auto entry = cursor.at_or_after(after < prefix ? prefix : after);
  if (entry && after >= prefix && !after.empty() && entry->key == after) entry = cursor.next();
  while (entry && entry->key.starts_with(prefix) && visit(entry->key, entry->value)) entry = cursor.next();
}

// The first key that sorts after all that begin with `prefix`; empty: there is none.
inline std::string after_prefix(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

inline void scan_down(const lmdb::Txn& txn, lmdb::Table table, std::string_view prefix,
                      std::string_view before, const registry::Reader::Visit& visit) {
  lmdb::Cursor cursor = txn.cursor(table);
  const std::string end = after_prefix(prefix);
  const bool from_end = before.empty() || (!end.empty() && before > end);
  auto entry = !from_end ? cursor.before(before) : end.empty() ? cursor.last() : cursor.before(end);
  while (entry && entry->key.starts_with(prefix) && visit(entry->key, entry->value))
    entry = cursor.previous();
}

}  // namespace herald::projections
