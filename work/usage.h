// How often consumers said that they use a version: the counters behind `usage.recorded`, of which the log has the first
// report of an hour at once, and the others when the hour is over. Until then they are durable here.
//
// A report counts when it has been recorded: what is refused counts nothing. begin_report() is durable before the record,
// count_report() after it, or forget_report() where it was refused; whatever lies between them is settled by the next one, or
// by settle_usage() at the start. So a report under a key counts once, whenever the process dies and however many attempts are
// under way at once; one without a key that was under way then may not count, and one that is sent again is another report.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/digest.h"
#include "registry/facts.h"
#include "work/store.h"

namespace herald::work {

struct UsageCounter {
  registry::ModelId model_id;
  registry::VersionNumber version;
  registry::Label consumer;
  friend bool operator==(const UsageCounter&, const UsageCounter&) = default;
};
struct UsageRow {
  std::uint64_t total = 0;  // ever reported
  Timestamp last;
  std::optional<registry::AliasName> alias;  // by which it was asked for last
};
BOOST_DESCRIBE_STRUCT(UsageRow, (), (total, last, alias))

// `request`: as the log keeps it with the key.
struct ReportKey {
  std::string actor, key;
  Digest request;
  friend bool operator==(const ReportKey&, const ReportKey&) = default;
};
BOOST_DESCRIBE_STRUCT(ReportKey, (), (actor, key, request))

struct UsageReport {
  UsageCounter of;
  std::uint64_t count = 1;
  Timestamp at;
  std::optional<registry::AliasName> alias;
  std::uint64_t recorded = 0;  // of it in the log already: a counter that was lost begins there
  std::optional<ReportKey> key = {};
};

// For what the log remembers that this request was recorded under its key: where it names an alias, each attempt may have been
// for another version. Nothing where it does not remember it. Called on the store's
// thread, and before it by who handles the report: on any.
using RememberedFor = std::function<std::optional<UsageCounter>(const ReportKey&)>;
// How much of a counter the log has.
using RecordedUsage = std::function<std::uint64_t(const UsageCounter&)>;

// Notes that an attempt at the report is under way. Of one counter at most kMaxUsageReportsUnderWay are, and then the oldest
// is forgotten: should it have been recorded after all, it counts no more.
Store::Job begin_report(UsageReport report, RememberedFor remembered_for);
// Counts it for what it was recorded for, and those that were recorded before it and not counted; of the counter that this
// attempt was noted for it is no longer under way.
Store::Job count_report(UsageReport report, UsageCounter recorded_for, RememberedFor remembered_for);
// This attempt was refused. Others under the same key go on.
Store::Job forget_report(UsageReport report, RememberedFor remembered_for);
// While nobody reports: counts what was recorded and not counted, and forgets what was refused.
Result<void> settle_usage(Store& store, const RememberedFor& remembered_for, const RecordedUsage& recorded);

std::optional<UsageRow> find_usage(const Store& store, const UsageCounter& of);

// The counters in the order of their keys, from behind `after` on (empty: from the first), `most` at most.
struct CountedUsage {
  std::string key;
  UsageCounter of;
  UsageRow row;
};
std::vector<CountedUsage> usage_after(const Store& store, const std::string& after, std::size_t most);

}  // namespace herald::work
