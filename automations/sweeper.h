// The follower that tells the work store which texts and values of secrets the log's events name, and sweeps those that
// none does (work/loose.h). Its position is in the work store, in one transaction with what it tells.
//
// When a period has passed, and at the start, what was loose for two is swept as soon as it has read all that the log
// held then: a command that named such a row would be in there.
#pragma once

#include <memory>

#include "base/clock.h"
#include "eventstore/log.h"
#include "recorder/follower.h"
#include "work/store.h"

namespace herald::automations {

inline constexpr const char* kSweeperFollower = "sweeper";

// Takes out of the work store what the log says was erased since the sweeper last kept its position: of an erasure that was
// recorded when its process died, so that work::forget_what_was_erased() of this start, and not of the next, writes the file
// anew. Before the store is opened. Errors: as of work::Store; then the sweeper does it when it comes to the event.
Result<void> carry_out_unread_erasures(const work::StoreOptions& options, const eventstore::Log& log);

class Sweeper final : public recorder::Follower {
 public:
  // Borrows all.
  Sweeper(work::Store& work, const eventstore::Log& log, const Clock& clock);
  // No command is under way: what earlier processes left may be swept once their events are read.
  Result<void> start();

  std::string name() const override { return kSweeperFollower; }
  Sequence position() override { return done_; }
  Result<void> apply(std::span<const recorder::Recording> events, std::stop_token stop) override;

 private:
  Result<void> keep(std::vector<work::Store::Job> jobs, Sequence position);
  Result<void> begin_periods(std::uint64_t count);
  Result<void> sweep_when_read();

  work::Store& work_;
  const eventstore::Log& log_;
  const Clock& clock_;
  Sequence done_;
  std::chrono::steady_clock::time_point kept_{};    // the position, last
  std::chrono::steady_clock::time_point period_{};  // began
  std::optional<Sequence> sweep_at_;                // what must be read before the sweep that is due
};

}  // namespace herald::automations
