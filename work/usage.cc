#include "work/usage.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/bytes.h"
#include "base/limits.h"
#include "reflect/record.h"

namespace herald::work {
namespace {

struct ReportUnderWay {
  ReportKey key;
  std::uint64_t count = 0;
  Timestamp at;
  std::optional<registry::AliasName> alias;
};
BOOST_DESCRIBE_STRUCT(ReportUnderWay, (), (key, count, at, alias))

struct ReportsUnderWay {
  std::vector<ReportUnderWay> reports;  // the oldest first
};
BOOST_DESCRIBE_STRUCT(ReportsUnderWay, (), (reports))

constexpr std::size_t kModelBytes = 16, kVersionBytes = 8;
// The reports under way are in the same table, behind the counters of all models: no id is made of such bytes.
const std::string kUnderWay(kModelBytes, '\xFF');

std::string counter_key(const UsageCounter& of) {
  std::string key(of.model_id.bytes());
  append_be64(key, of.version.value());
  return key + of.consumer.str();
}

UsageCounter counter_of(std::string_view key) {
  return {registry::ModelId(Uuid::from_bytes(key.substr(0, kModelBytes))),
          registry::VersionNumber(read_be64(key.substr(kModelBytes))),
          registry::Label::trusted(key.substr(kModelBytes + kVersionBytes))};
}

template <class Row>
std::optional<Row> row_at(const lmdb::WriteTxn& txn, const Tables& tables, const std::string& key) {
  const auto bytes = txn.get(tables.usage, key);
  if (!bytes) return std::nullopt;
  return record::decode<Row>(*bytes);
}

void add_report(UsageRow& row, std::uint64_t count, Timestamp at,
                const std::optional<registry::AliasName>& alias) {
  row.total += count;
  row.last = std::max(row.last, at);
  row.alias = alias;
}

Result<void> put_under_way(lmdb::WriteTxn& txn, const Tables& tables, const std::string& counter,
                           const ReportsUnderWay& under_way) {
  const std::string at = kUnderWay + counter;
  if (!under_way.reports.empty()) return txn.put(tables.usage, at, record::encode(under_way));
  HERALD_CHECK(txn.erase(tables.usage, at));
  return {};
}

enum class StillUnderWay { yes, no };

// Adds those that the log has for this counter, each once however many attempts at it there were, and forgets that they were
// under way; so it does with those that it has for another, which counts them. `others`: whether those that it does not have
// may yet be recorded; if not, they were refused.
Result<void> settle_reports(lmdb::WriteTxn& txn, const Tables& tables, const std::string& counter,
                            UsageRow& row, const RememberedFor& remembered_for, StillUnderWay others) {
  auto under_way = row_at<ReportsUnderWay>(txn, tables, kUnderWay + counter).value_or(ReportsUnderWay{});
  const std::size_t before = under_way.reports.size();
  std::set<std::pair<std::string, std::string>> added;
  std::erase_if(under_way.reports, [&](const ReportUnderWay& report) {
    const auto recorded = remembered_for(report.key);
    if (recorded && counter_key(*recorded) == counter &&
        added.emplace(report.key.actor, report.key.key).second)
      add_report(row, report.count, report.at, report.alias);
    return recorded || others == StillUnderWay::no;
  });
  if (under_way.reports.size() == before) return {};
  return put_under_way(txn, tables, counter, under_way);
}

// Settles the counter, and then does `change` to it. Nothing where there is none: a retry, and the counter was lost; the next
// report begins with what the log has.
template <class Change>
Result<void> settle_and_change(lmdb::WriteTxn& txn, const Tables& tables, const UsageCounter& of,
                               const RememberedFor& remembered_for, Change change) {
  const std::string counter = counter_key(of);
  auto row = row_at<UsageRow>(txn, tables, counter);
  if (!row) return {};
  HERALD_CHECK(settle_reports(txn, tables, counter, *row, remembered_for, StillUnderWay::yes));
  change(*row);
  return txn.put(tables.usage, counter, record::encode(*row));
}

// Once for each attempt: when one of them is refused, the others may yet be recorded.
Result<void> note_report(lmdb::WriteTxn& txn, const Tables& tables, const UsageReport& report) {
  const std::string counter = counter_key(report.of);
  auto under_way = row_at<ReportsUnderWay>(txn, tables, kUnderWay + counter).value_or(ReportsUnderWay{});
  auto& reports = under_way.reports;
  if (reports.size() >= limits::kMaxUsageReportsUnderWay) reports.erase(reports.begin());
  reports.push_back({*report.key, report.count, report.at, report.alias});
  return put_under_way(txn, tables, counter, under_way);
}

Result<void> drop_attempt(lmdb::WriteTxn& txn, const Tables& tables, const UsageReport& report) {
  const std::string counter = counter_key(report.of);
  auto under_way = row_at<ReportsUnderWay>(txn, tables, kUnderWay + counter).value_or(ReportsUnderWay{});
  auto& reports = under_way.reports;
  const auto noted = std::find_if(reports.begin(), reports.end(),
                                  [&](const ReportUnderWay& known) { return known.key == *report.key; });
  if (noted == reports.end()) return {};
  reports.erase(noted);
  return put_under_way(txn, tables, counter, under_way);
}

}  // namespace

Store::Job begin_report(UsageReport report, RememberedFor remembered_for) {
  return [report = std::move(report), remembered_for = std::move(remembered_for)](
             lmdb::WriteTxn& txn, const Tables& tables) -> Result<void> {
    const std::string counter = counter_key(report.of);
    if (!txn.get(tables.usage, counter)) {
      const UsageRow fresh{report.recorded, report.at, report.alias};
      HERALD_CHECK(txn.put(tables.usage, counter, record::encode(fresh)));
    }
    if (!report.key || remembered_for(*report.key)) return {};
    return note_report(txn, tables, report);
  };
}

Store::Job count_report(UsageReport report, UsageCounter recorded_for, RememberedFor remembered_for) {
  return [report = std::move(report), recorded_for = std::move(recorded_for),
          remembered_for = std::move(remembered_for)](lmdb::WriteTxn& txn,
                                                      const Tables& tables) -> Result<void> {
    if (report.key && report.of != recorded_for)
      HERALD_CHECK(settle_and_change(txn, tables, report.of, remembered_for, [](UsageRow&) {}));
    return settle_and_change(txn, tables, recorded_for, remembered_for, [&report](UsageRow& row) {
      if (!report.key) add_report(row, report.count, report.at, report.alias);
    });
  };
}

Store::Job forget_report(UsageReport report, RememberedFor remembered_for) {
  return [report = std::move(report), remembered_for = std::move(remembered_for)](
             lmdb::WriteTxn& txn, const Tables& tables) -> Result<void> {
    if (!report.key) return {};
    HERALD_CHECK(settle_and_change(txn, tables, report.of, remembered_for, [](UsageRow&) {}));
    return drop_attempt(txn, tables, report);
  };
}

Result<void> settle_usage(Store& store, const RememberedFor& remembered_for, const RecordedUsage& recorded) {
  std::string after;
  for (;;) {
    const auto counters = usage_after(store, after, limits::kUsageCountersAtOnce);
    if (counters.empty()) return {};
    after = counters.back().key;
    HERALD_CHECK(store.run([&](lmdb::WriteTxn& txn, const Tables& tables) -> Result<void> {
      for (const CountedUsage& counted : counters) {
        UsageRow row = counted.row;
        HERALD_CHECK(settle_reports(txn, tables, counted.key, row, remembered_for, StillUnderWay::no));
        row.total = std::max(row.total, recorded(counted.of));
        if (row.total != counted.row.total)
          HERALD_CHECK(txn.put(tables.usage, counted.key, record::encode(row)));
      }
      return {};
    }));
  }
}

std::optional<UsageRow> find_usage(const Store& store, const UsageCounter& of) {
  const auto txn = store.read();
  const auto row = txn.get(store.tables().usage, counter_key(of));
  if (!row) return std::nullopt;
  return record::decode<UsageRow>(*row);
}

std::vector<CountedUsage> usage_after(const Store& store, const std::string& after, std::size_t most) {
  std::vector<CountedUsage> found;
  const auto txn = store.read();
  lmdb::Cursor cursor = txn.cursor(store.tables().usage);
  for (auto at = after.empty() ? cursor.first() : cursor.at_or_after(after); at && found.size() < most;
       at = cursor.next()) {
    if (at->key.starts_with(kUnderWay)) break;
    if (at->key == after) continue;
    found.push_back({std::string(at->key), counter_of(at->key), record::decode<UsageRow>(at->value)});
  }
  return found;
}

}  // namespace herald::work
