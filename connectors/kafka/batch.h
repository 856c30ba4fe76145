// Which events make the next transaction: as many as the limits allow, without parting those that follow each other
// under one correlation id (one command's events), unless they are more than a whole transaction holds.
#pragma once

#include <vector>

#include "base/sequence.h"
#include "connectors/kafka/record.h"
#include "eventstore/log.h"

namespace herald::connectors::kafka {

struct BatchLimits {
  std::size_t events, bytes;
};

// How many of `read`, from the first on, belong to it. `more`: others follow in the log.
std::size_t cut(const std::vector<EventRecord>& read, bool more, const BatchLimits& limits);

// Events behind `after`, up to `last`, as records. Errors: malformed (the log is damaged: it needs fsck).
Result<std::vector<EventRecord>> next_batch(const eventstore::Log& log, Sequence after, Sequence last,
                                            const BatchLimits& limits);

}  // namespace herald::connectors::kafka
