// How often consumers said that they use a version: the counters behind `usage.recorded`, of which the log has at most one
// for an hour. What was reported since the last one is durable here until the next one takes it along.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "registry/facts.h"
#include "work/store.h"

namespace herald::work {

struct UsageCounter {
  registry::ModelId model_id;
  registry::VersionNumber version;
  registry::Label consumer;
};
struct UsageRow {
  std::uint64_t total = 0;  // ever reported
  Timestamp last;
  std::optional<registry::AliasName> alias;  // by which it was asked for last
};
BOOST_DESCRIBE_STRUCT(UsageRow, (), (total, last, alias))

struct UsageReport {
  UsageCounter of;
  std::uint64_t count = 1;
  Timestamp at;
  std::optional<registry::AliasName> alias;
  std::uint64_t recorded = 0;  // of it in the log already: a counter that was lost begins there
};

// Counts, and gives the new total. Waits for the commit: not on an I/O thread. Errors: as of Store::run.
Result<std::uint64_t> count_usage(Store& store, const UsageReport& report);
std::optional<UsageRow> find_usage(const Store& store, const UsageCounter& of);

}  // namespace herald::work
