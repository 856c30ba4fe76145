// From automation.triggered to the last attempt. Follows the log (position in the work store, in the same transaction as
// the rows it writes), keeps each open delivery's schedule, sends what is due through the Sender, writes every attempt,
// and records the outcome as an event before the schedule's row goes. After a crash each open delivery goes on: sent at
// least once, under the same id.
//
// Isolation: each URL has its own queue with kMaxInFlightPerUrl under way; kMaxInFlightPerHost of one host, kMaxInFlight
// in all, half of which silent hosts may not take (targets.h). Retry-After pauses the URL that asked for it, for whichever automations send there, and no other.
//
// Threads: it is a Follower (apply on the follower's thread) and owns the sending thread, from start() to stop().
#pragma once

#include <memory>
#include <string>

#include "automations/ports.h"
#include "automations/schedule.h"
#include "base/clock.h"
#include "base/limits.h"
#include "eventstore/log.h"
#include "eventstore/tail.h"
#include "projections/head.h"
#include "projections/views.h"
#include "recorder/follower.h"
#include "recorder/recorder.h"
#include "work/secrets.h"
#include "work/store.h"

namespace herald::automations {

inline constexpr const char* kDispatcherFollower = "deliveries";

class Dispatcher final : public recorder::Follower {
 public:
  struct Options {
    std::string public_url;                                        // for links in messages; empty: no links
    Schedule schedule = standard_schedule();                       // of automations without one of their own
    std::chrono::milliseconds stop_grace = limits::kSendingGrace;  // for attempts under way
  };
  struct Parts {  // borrowed
    recorder::Recorder& recorder;
    const eventstore::Log& log;
    const projections::Head& head;
    const projections::Views& views;
    const eventstore::Tail& projected;
    work::Store& work;
    const work::Secrets& secrets;
    Sender& sender;
    const Clock& clock;
  };
  Dispatcher(Parts parts, Options options);
  ~Dispatcher() override;  // stop()

  // Schedules again each delivery that the head holds open and the schedule does not know; then sends.
  Result<void> start();
  // Takes nothing new; waits for what is under way, at most the grace, and until the attempts that were answered are written.
  // The others are cancelled, and sent after the next start().
  void stop();

  std::string name() const override { return kDispatcherFollower; }
  Sequence position() override;  // after start()
  Result<void> apply(std::span<const recorder::Recording> events, std::stop_token stop) override;

  struct Stats {
    std::uint64_t open = 0, in_flight = 0, attempts = 0, succeeded = 0, failed_attempts = 0, exhausted = 0;
  };
  Stats stats() const;  // any thread

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace herald::automations
