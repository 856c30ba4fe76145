// Where a view stands: how far it has applied which log, told by the leaf hash at that point, so that a view
// of another log, or of a log that was cut, is noticed. Kept in the view's environment, written with what it
// tells of in one transaction.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <mutex>
#include <string>

#include "base/digest.h"
#include "base/result.h"
#include "base/sequence.h"
#include "lmdb/lmdb.h"

namespace herald::projections {

struct Stand {
  std::string origin;         // of the log; empty in a view that is new
  Sequence sequence;          // applied up to and with this
  Digest leaf;                // leaf hash of that event (all zero at sequence 0)
  std::uint32_t version = 0;  // of the view's tables and records
  friend bool operator==(const Stand&, const Stand&) = default;
};
BOOST_DESCRIBE_STRUCT(Stand, (), (origin, sequence, leaf, version))

// A view that holds none stands at a default-constructed Stand. A damaged one throws std::runtime_error.
Stand read_stand(const lmdb::Txn& txn, lmdb::Table meta);
Result<void> write_stand(lmdb::WriteTxn& txn, lmdb::Table meta, const Stand& stand);

// The stand as of the last commit, for whoever asks from another thread.
class SharedStand {
 public:
  Stand get() const {
    const std::lock_guard lock(mutex_);
    return stand_;
  }
  void set(const Stand& stand) {
    const std::lock_guard lock(mutex_);
    stand_ = stand;
  }

 private:
  mutable std::mutex mutex_;
  Stand stand_;
};

}  // namespace herald::projections
