#include "projections/event_index.h"

#include <algorithm>

#include "base/bytes.h"
#include "projections/history.h"

namespace herald::projections::event_index {
namespace {

constexpr unsigned int kBlockBits = 8;  // the place in a block is one byte

std::uint64_t block_of(Sequence sequence) {
  return sequence.value() >> kBlockBits;
}

std::string under(char kind, std::string_view text) {
  return std::string(1, kind).append(text);
}

class EventsUnderATerm final : public SequenceList {
 public:
  EventsUnderATerm(lmdb::Cursor cursor, std::string_view term)
      : cursor_(std::move(cursor)), prefix_(history::timeline_prefix(term)) {}

 private:
  std::optional<Sequence> seek(Sequence from, Towards towards) override {
    if (const auto in_hand = in_block(from, towards)) return in_hand;
    const bool later = towards == Towards::later;
    auto row = later ? cursor_.at_or_after(prefix_ + be64(block_of(from)))
                     : cursor_.before(prefix_ + be64(block_of(from) + 1));
    while (row && row->key.starts_with(prefix_)) {
      block_ = read_be64(row->key.substr(prefix_.size()));
      places_ = row->value;
      if (const auto found = in_block(from, towards)) return found;
      row = later ? cursor_.next() : cursor_.previous();
    }
    return std::nullopt;
  }

  // Of the row that was read last. As one goes on and leaves none out, what it still has ahead is the nearest.
  std::optional<Sequence> in_block(Sequence from, Towards towards) const {
    const auto sequence = [this](char place) {
      return Sequence(block_ << kBlockBits | static_cast<unsigned char>(place));
    };
    if (towards == Towards::later) {
      const auto found =
          std::find_if(places_.begin(), places_.end(), [&](char place) { return sequence(place) >= from; });
      if (found != places_.end()) return sequence(*found);
    } else {
      const auto found =
          std::find_if(places_.rbegin(), places_.rend(), [&](char place) { return sequence(place) <= from; });
      if (found != places_.rend()) return sequence(*found);
    }
    return std::nullopt;
  }

  lmdb::Cursor cursor_;
  const std::string prefix_;
  std::uint64_t block_ = 0;
  std::string_view places_;  // empty: no row yet
};

}  // namespace

std::string of_type(std::string_view type) {
  return under('t', type);
}
std::string of_actor(std::string_view id) {
  return under('a', id);
}
std::string of_correlation(const Uuid& id) {
  return under('c', id.bytes());
}

std::vector<std::string> terms_of(const registry::Event& event) {
  return {of_type(event.type()), of_actor(event.actor.id), of_correlation(event.causation.correlation)};
}

void EventIndexBatch::add(const registry::Event& event) {
  const Sequence sequence(event.sequence);
  for (const std::string& term : terms_of(event))
    rows_[history::timeline_prefix(term) + be64(block_of(sequence))].push_back(
        static_cast<char>(sequence.value() & 0xff));
}

Result<void> EventIndexBatch::write(lmdb::WriteTxn& txn, lmdb::Table table) const {
  for (const auto& [key, added] : rows_) {
    std::string places(txn.get(table, key).value_or(std::string_view()));
    HERALD_CHECK(txn.put(table, key, places.append(added)));
  }
  return {};
}

std::unique_ptr<SequenceList> events_under(std::string_view term, const lmdb::Txn& txn, lmdb::Table table) {
  return std::make_unique<EventsUnderATerm>(txn.cursor(table), term);
}

std::uint64_t count(const lmdb::Txn& txn, lmdb::Table table) {
  std::uint64_t events = 0;
  lmdb::Cursor cursor = txn.cursor(table);
  for (auto row = cursor.first(); row; row = cursor.next()) events += row->value.size();
  return events;
}

}  // namespace herald::projections::event_index
