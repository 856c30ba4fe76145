// The index: which documents say what, as rows of an LMDB table, kept with the views in their transactions. A pure
// function of the events: what a row says follows from the documents before and after each.
//
// Key: documents.h. Value: be64 sequence since which the document says so, and where it says so no more, be64 sequence
// until which it did. Rows are never taken away, so that the same rows answer for now and for then: `says` is certain for
// a moment of the last such time, and otherwise a reason to look at the document as of the moment.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/sequence.h"
#include "lmdb/lmdb.h"
#include "projections/search/documents.h"
#include "registry/event.h"

namespace herald::projections::search {

enum class Says { yes, maybe, no };
// What the value of a row says of a moment.
Says says(std::string_view row_value, Sequence at);

// Around the evolution of a state by one event: made before, finish() after.
class Indexing {
 public:
  Indexing(const registry::Reader& state, const registry::Event& event);
  // Errors: storage_full.
  Result<void> finish(const registry::Reader& state, lmdb::WriteTxn& txn, lmdb::Table index) const;

 private:
  struct Touched {
    Kind kind;
    std::string key;
    std::vector<std::string> terms;  // before
  };
  Sequence at_;
  std::vector<Touched> touched_;
};

}  // namespace herald::projections::search
