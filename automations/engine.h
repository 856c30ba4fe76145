// The follower that turns events into triggers: exactly one automation.triggered for each (automation, event) that
// match, across crashes. Its position is in the log, moved in one command with the triggers.
//
// Ends loops: an event whose causation depth is kMaxCausationDepth sets off nothing (delivery.skipped, depth_limit), and
// an automation that was set off max_per_minute times within a minute of recorded time skips (delivery.skipped,
// rate_limit).
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
  // Borrows all. `projected`: how far the views are (facts are read from them as of an event).
  Engine(recorder::Recorder& recorder, const eventstore::Log& log, const projections::Views& views,
         const eventstore::Tail& projected, const Clock& clock, IdSource& ids);
  ~Engine() override;
  std::string name() const override { return kEngineFollower; }
  Sequence position() override;
  Result<void> apply(std::span<const recorder::Recording> events, std::stop_token stop) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace herald::automations
