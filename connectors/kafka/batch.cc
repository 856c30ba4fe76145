#include "connectors/kafka/batch.h"

namespace herald::connectors::kafka {

namespace {

std::size_t as_many_as_fit(const std::vector<EventRecord>& read, const BatchLimits& limits) {
  std::size_t fitting = 0;
  for (std::size_t bytes = 0; fitting < read.size() && fitting < limits.events; ++fitting) {
    bytes += read[fitting].value.size();
    if (bytes > limits.bytes && fitting > 0) break;
  }
  return fitting;
}

}  // namespace

std::size_t cut(const std::vector<EventRecord>& read, bool more, const BatchLimits& limits,
                const CommandBegin& command_begin) {
  const std::size_t fitting = as_many_as_fit(read, limits);
  if (fitting == read.size() && !more) return fitting;
  // Without the event behind, nobody can tell whether it has the correlation id of the last one.
  const bool next_is_known = fitting < read.size();
  const std::string& correlation = next_is_known ? read[fitting].correlation : read[fitting - 1].correlation;
  std::size_t run = fitting;
  while (run > 0 && read[run - 1].correlation == correlation) --run;

  const std::uint64_t first = read.front().sequence;
  for (const std::size_t end : {run, fitting}) {
    const std::uint64_t begin = command_begin(Sequence(first + end)).value();
    if (begin > first) return begin - first;
  }
  return fitting;
}

Result<std::vector<EventRecord>> next_batch(const eventstore::Log& log, Sequence after, Sequence last,
                                            const BatchLimits& limits) {
  std::vector<std::string> read;
  std::size_t bytes = 0;
  const eventstore::LogReader reader = log.read();
  reader.scan(after.next(), [&](Sequence at, std::string_view event) {
    if (at > last) return false;
    read.emplace_back(event);
    bytes += event.size();
    return read.size() <= limits.events && bytes <= limits.bytes;
  });
  std::vector<EventRecord> records;
  records.reserve(read.size());
  for (std::string& event : read) {
    HERALD_TRY(EventRecord record, record_of(std::move(event)));
    records.push_back(std::move(record));
  }
  const bool more = after.value() + records.size() < last.value();
  records.resize(cut(records, more, limits, [&](Sequence at) { return reader.command_begin(at); }));
  return records;
}

}  // namespace herald::connectors::kafka
