#include "connectors/kafka/standing.h"

#include <fmt/format.h>

namespace herald::connectors::kafka {
namespace {

constexpr std::string_view kAnew =
    "to publish this log from its first event on, choose another --kafka-prefix, or delete both topics and "
    "tell consumers";

Decide anothers(const std::string& topic, const std::string& origin, const LogSide& log) {
  return {fmt::format("topic {} is the log {}'s, and this is the log {}. Choose another --kafka-prefix",
                      topic, origin, log.origin)};
}

Decide without_progress(const Found& found, const Names& names) {
  return {fmt::format(
      "topic {} holds events up to {}, but {} says nothing of them: it was deleted, or emptied. Bring it "
      "back; or, {}",
      names.events, found.newest->sequence, names.progress, kAnew)};
}

Decide events_missing(const Progress& progress, const Names& names) {
  return {fmt::format(
      "events up to {} were published, but topic {} is not there any more: it was deleted. Delete {} too to "
      "publish all events again, or choose another --kafka-prefix",
      progress.sequence, names.events, names.progress)};
}

Decide events_lost(const Progress& progress, std::uint64_t newest, const Names& names) {
  return {fmt::format(
      "events up to {} were published, but the newest in topic {} is {}: the topic was deleted, emptied or "
      "made anew. Bring it back; or, {}",
      progress.sequence, names.events, newest == 0 ? "none" : std::to_string(newest), kAnew)};
}

Decide log_behind(const Progress& progress, const LogSide& log, const Names& names) {
  return {fmt::format(
      "topic {} holds events up to {}, but this log ends at {}: it was restored from an older backup, or "
      "another copy of it has published. Consumers have seen events that are not in it. Restore the newer "
      "log; or, {}",
      names.events, progress.sequence, log.last.value(), kAnew)};
}

Decide log_differs(std::uint64_t sequence, const Names& names) {
  return {fmt::format(
      "event {} in topic {} is not event {} of this log: the log was restored from an older backup and went "
      "another way since, or another copy of it has published. Bring back the log that was published; or, {}",
      sequence, names.events, sequence, kAnew)};
}

Decide partitions_changed(std::uint32_t before, std::uint32_t now, const Names& names) {
  return {
      fmt::format("topic {} has {} partitions, and had {} when events were published: events of one subject "
                  "now lie in two, "
                  "out of order. To go on with {}, choose another --kafka-prefix; or, {}",
                  names.events, now, before, now, kAnew)};
}

}  // namespace

Standing judge(const Found& found, const LogSide& log, const Names& names) {
  if (found.progress && found.progress->origin != log.origin)
    return anothers(names.progress, found.progress->origin, log);
  if (found.newest && found.newest->source != log.origin)
    return anothers(names.events, found.newest->source, log);
  if (!found.progress) {
    if (found.newest) return without_progress(found, names);
    return Resume{Sequence(0)};
  }
  const Progress& progress = *found.progress;
  if (!found.partitions) return events_missing(progress, names);
  if (*found.partitions != progress.partitions)
    return partitions_changed(progress.partitions, *found.partitions, names);
  const std::uint64_t newest = found.newest ? found.newest->sequence : 0;
  if (newest < progress.sequence) return events_lost(progress, newest, names);
  if (newest > progress.sequence) return without_progress(found, names);
  if (progress.sequence > log.last.value()) return log_behind(progress, log, names);
  if (log.leaf(Sequence(progress.sequence)) != progress.leaf || found.newest->leaf != progress.leaf) {
    return log_differs(progress.sequence, names);
  }
  return Resume{Sequence(progress.sequence)};
}

}  // namespace herald::connectors::kafka
