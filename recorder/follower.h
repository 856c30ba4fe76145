// Everything that happens after the log: a name, a position, and what to do with the next events. A FollowerThread
// reads the log from the position on and hands over batches; it waits on the tail and never polls.
//
// Threads: apply() and position() are called on the follower's own thread; lag() by any. Nobody catches what they throw: an
// exception is a defect (or no memory), and ends the process, as on each thread of Herald's own. What may fail is an Error.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>

#include "base/sequence.h"
#include "eventstore/log.h"
#include "eventstore/tail.h"

namespace herald::recorder {

// The exact bytes as recorded. Owned: they outlive the read transaction.
struct Recording {
  Sequence sequence;
  std::string bytes;
};

class Follower {
 public:
  virtual ~Follower() = default;
  virtual std::string name() const = 0;
  // Up to and with which event its work is done, as it was stored.
  virtual Sequence position() = 0;
  // The events after position(), without gap. An error is retried after a pause that grows to 5 s (and logged by
  // whoever reports `on_error`); the same events come again.
  virtual Result<void> apply(std::span<const Recording> events, std::stop_token stop) = 0;
};

class FollowerThread {
 public:
  struct Options {
    std::size_t max_events = 256;
    std::size_t max_bytes = 1 << 20;
    std::function<void(const std::string& follower, const Error&)> on_error{};
  };
  // Borrows all; the thread starts here.
  FollowerThread(Follower& follower, const eventstore::Log& log, const eventstore::Tail& tail,
                 Options options);
  ~FollowerThread();  // stop()
  void stop();
  Sequence position() const;  // any thread
  // Events that are recorded and not yet applied; any thread.
  std::uint64_t lag() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Reads up to the limits from `from` on; empty at the end of the log.
std::vector<Recording> read_batch(const eventstore::Log& log, Sequence from, Sequence to,
                                  std::size_t max_events, std::size_t max_bytes);

}  // namespace herald::recorder
