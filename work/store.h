// The work store: operational data that is neither registry fact nor derivable: erasable texts, secrets, digests of
// tokens, the directory, delivery schedules and attempts. A synced LMDB environment, written by one thread of its own that batches what waits.
//
// Consistency with the log is by order: what an event will refer to is durable here first; what follows from an event
// is written after it, by a follower whose position is in the same transaction.
//
// Threads: submit(), run() and read() by any; a job runs on the store's thread and touches nothing but its arguments.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/sequence.h"
#include "lmdb/lmdb.h"

namespace herald::work {

struct StoreOptions {
  std::string path;
  std::uint64_t map_size = 1ull << 38;
};

struct Tables {
  lmdb::Table meta;             // "format", "period" -> be64
  lmdb::Table texts;            // digest -> salt, text
  lmdb::Table secrets;          // name, 0, be64 number -> nonce, encrypted value, tag
  lmdb::Table schedule;         // delivery id -> ScheduleRow
  lmdb::Table due;              // be64 due, delivery id -> (empty)
  lmdb::Table attempts;         // delivery id, be64 number -> Attempt
  lmdb::Table attempt_ages;     // be64 started, delivery id, be64 number -> (empty)
  lmdb::Table positions;        // follower -> be64 sequence
  lmdb::Table tokens;           // token id -> digest of the secret, label (work/tokens.h)
  lmdb::Table token_uses;       // token id -> be64 time
  lmdb::Table directory;        // principal id -> Entry (work/directory.h)
  lmdb::Table principal_names;  // name in lower case -> principal id
  lmdb::Table usage;            // model id, be64 version, consumer -> UsageRow (work/usage.h)
  lmdb::Table loose;            // kind, key in the table of that kind -> be64 period (work/loose.h)
  lmdb::Table uploads;          // digest, actor -> be64 time (work/uploads.h)
};

class Store {
 public:
  // Errors: unavailable (no permission, damaged, another format), storage_full.
  static Result<std::unique_ptr<Store>> open(const StoreOptions& options);
  ~Store();  // stop()

  // A job that returns an error or throws changes nothing and leaves its neighbours in the batch untouched. `done` is
  // called exactly once, on the store's thread, after the commit is durable (or failed), and must not block.
  // Refused with `busy` when kMaxQueuedJobs wait, `stopping` after stop().
  using Job = std::function<Result<void>(lmdb::WriteTxn& txn, const Tables& tables)>;
  void submit(Job job, std::function<void(Result<void>)> done);
  // For Herald's own parts: waits for room instead of being refused. Not on the store's thread.
  void submit_with_patience(Job job, std::function<void(Result<void>)> done);
  // For what follows from an event that is in the log already, and so must not be refused for being one too many: taken
  // however many wait. Each request asks for one at a time, so that there are no more of them than connections.
  void submit_what_follows(Job job, std::function<void(Result<void>)> done);
  // Waits for room and for the commit. Not on the store's thread.
  Result<void> run(Job job);
  void stop();  // runs what is queued, then ends the thread

  lmdb::ReadTxn read() const;
  const Tables& tables() const;
  lmdb::Environment& environment();

 private:
  class Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace herald::work
