// The follower that keeps the views: decodes, applies, and advances the tail that readers with `min_sequence` and the
// automations wait on.
#pragma once

#include "eventstore/tail.h"
#include "projections/views.h"
#include "recorder/follower.h"

namespace herald::recorder {

class Projector final : public Follower {
 public:
  Projector(projections::Views& views, const eventstore::Log& log, eventstore::Tail& projected)
      : views_(views), log_(log), projected_(projected) {}
  std::string name() const override { return "views"; }
  Sequence position() override;
  Result<void> apply(std::span<const Recording> events, std::stop_token stop) override;

 private:
  projections::Views& views_;
  const eventstore::Log& log_;
  eventstore::Tail& projected_;
};

}  // namespace herald::recorder
