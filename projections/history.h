// Rows with a past: each key of each of the registry's tables, with every sequence at which it changed. get() is one
// seek, however often a key has changed since: no walk over its versions. A scan takes at most two seeks for each row
// of its range, those included that were made later or erased before: a question about one thing gets, and scans at
// most a range that begins where the answer is.
//
// Key: table (1 byte), the row's key escaped (each 0x00 becomes 0x00 0xff), 0x00 0x00, be64 sequence. Escaping keeps
// the order of keys and makes none the beginning of another, so that all versions of a row stand together, oldest
// first. Value: one byte, 1 and the row's value, or 0 where the row was erased.
//
// LMDB takes keys of at most 511 bytes. The longest row keys are those of edges (two node ids of at most 128 bytes)
// and of names (an id and 256 bytes), 300 bytes at most, in which only ids, numbers and the 0 between an edge's ends
// can hold 0x00; a longer one is a broken invariant and throws std::logic_error.
//
// Worked example: what event 258 made of the alias `a` of model 0011..: table 6, so
//   06 00ff11.. 61 0000 0000000000000102  ->  01 <AliasRecord>
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/sequence.h"
#include "lmdb/lmdb.h"
#include "registry/state.h"

namespace herald::projections::history {

// Appends `bytes` with each 0x00 escaped.
void append_escaped(std::string& out, std::string_view bytes);
// What the escaped bytes stand for.
std::string unescaped(std::string_view escaped);
// What closes an escaped key, before the sequence.
inline constexpr std::string_view kEnd{"\0\0", 2};

std::string row_key(registry::Table table, std::string_view key, Sequence sequence);
// Nothing: the row was erased.
std::string row_value(const std::optional<std::string>& value);
// What the keys of a timeline's entries begin with; escaped as rows are, so that none is the beginning of another's.
std::string timeline_prefix(std::string_view timeline);

// One version of a row.
struct Version {
  bool present = false;
  std::string_view value;  // borrowed from the transaction
};
// What exactly event `sequence` left of the row; nothing when it did not touch it.
std::optional<Version> version_at(const lmdb::Txn& txn, lmdb::Table states, registry::Table table,
                                  std::string_view key, Sequence sequence);

// The three questions of registry::Reader, as of `at`.
std::optional<std::string_view> get(const lmdb::Txn& txn, lmdb::Table states, Sequence at,
                                    registry::Table table, std::string_view key);
// By a cursor over the states.
std::optional<std::string_view> get(lmdb::Cursor& cursor, Sequence at, registry::Table table,
                                    std::string_view key);
void scan(const lmdb::Txn& txn, lmdb::Table states, Sequence at, registry::Table table,
          std::string_view prefix, std::string_view after, const registry::Reader::Visit& visit);
void scan_back(const lmdb::Txn& txn, lmdb::Table states, Sequence at, registry::Table table,
               std::string_view prefix, std::string_view before, const registry::Reader::Visit& visit);

// Errors: storage_full.
Result<void> put(lmdb::WriteTxn& txn, lmdb::Table states, Sequence at, registry::Table table,
                 std::string_view key, std::string_view value);
Result<void> erase(lmdb::WriteTxn& txn, lmdb::Table states, Sequence at, registry::Table table,
                   std::string_view key);

}  // namespace herald::projections::history
