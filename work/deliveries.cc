#include "work/deliveries.h"

#include "base/bytes.h"
#include "base/limits.h"
#include "reflect/json_value.h"
#include "reflect/record.h"

namespace herald::work {
namespace {

using registry::DeliveryId;

std::uint64_t in_key(Timestamp time) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(time.unix_ms(), 0));
}

std::string due_key(Timestamp due, DeliveryId id) {
  return be64(in_key(due)).append(id.bytes());
}

std::string attempt_key(DeliveryId id, std::uint32_t number) {
  return std::string(id.bytes()) + be64(number);
}

std::string age_key(const Attempt& attempt) {
  return be64(in_key(attempt.started)) + attempt_key(attempt.delivery_id, attempt.number);
}

Result<void> prune_attempts(lmdb::WriteTxn& txn, const Tables& tables, Timestamp now) {
  const std::string oldest_kept = be64(in_key(now.plus(-limits::kAttemptsKept)));
  for (std::size_t pruned = 0; pruned < limits::kAttemptsPrunedPerWrite; ++pruned) {
    const auto oldest = txn.cursor(tables.attempt_ages).first();
    if (!oldest || oldest->key >= oldest_kept) return {};
    const std::string age(oldest->key);
    HERALD_CHECK(txn.erase(tables.attempts, age.substr(8)));
    HERALD_CHECK(txn.erase(tables.attempt_ages, age));
  }
  return {};
}

std::string kept_body(std::string_view body) {
  return kept_text(body, limits::kMaxKeptBodyBytes);
}

}  // namespace

std::string kept_text(std::string_view text, std::size_t most_bytes) {
  std::size_t size = std::min(text.size(), most_bytes);
  const auto within_character = [&](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
  };
  if (size < text.size()) {
    for (int back = 0; back < 3 && size > 0 && within_character(size); ++back) --size;
  }
  std::string kept(text.substr(0, size));
  if (!json::is_utf8(kept)) {
    for (char& c : kept) c = static_cast<unsigned char>(c) < 0x80 ? c : '?';
  }
  return kept;
}

Result<void> put_schedule(lmdb::WriteTxn& txn, const Tables& tables, const ScheduleRow& row) {
  if (const auto stored = txn.get(tables.schedule, row.delivery_id.bytes())) {
    const Timestamp due = record::decode<ScheduleRow>(*stored).due;
    HERALD_CHECK(txn.erase(tables.due, due_key(due, row.delivery_id)));
  }
  HERALD_CHECK(txn.put(tables.due, due_key(row.due, row.delivery_id), {}));
  return txn.put(tables.schedule, row.delivery_id.bytes(), record::encode(row));
}

Result<void> erase_schedule(lmdb::WriteTxn& txn, const Tables& tables, const ScheduleRow& row) {
  const auto stored = txn.get(tables.schedule, row.delivery_id.bytes());
  if (!stored || *stored != record::encode(row)) return {};
  HERALD_CHECK(txn.erase(tables.due, due_key(row.due, row.delivery_id)));
  HERALD_CHECK(txn.erase(tables.schedule, row.delivery_id.bytes()));
  return {};
}

Result<void> put_attempt(lmdb::WriteTxn& txn, const Tables& tables, const Attempt& attempt) {
  Attempt row = attempt;
  row.error = kept_body(attempt.error);
  row.request_body = kept_body(attempt.request_body);
  row.response_body = kept_body(attempt.response_body);
  HERALD_CHECK(prune_attempts(txn, tables, row.started));
  HERALD_CHECK(txn.put(tables.attempt_ages, age_key(row), {}));
  return txn.put(tables.attempts, attempt_key(row.delivery_id, row.number), record::encode(row));
}

Result<void> put_position(lmdb::WriteTxn& txn, const Tables& tables, std::string_view follower,
                          Sequence sequence) {
  return txn.put(tables.positions, follower, be64(sequence.value()));
}

std::optional<ScheduleRow> find_schedule(const Store& store, DeliveryId id) {
  const lmdb::ReadTxn txn = store.read();
  const auto row = txn.get(store.tables().schedule, id.bytes());
  if (!row) return std::nullopt;
  return record::decode<ScheduleRow>(*row);
}

std::vector<ScheduleRow> all_scheduled(const Store& store) {
  std::vector<ScheduleRow> rows;
  const lmdb::ReadTxn txn = store.read();
  lmdb::Cursor cursor = txn.cursor(store.tables().due);
  for (auto due = cursor.first(); due; due = cursor.next()) {
    const auto row = txn.get(store.tables().schedule, due->key.substr(8));
    if (!row) throw std::logic_error("a due time without a row of the schedule");
    rows.push_back(record::decode<ScheduleRow>(*row));
  }
  return rows;
}

std::vector<Attempt> attempts_of(const Store& store, DeliveryId id) {
  std::vector<Attempt> attempts;
  const lmdb::ReadTxn txn = store.read();
  lmdb::Cursor cursor = txn.cursor(store.tables().attempts);
  for (auto row = cursor.at_or_after(id.bytes()); row && row->key.starts_with(id.bytes());
       row = cursor.next()) {
    attempts.push_back(record::decode<Attempt>(row->value));
  }
  return attempts;
}

NewestAttempts newest_attempts_of(const Store& store, DeliveryId id) {
  std::vector<std::string_view> rows;  // of the transaction
  const lmdb::ReadTxn txn = store.read();
  lmdb::Cursor cursor = txn.cursor(store.tables().attempts);
  for (auto row = cursor.at_or_after(id.bytes()); row && row->key.starts_with(id.bytes());
       row = cursor.next()) {
    rows.push_back(row->value);
  }
  std::size_t first = rows.size();
  for (std::size_t bytes = 0; first > 0 && rows.size() - first < limits::kMaxPageSize; --first) {
    bytes += rows[first - 1].size();
    if (bytes > limits::kMaxPageBytes) break;
  }
  NewestAttempts newest{{}, first > 0};
  for (; first < rows.size(); ++first) newest.attempts.push_back(record::decode<Attempt>(rows[first]));
  return newest;
}

Sequence position_of(const Store& store, std::string_view follower) {
  const lmdb::ReadTxn txn = store.read();
  const auto stored = txn.get(store.tables().positions, follower);
  return stored ? Sequence(read_be64(*stored)) : Sequence(0);
}

}  // namespace herald::work
