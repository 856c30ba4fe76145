#include "connectors/kafka/batch.h"

namespace herald::connectors::kafka {

std::size_t cut(const std::vector<EventRecord>& read, bool more, const BatchLimits& limits) {
  std::size_t fitting = 0;
  for (std::size_t bytes = 0; fitting < read.size() && fitting < limits.events; ++fitting) {
    bytes += read[fitting].value.size();
    if (bytes > limits.bytes && fitting > 0) break;
  }
  if (fitting == read.size() && !more) return fitting;
  // Without the event behind, nobody can tell whether it belongs to the last one.
  const bool next_is_known = fitting < read.size();
  const std::string& correlation = next_is_known ? read[fitting].correlation : read[fitting - 1].correlation;
  std::size_t whole = fitting;
  while (whole > 0 && read[whole - 1].correlation == correlation) --whole;
  return whole > 0 ? whole : fitting;
}

Result<std::vector<EventRecord>> next_batch(const eventstore::Log& log, Sequence after, Sequence last,
                                            const BatchLimits& limits) {
  std::vector<std::string> read;
  std::size_t bytes = 0;
  {
    const auto reader = log.read();
    reader.scan(after.next(), [&](Sequence at, std::string_view event) {
      if (at > last) return false;
      read.emplace_back(event);
      bytes += event.size();
      return read.size() <= limits.events && bytes <= limits.bytes;
    });
  }
  std::vector<EventRecord> records;
  records.reserve(read.size());
  for (std::string& event : read) {
    HERALD_TRY(EventRecord record, record_of(std::move(event)));
    records.push_back(std::move(record));
  }
  const bool more = after.value() + records.size() < last.value();
  records.resize(cut(records, more, limits));
  return records;
}

}  // namespace herald::connectors::kafka
