#include "work/usage.h"

#include <algorithm>

#include "base/bytes.h"
#include "reflect/record.h"

namespace herald::work {
namespace {

std::string counter_key(const UsageCounter& of) {
  std::string key(of.model_id.bytes());
  append_be64(key, of.version.value());
  return key + of.consumer.str();
}

}  // namespace

Result<std::uint64_t> count_usage(Store& store, const UsageReport& report) {
  std::uint64_t total = 0;
  HERALD_CHECK(store.run([&](lmdb::WriteTxn& txn, const Tables& tables) -> Result<void> {
    const std::string key = counter_key(report.of);
    UsageRow row;
    if (const auto known = txn.get(tables.usage, key)) row = record::decode<UsageRow>(*known);
    row.total = total = std::max(row.total, report.recorded) + report.count;
    row.last = std::max(row.last, report.at);
    row.alias = report.alias;
    return txn.put(tables.usage, key, record::encode(row));
  }));
  return total;
}

std::optional<UsageRow> find_usage(const Store& store, const UsageCounter& of) {
  const auto txn = store.read();
  const auto row = txn.get(store.tables().usage, counter_key(of));
  if (!row) return std::nullopt;
  return record::decode<UsageRow>(*row);
}

}  // namespace herald::work
