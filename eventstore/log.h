// The log: what happened, in what order, and safe. An LMDB environment that holds events as the exact bytes they were
// recorded in, numbered gap-free from 1, the leaves of an RFC 6962 Merkle tree over them, the streams (which events are
// about one subject), idempotency records, the positions of followers whose work must not repeat, and which events one
// command made. It never looks into an event.
//
// Threads: open and close on one; read() and last() by any; begin() and the Batch by one thread, the recorder's.
// Durability: when Batch::commit() says `durable`, the batch is on disk (LMDB's default sync mode: data pages, then the
// meta page). Nothing of a batch that was not committed is ever seen by a reader.
// Tables and their bytes: eventstore/format.h.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/digest.h"
#include "base/sequence.h"
#include "eventstore/merkle.h"
#include "lmdb/lmdb.h"

namespace herald::eventstore {

struct LogOptions {
  std::string path;    // a folder, made if absent
  std::string origin;  // given to a log that is new: the URL, without scheme, that names it for ever
  std::uint64_t map_size = 1ull << 40;
};

// The first answer to a request under an idempotency key, given again to its retries.
struct IdempotencyRecord {
  Digest request;        // keyed digest of the request
  Sequence first, last;  // zero: nothing changed
  bool created = false;
  std::string answer;
  Timestamp recorded;
};

struct LogTables {
  lmdb::Table meta, events, leaves, nodes, streams, idempotency, idempotency_ages, positions, commands;
};

// What both a reader and a batch can look up.
class LogView {
 public:
  Sequence last() const;
  // The exact bytes; nothing when there is no such event. Borrowed: see lmdb.h.
  std::optional<std::string_view> event(Sequence sequence) const;
  std::optional<Digest> leaf_hash(Sequence sequence) const;
  std::optional<Timestamp> time(Sequence sequence) const;
  // The last event recorded at or before `time`; zero when there is none. O(log n).
  Sequence last_at(Timestamp time) const;
  // There for kIdempotencyWindow at least.
  std::optional<IdempotencyRecord> idempotency(std::string_view actor, std::string_view key) const;
  // Zero for a follower that never stored one.
  Sequence position(std::string_view follower) const;
  // The first event of the command that made `at`: `at` itself when it made no other, and where that was not kept (by
  // versions of before).
  Sequence command_begin(Sequence at) const;

  // Calls visit(sequence, bytes) upwards (or downwards) from `from`, until it returns false or the log ends.
  using Visit = std::function<bool(Sequence, std::string_view)>;
  void scan(Sequence from, const Visit& visit) const;
  void scan_back(Sequence from, const Visit& visit) const;
  // Sequences of the events about one subject, greater than `after`, in order, until visit returns false.
  void stream(std::string_view subject, Sequence after, const std::function<bool(Sequence)>& visit) const;
  // The first event about one subject from `from` on, `from` included, and the last up to it. Any text may be asked for.
  std::optional<Sequence> first_about(std::string_view subject, Sequence from) const;
  std::optional<Sequence> last_about(std::string_view subject, Sequence upto) const;

  // Of the first `size` events (0 to last()). root(0) is SHA-256 of nothing. O(log n) reads of stored hashes.
  Digest root(std::uint64_t size) const;
  // RFC 6962, 2.1.1 and 2.1.2.
  std::vector<Digest> inclusion_proof(Sequence sequence, std::uint64_t size) const;
  std::vector<Digest> consistency_proof(std::uint64_t from, std::uint64_t to) const;

 protected:
  LogView(const lmdb::Txn& txn, const LogTables& tables) : txn_(&txn), tables_(&tables) {}
  Digest stored_hash(std::uint8_t level, std::uint64_t index) const;
  const lmdb::Txn* txn_;
  const LogTables* tables_;
};

// A snapshot. Short-lived: never across network I/O. One thread at a time.
class LogReader : public LogView {
 public:
  LogReader(LogReader&&) = delete;

 private:
  friend class Log;
  LogReader(std::unique_ptr<lmdb::ReadTxn> txn, const LogTables& tables);
  std::unique_ptr<lmdb::ReadTxn> owned_;
};

// One commit's worth. Aborts when it goes out of scope. Errors of the writing functions: storage_full, after which the
// batch can only be dropped.
class Log;
class LogBatch : public LogView {
 public:
  LogBatch(LogBatch&&) = delete;
  ~LogBatch();

  // The sequence that the next append() gives.
  Sequence next() const;
  // `time` must not be before that of the last event, `bytes` have 1 to kMaxEventBytes and `subject` 1 to 500 bytes, none
  // of them zero (broken invariants throw).
  Result<void> append(std::string_view subject, Timestamp time, std::string_view bytes);
  // Keeps that the events from `first` to the one appended last, within this batch, are of one command. Nothing is kept of
  // one alone.
  Result<void> keep_together(Sequence first);
  // Also forgets up to kIdempotencyPrunedPerRecord records that are older than the window.
  Result<void> put_idempotency(std::string_view actor, std::string_view key, const IdempotencyRecord& record);
  Result<void> set_position(std::string_view follower, Sequence sequence);

  enum class Outcome {
    durable,  // on disk
    nothing,  // certainly not in the log: the disk was full
    unknown   // only a restart can tell: end the process, answer nobody
  };
  struct Committed {
    Outcome outcome = Outcome::unknown;
    std::string error;  // for outcomes but durable
  };
  // The batch is spent afterwards: nothing can be asked of it.
  Committed commit();

 private:
  friend class Log;
  struct State;
  LogBatch(Log& log, std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class Log {
 public:
  // Errors: unavailable (no permission; a log of another format version; not a log; damaged; no log there and no origin
  // given to make one), storage_full.
  static Result<std::unique_ptr<Log>> open(const LogOptions& options, const Clock& clock);
  ~Log();

  const std::string& origin() const;
  Timestamp created() const;
  // Of the last durable event. Any thread; no transaction.
  Sequence last() const;
  LogReader read() const;
  // Errors: storage_full.
  Result<std::unique_ptr<LogBatch>> begin();

  lmdb::Environment::Usage usage() const;
  lmdb::Environment& environment();

 private:
  friend class LogBatch;
  class Impl;
  explicit Log(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace herald::eventstore
