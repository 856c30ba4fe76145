// A report of usage on its way into the log (work/usage.h): noted before its command is submitted, counted once that is
// recorded, for exactly what the recorded answer names, and forgotten where it is refused. Between the request and the record
// an alias may move, and the model be deleted and its name given to another.
//
// Threads: any.
#pragma once

#include <optional>
#include <string_view>

#include "api/outcome.h"
#include "eventstore/log.h"
#include "work/usage.h"

namespace herald::api {

// What a report was counted for, by the answer that was recorded with it; nothing where it is the answer of none.
std::optional<work::UsageCounter> counter_in(std::string_view answer);
// For what the log remembers a report under its key.
work::RememberedFor remembered_by(const eventstore::Log& log);
// What a report counts for that was asked for one thing and is recorded now: of a retry, what its first was recorded for.
work::UsageCounter counted_for(const recorder::Recorded& recorded, const work::UsageCounter& asked);

// `report.of` is the model that `address` names. Whoever presents it adds `present`. Borrows both stores.
Write write_of_report(const eventstore::Log& log, work::Store& work, const registry::ModelAddress& address,
                      const work::UsageReport& report);

}  // namespace herald::api
