#include "projections/history.h"

#include <algorithm>
#include <stdexcept>

#include "base/bytes.h"
#include "projections/tables.h"

namespace herald::projections::history {
namespace {

constexpr std::size_t kMaxKeyBytes = 511;
constexpr std::size_t kSequenceBytes = 8;
constexpr char kErased = 0;
constexpr char kPresent = 1;

std::string table_byte(registry::Table table) {
  return std::string(1, static_cast<char>(table));
}

// The table and the escaped key, without what closes it: what the versions of all keys that begin with `key`
// begin with.
std::string open_key(registry::Table table, std::string_view key) {
  std::string out = table_byte(table);
  append_escaped(out, key);
  return out;
}

std::string closed_key(registry::Table table, std::string_view key) {
  return open_key(table, key).append(kEnd);
}

// Splits a stored key into the row it belongs to (closed) and the sequence.
struct Stored {
  std::string_view row;
  Sequence sequence;
};
Stored split(std::string_view key) {
  if (key.size() < 1 + kEnd.size() + kSequenceBytes)
    throw std::runtime_error("a key of the history is damaged");
  const std::size_t row = key.size() - kSequenceBytes;
  return {key.substr(0, row), Sequence(read_be64(key.substr(row)))};
}

std::string row_name(std::string_view row) {
  return unescaped(row.substr(1, row.size() - 1 - kEnd.size()));
}

Version decode(std::string_view value) {
  if (value.empty()) throw std::runtime_error("a value of the history is damaged");
  return {value.front() == kPresent, value.substr(1)};
}

// The version of `row` that is in force at `at`, if it had one by then; leaves the cursor on it.
std::optional<lmdb::Entry> in_force(lmdb::Cursor& cursor, const std::string& row, Sequence at) {
  const auto entry = cursor.before(row + be64(at.value() + 1));
  if (!entry || entry->key.size() != row.size() + kSequenceBytes || !entry->key.starts_with(row))
    return std::nullopt;
  return entry;
}

// Calls visit for the version of the row that was in force, if there was one; true: go on.
bool visit_row(const std::string& row, const std::optional<lmdb::Entry>& then,
               const registry::Reader::Visit& visit) {
  if (!then) return true;
  const Version version = decode(then->value);
  return !version.present || visit(row_name(row), version.value);
}

}  // namespace

void append_escaped(std::string& out, std::string_view bytes) {
  for (const char byte : bytes) {
    out.push_back(byte);
    if (byte == '\0') out.push_back('\xff');
  }
}

std::string unescaped(std::string_view escaped) {
  std::string out;
  out.reserve(escaped.size());
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    out.push_back(escaped[i]);
    if (escaped[i] == '\0') ++i;
  }
  return out;
}

std::string row_key(registry::Table table, std::string_view key, Sequence sequence) {
  std::string out = closed_key(table, key);
  append_be64(out, sequence.value());
  if (out.size() > kMaxKeyBytes)
    throw std::logic_error("a key of the registry's state is too long for the history");
  return out;
}

std::string row_value(const std::optional<std::string>& value) {
  return value ? std::string(1, kPresent).append(*value) : std::string(1, kErased);
}

std::string timeline_prefix(std::string_view timeline) {
  std::string prefix;
  append_escaped(prefix, timeline);
  return prefix.append(kEnd);
}

std::optional<Version> version_at(const lmdb::Txn& txn, lmdb::Table states, registry::Table table,
                                  std::string_view key, Sequence sequence) {
  const auto value = txn.get(states, row_key(table, key, sequence));
  if (!value) return std::nullopt;
  return decode(*value);
}

std::optional<std::string_view> get(const lmdb::Txn& txn, lmdb::Table states, Sequence at,
                                    registry::Table table, std::string_view key) {
  lmdb::Cursor cursor = txn.cursor(states);
  return get(cursor, at, table, key);
}

std::optional<std::string_view> get(lmdb::Cursor& cursor, Sequence at, registry::Table table,
                                    std::string_view key) {
  const auto entry = in_force(cursor, closed_key(table, key), at);
  if (!entry) return std::nullopt;
  const Version version = decode(entry->value);
  if (!version.present) return std::nullopt;
  return version.value;
}

void scan(const lmdb::Txn& txn, lmdb::Table states, Sequence at, registry::Table table,
          std::string_view prefix, std::string_view after, const registry::Reader::Visit& visit) {
  const std::string range = open_key(table, prefix);
  lmdb::Cursor cursor = txn.cursor(states);
  std::string from = after.empty() || after < prefix ? range : after_prefix(closed_key(table, after));
  for (auto entry = cursor.at_or_after(from); entry && entry->key.starts_with(range);
       entry = cursor.at_or_after(from)) {
    const Stored oldest = split(entry->key);
    const std::string row(oldest.row);
    const bool made_later = oldest.sequence > at;
    if (!made_later && !visit_row(row, in_force(cursor, row, at), visit)) return;
    from = after_prefix(row);
  }
}

void scan_back(const lmdb::Txn& txn, lmdb::Table states, Sequence at, registry::Table table,
               std::string_view prefix, std::string_view before, const registry::Reader::Visit& visit) {
  const std::string range = open_key(table, prefix);
  lmdb::Cursor cursor = txn.cursor(states);
  std::string until = after_prefix(range);
  if (!before.empty()) until = std::min(until, closed_key(table, before));
  for (auto entry = cursor.before(until); entry && entry->key.starts_with(range);
       entry = cursor.before(until)) {
    const Stored newest = split(entry->key);
    const std::string row(newest.row);
    if (!visit_row(row, newest.sequence <= at ? entry : in_force(cursor, row, at), visit)) return;
    until = row;
  }
}

Result<void> put(lmdb::WriteTxn& txn, lmdb::Table states, Sequence at, registry::Table table,
                 std::string_view key, std::string_view value) {
  return txn.put(states, row_key(table, key, at), std::string(1, kPresent).append(value));
}

Result<void> erase(lmdb::WriteTxn& txn, lmdb::Table states, Sequence at, registry::Table table,
                   std::string_view key) {
  if (!get(txn, states, at, table, key)) return {};
  return txn.put(states, row_key(table, key, at), std::string(1, kErased));
}

}  // namespace herald::projections::history
