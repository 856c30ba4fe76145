// The index of events by what their envelopes say of all of them: the type, the actor, the correlation. Rows of the views,
// written with them.
//
// Key: the term, escaped and closed as timelines are (history.h), and be64 the number of a block: of 256 sequences (block 0:
// 1 to 255, block 1: 256 to 511). Value: the last byte of each sequence of that block that has the term, in order. So an event
// costs a byte for each of its terms, not a row, where others of its block have them too; and what is in one place of the log
// is read at once.
//
// Worked example: events 258 and 259 assign aliases, so
//   74 616c6961732e61737369676e6564 0000 0000000000000001  ->  02 03
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lmdb/lmdb.h"
#include "projections/sequence_list.h"
#include "registry/event.h"

namespace herald::projections::event_index {

std::string of_type(std::string_view type);  // "alias.assigned"
std::string of_actor(std::string_view id);
std::string of_correlation(const Uuid& id);
// What an event stands under.
std::vector<std::string> terms_of(const registry::Event& event);

// What the events of one transaction add: a row that many of them add to is written once.
class EventIndexBatch {
 public:
  // In the order of their sequences, behind all that are in the index.
  void add(const registry::Event& event);
  // Errors: storage_full.
  Result<void> write(lmdb::WriteTxn& txn, lmdb::Table table) const;

 private:
  std::map<std::string, std::string> rows_;
};

// The events that stand under a term. Borrows from the transaction.
std::unique_ptr<SequenceList> events_under(std::string_view term, const lmdb::Txn& txn, lmdb::Table table);
// How many there are under all terms. Reads the whole index.
std::uint64_t count(const lmdb::Txn& txn, lmdb::Table table);

}  // namespace herald::projections::event_index
