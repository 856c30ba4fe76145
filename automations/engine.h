// The follower that turns events into triggers: exactly one automation.triggered for each (automation, event) that
// match, across crashes. Its position is in the log, moved in one command with the triggers; a position that passed
// only events without a match is kept at most once a second, and is never ahead of its triggers.
//
// Ends loops: inside by the rules of chain.h (delivery.skipped, depth_limit), and those that go through the outside by
// the number of times that an automation may be set off in a minute of recorded time (delivery.skipped, rate_limit). A
// restart neither forgets nor counts twice: what was set off is read back from the log.
//
// The triggers of many automations are one command, so their actor is the system; which automation it was stands in
// each event, and its cause is the event that matched.
#pragma once

#include <memory>

#include "automations/matcher.h"
#include "base/clock.h"
#include "base/ids.h"
#include "eventstore/log.h"
#include "eventstore/tail.h"
#include "projections/views.h"
#include "recorder/follower.h"
#include "recorder/recorder.h"

namespace herald::automations {

inline constexpr const char* kEngineFollower = "automations";

class Engine final : public recorder::Follower {
 public:
  // Borrows all. `projected`: how far the views are (the rules at the start are read from them).
  Engine(recorder::Recorder& recorder, const eventstore::Log& log, const projections::Views& views,
         const eventstore::Tail& projected, const Clock& clock, IdSource& ids);
  ~Engine() override;
  std::string name() const override { return kEngineFollower; }
  Sequence position() override;
  Result<void> apply(std::span<const recorder::Recording> events, std::stop_token stop) override;
  // Keeps the position. When the follower's thread has ended, and before the recorder stops; without it the next start
  // only reads a few events again.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace herald::automations
