// Which events make the next transaction: as many as the limits allow, without parting those that follow each other
// under one correlation id. Where these are more than a transaction holds, as when one event sets off a thousand
// automations, they are parted between two commands, which the log keeps, and which are small enough to fit always
// (base/limits.h). Only of a command that a version of before recorded, and that stands in such a run, is the end not
// known.
#pragma once

#include <functional>
#include <vector>

#include "base/sequence.h"
#include "connectors/kafka/record.h"
#include "eventstore/log.h"

namespace herald::connectors::kafka {

struct BatchLimits {
  std::size_t events, bytes;
};

// The first event of the command that made one (eventstore::LogView::command_begin).
using CommandBegin = std::function<Sequence(Sequence)>;

// How many of `read`, from the first on, belong to it: one at least. `more`: others follow in the log.
std::size_t cut(const std::vector<EventRecord>& read, bool more, const BatchLimits& limits,
                const CommandBegin& command_begin);

// Events behind `after`, up to `last`, as records. Errors: malformed (the log is damaged: it needs fsck).
Result<std::vector<EventRecord>> next_batch(const eventstore::Log& log, Sequence after, Sequence last,
                                            const BatchLimits& limits);

}  // namespace herald::connectors::kafka
