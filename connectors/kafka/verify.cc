#include "connectors/kafka/verify.h"

#include <algorithm>

#include "connectors/kafka/progress.h"
#include "connectors/kafka/reader.h"
#include "connectors/kafka/topics.h"

namespace herald::connectors::kafka {
namespace {

constexpr std::size_t kMostDifferences = 20;

using EventAt = std::function<std::optional<std::string>(std::uint64_t)>;

class Comparison {
 public:
  Comparison(Verification& result, const Names& names, std::int32_t partitions, std::uint64_t last,
             const EventAt& event)
      : result_(result), names_(names), partitions_(partitions), event_(event), seen_(last + 1) {}

  void begin_partition() { newest_ = 0; }

  void record(std::int32_t partition, const ReadRecord& read) {
    ++result_.in_topic;
    const auto expected = record_of(read.value);
    const std::string where = fmt::format("offset {} of {} [{}]", read.offset, names_.events, partition);
    if (!expected) return differ("{} is no event: {}", where, expected.error().message);
    const std::uint64_t sequence = expected->sequence;
    if (sequence <= newest_) differ("{}: event {} stands behind event {}", where, sequence, newest_);
    newest_ = std::max(newest_, sequence);
    if (partition_of(expected->key, partitions_) != partition)
      differ("{}: event {} belongs elsewhere", where, sequence);
    if (read.key != expected->key) differ("{}: event {} has the key \"{}\"", where, sequence, read.key);
    if (read.headers != expected->headers)
      differ("{}: event {} has other headers than its attributes", where, sequence);
    if (sequence == 0 || sequence >= seen_.size())
      return differ("{}: event {} is not in the log", where, sequence);
    if (seen_[sequence]) return differ("{}: event {} is there twice", where, sequence);
    seen_[sequence] = true;
    const auto bytes = event_(sequence);
    if (!bytes) return differ("{}: event {} is not in the log", where, sequence);
    ++result_.compared;
    if (*bytes != read.value) differ("{}: event {} has other bytes than in the log", where, sequence);
  }

  // Each event up to `progress`, once.
  void end(std::uint64_t progress) {
    std::uint64_t newest = seen_.size() - 1;
    while (newest > 0 && !seen_[newest]) --newest;
    if (newest > progress)
      differ("{} ends at event {}, and {} says {}", names_.events, newest, names_.progress, progress);
    if (progress >= seen_.size())
      differ("{} says {}, and the log ends at {}", names_.progress, progress, seen_.size() - 1);
    const std::uint64_t expected = std::min<std::uint64_t>(progress, seen_.size() - 1);
    for (std::uint64_t from = 1; from <= expected; ++from) {
      if (seen_[from]) continue;
      std::uint64_t to = from;
      while (to < expected && !seen_[to + 1]) ++to;
      differ("{} lacks events {} to {}", names_.events, from, to);
      from = to;
    }
  }

 private:
  template <class... Args>
  void differ(fmt::format_string<Args...> text, Args&&... args) {
    if (result_.differences.size() < kMostDifferences) {
      result_.differences.push_back(fmt::format(text, std::forward<Args>(args)...));
    }
  }

  Verification& result_;
  const Names& names_;
  std::int32_t partitions_;
  const EventAt& event_;
  std::vector<bool> seen_;    // by sequence
  std::uint64_t newest_ = 0;  // of the partition
};

}  // namespace

Result<Verification> verify(const Options& options, std::uint64_t last, const EventAt& event,
                            const std::function<void(std::uint64_t)>& progress) {
  const std::stop_token never;
  HERALD_TRY(const Names names, names_of(options.prefix));
  HERALD_TRY(const Reader reader, Reader::open(options));
  HERALD_TRY(const auto partitions, partitions_of(reader.client(), names.events, never));
  if (!partitions)
    return error(Cause::not_found, fmt::format("there is no topic {} at {}", names.events, options.brokers));
  HERALD_TRY(const auto has_progress, partitions_of(reader.client(), names.progress, never));
  if (!has_progress)
    return error(Cause::not_found,
                 fmt::format("there is no topic {} at {}", names.progress, options.brokers));

  Verification result;
  result.in_log = last;
  // Read first: events that are published meanwhile are beyond it.
  HERALD_TRY(const auto cursor, reader.last(names.progress, 0, never));
  if (cursor) {
    HERALD_TRY(const Progress decoded, decode_progress(cursor->value));
    result.progress = decoded.sequence;
  }
  const auto count = static_cast<std::int32_t>(*partitions);
  Comparison comparison(result, names, count, last, event);
  for (std::int32_t partition = 0; partition < count; ++partition) {
    HERALD_TRY(const std::int64_t end, reader.end_of(names.events, partition, never));
    comparison.begin_partition();
    HERALD_CHECK(reader.read(
        names.events, partition, 0, end,
        [&](const ReadRecord& record) {
          comparison.record(partition, record);
          progress(result.in_topic);
          return true;
        },
        never));
  }
  comparison.end(result.progress);
  return result;
}

}  // namespace herald::connectors::kafka
