#include <limits>
#include <stdexcept>

#include "base/bytes.h"
#include "eventstore/format.h"
#include "eventstore/log.h"

namespace herald::eventstore {
namespace {

std::optional<format::Leaf> find_leaf(const lmdb::Txn& txn, const LogTables& tables, Sequence sequence) {
  const auto bytes = txn.get(tables.leaves, format::sequence_key(sequence));
  if (!bytes) return std::nullopt;
  return format::decode_leaf(*bytes);
}

std::optional<Sequence> sequence_in_stream(const std::optional<lmdb::Entry>& entry,
                                           std::string_view subject) {
  const std::string prefix = format::stream_prefix(subject);
  if (!entry || !entry->key.starts_with(prefix)) return std::nullopt;
  return format::decode_sequence(entry->key.substr(prefix.size()));
}

}  // namespace

Sequence LogView::last() const {
  const auto entry = txn_->cursor(tables_->events).last();
  return entry ? format::decode_sequence(entry->key) : Sequence(0);
}

std::optional<std::string_view> LogView::event(Sequence sequence) const {
  return txn_->get(tables_->events, format::sequence_key(sequence));
}

std::optional<Digest> LogView::leaf_hash(Sequence sequence) const {
  const auto leaf = find_leaf(*txn_, *tables_, sequence);
  if (!leaf) return std::nullopt;
  return leaf->hash;
}

std::optional<Timestamp> LogView::time(Sequence sequence) const {
  const auto leaf = find_leaf(*txn_, *tables_, sequence);
  if (!leaf) return std::nullopt;
  return leaf->recorded;
}

Sequence LogView::last_at(Timestamp at) const {
  std::uint64_t not_after = 0;
  std::uint64_t after = last().value() + 1;
  while (after - not_after > 1) {
    const std::uint64_t middle = not_after + (after - not_after) / 2;
    if (time(Sequence(middle)).value() <= at) {
      not_after = middle;
    } else {
      after = middle;
    }
  }
  return Sequence(not_after);
}

std::optional<IdempotencyRecord> LogView::idempotency(std::string_view actor, std::string_view key) const {
  const auto bytes = txn_->get(tables_->idempotency, format::record_key(actor, key));
  if (!bytes) return std::nullopt;
  return format::decode_record(*bytes);
}

Sequence LogView::position(std::string_view follower) const {
  const auto bytes = txn_->get(tables_->positions, follower);
  return bytes ? format::decode_sequence(*bytes) : Sequence(0);
}

Sequence LogView::command_begin(Sequence at) const {
  const auto command = txn_->cursor(tables_->commands).before(format::sequence_key(at.next()));
  if (!command || format::decode_sequence(command->value) < at) return at;
  return format::decode_sequence(command->key);
}

void LogView::scan(Sequence from, const Visit& visit) const {
  lmdb::Cursor cursor = txn_->cursor(tables_->events);
  for (auto at = cursor.at_or_after(format::sequence_key(from)); at; at = cursor.next()) {
    if (!visit(format::decode_sequence(at->key), at->value)) return;
  }
}

void LogView::scan_back(Sequence from, const Visit& visit) const {
  lmdb::Cursor cursor = txn_->cursor(tables_->events);
  const bool from_end = from.value() == std::numeric_limits<std::uint64_t>::max();
  for (auto at = from_end ? cursor.last() : cursor.before(format::sequence_key(from.next())); at;
       at = cursor.previous()) {
    if (!visit(format::decode_sequence(at->key), at->value)) return;
  }
}

void LogView::stream(std::string_view subject, Sequence after,
                     const std::function<bool(Sequence)>& visit) const {
  const std::string prefix = format::stream_prefix(subject);
  lmdb::Cursor cursor = txn_->cursor(tables_->streams);
  for (auto at = cursor.at_or_after(format::stream_key(subject, after.next())); at; at = cursor.next()) {
    if (!at->key.starts_with(prefix)) return;
    if (!visit(format::decode_sequence(at->key.substr(prefix.size())))) return;
  }
}

std::optional<Sequence> LogView::first_about(std::string_view subject, Sequence from) const {
  if (!format::can_be_a_subject(subject)) return std::nullopt;
  lmdb::Cursor cursor = txn_->cursor(tables_->streams);
  return sequence_in_stream(cursor.at_or_after(format::stream_key(subject, from)), subject);
}

std::optional<Sequence> LogView::last_about(std::string_view subject, Sequence upto) const {
  if (!format::can_be_a_subject(subject)) return std::nullopt;
  lmdb::Cursor cursor = txn_->cursor(tables_->streams);
  return sequence_in_stream(cursor.before(format::stream_key(subject, upto.next())), subject);
}

Digest LogView::stored_hash(std::uint8_t level, std::uint64_t index) const {
  if (level == 0) {
    if (const auto leaf = leaf_hash(Sequence(index + 1))) return *leaf;
  } else if (const auto node = txn_->get(tables_->nodes, format::node_key(level, index))) {
    return Digest::from_bytes(*node);
  }
  throw std::runtime_error("the log is damaged: a hash of its tree is missing");
}

Digest LogView::root(std::uint64_t size) const {
  if (size > last().value()) throw std::logic_error("a root is of events that are there");
  return merkle_root(size, [this](auto level, auto index) { return stored_hash(level, index); });
}

std::vector<Digest> LogView::inclusion_proof(Sequence sequence, std::uint64_t size) const {
  if (sequence.value() == 0 || size > last().value())
    throw std::logic_error("a proof is of an event that is there");
  return merkle_inclusion(sequence.value() - 1, size,
                          [this](auto level, auto index) { return stored_hash(level, index); });
}

std::vector<Digest> LogView::consistency_proof(std::uint64_t from, std::uint64_t to) const {
  if (to > last().value()) throw std::logic_error("a proof is between trees that were there");
  return merkle_consistency(from, to, [this](auto level, auto index) { return stored_hash(level, index); });
}

LogReader::LogReader(std::unique_ptr<lmdb::ReadTxn> txn, const LogTables& tables)
    : LogView(*txn, tables), owned_(std::move(txn)) {}

}  // namespace herald::eventstore
