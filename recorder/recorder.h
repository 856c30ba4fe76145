// How an action becomes recorded: one thread takes commands from a bounded queue, decides them one after the other
// against the head, commits the log (durable), then the head, then answers. What arrives while a commit syncs makes
// the next batch; nothing waits on purpose.
//
// Threads: submit() may be called by any thread; `done` is called exactly once, on the recorder's thread, after the
// commit (or at once with a refusal), and must not block. stop() answers what is queued with `stopping`.
// A success means: durable in the log, and projected into the head unless that failed: then its stand is behind.
// Errors besides those of decide(): busy (queue full), stopping, storage_full, idempotency_mismatch, unavailable
// (writes stopped after the head failed), internal (the event could not be read back: a defect). When a commit's outcome is unknown nobody is answered and the process ends.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/sequence.h"
#include "registry/actor.h"
#include "registry/decide.h"

namespace herald::eventstore {
class Log;
class Tail;
}  // namespace herald::eventstore
namespace herald::projections {
class Head;
}

namespace herald::recorder {

// By (actor, key). `request` is a keyed digest of the request, so that the log holds nothing that could be guessed.
struct Idempotency {
  std::string key;
  Digest request;
};

// A follower whose work must not repeat sends its old and its new position with its command; when the log holds
// another position than `from`, the command is refused (expected_mismatch) and changes nothing.
struct PositionChange {
  std::string follower;
  Sequence from;
  Sequence to;
};

// Without a command nothing is decided and no event is made: a follower moves its position past what concerned nobody.
struct Submission {
  registry::Actor actor;
  std::optional<registry::Command> command;
  registry::Causation causation;
  std::optional<Idempotency> idempotency;
  std::optional<PositionChange> position;
};

struct Recorded {
  Sequence first, last;  // equal to zero when nothing changed
  bool created = false;
  bool replayed = false;  // the first answer to this idempotency key, given again
  std::string answer;     // compact JSON object; empty: none, or longer than what is kept for retries
};

using Done = std::function<void(Result<Recorded>)>;

struct Options {
  std::uint64_t disk_reserve_bytes;  // writes are refused while the disk has less
  std::string data_folder;           // whose disk is asked, at most every 100 ms
  // Bytes that may still be written to the disk of a folder. Empty: asks the operating system.
  std::function<std::uint64_t(const std::string& folder)> free_bytes{};
  // Called when only a restart can tell what is in the log; must not return outside of tests. Empty: says why on
  // stderr and aborts.
  std::function<void(const std::string& why)> end_process{};
  // Told of each command that is refused with `internal`: a defect. Empty: says it on stderr.
  std::function<void(const std::string& what)> report_defect{};
};

class Recorder {
 public:
  // Borrows all; they must outlive this object. The thread starts here.
  Recorder(Options options, eventstore::Log& log, projections::Head& head, eventstore::Tail& tail,
           const Clock& clock, IdSource& ids);
  ~Recorder();  // stop()
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // Refused with `busy` when kMaxQueuedCommands wait. Those that a retry asks again under their key are answered even
  // when the disk is full or writes have stopped.
  void submit(Submission submission, Done done);
  // For Herald's own parts: waits for room instead of being refused. Not on the recorder's thread.
  void submit_with_patience(Submission submission, Done done);
  // The same, and waits for the answer.
  Result<Recorded> record(Submission submission);
  void stop();

  // `commands`: those answered by the recorder's thread, `refused` among them. `writable`: a command could be recorded
  // now, as far as is known: why_not_writable().
  struct Stats {
    std::uint64_t batches = 0, commands = 0, events = 0, refused = 0;
    std::size_t queued = 0;
    bool writable = true;
  };
  Stats stats() const;
  // Why a command could not be recorded now; any thread. The disk is asked; of what only a write can tell (a full map, a
  // quota, a bound on the size of files) it is why the last one was lost, for kLossTold, or until events are recorded.
  std::optional<Error> why_not_writable() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace herald::recorder
