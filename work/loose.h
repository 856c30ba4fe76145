// Rows of texts, secrets, tokens and the directory that no event names: what is refused, retried, replaced or removed leaves one behind. A row is
// loose from when it is written until an event names it, and again when its event has been overtaken; what stays loose
// for two periods is swept. A period is at least as long as any command may wait, and a start begins new ones, since no
// command of an earlier process is under way.
//
// But for is_loose(), all are for jobs (on the store's thread).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/digest.h"
#include "registry/names.h"
#include "work/store.h"

namespace herald::work {

enum class Loose : char { text = 't', secret = 's', token = 'k', entry = 'p', change = 'c' };

// `key`: of the row in its own table.
Result<void> mark_loose(lmdb::WriteTxn& txn, const Tables& tables, Loose kind, std::string_view key);
// An event names it: it stays.
Result<void> settle(lmdb::WriteTxn& txn, const Tables& tables, Loose kind, std::string_view key);
// Of a new event, in the log's order.
Result<void> text_is_named(lmdb::WriteTxn& txn, const Tables& tables, const Digest& digest);
// Those of the same name with a lower number are overtaken.
Result<void> secret_is_named(lmdb::WriteTxn& txn, const Tables& tables, const registry::SecretName& name,
                             std::uint64_t number);
Result<void> secret_is_removed(lmdb::WriteTxn& txn, const Tables& tables, const registry::SecretName& name);

// For readers: a row of that key is there and no event that was told of names it.
bool is_loose(const Store& store, Loose kind, std::string_view key);

// So many periods pass at once.
Result<void> pass_periods(lmdb::WriteTxn& txn, const Tables& tables, std::uint64_t count);
// Erases up to kMaxRowsSweptAtOnce rows that were loose before the last period began. Returns how many.
Result<std::size_t> sweep(lmdb::WriteTxn& txn, const Tables& tables);

}  // namespace herald::work
