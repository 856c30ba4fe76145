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
  // `result` says how far the topic is compared, and how far the log went then.
  Comparison(Verification& result, const Names& names, std::int32_t partitions, const EventAt& event)
      : result_(result),
        names_(names),
        partitions_(partitions),
        event_(event),
        seen_(std::min(result.progress, result.in_log) + 1) {}

  void begin_partition() { newest_ = 0; }
  std::uint64_t newest() const { return newest_of_all_; }

  void record(std::int32_t partition, const ReadRecord& read) {
    ++result_.in_topic;
    const auto expected = record_of(read.value);
    const std::string where = fmt::format("offset {} of {} [{}]", read.offset, names_.events, partition);
    if (!expected) return differ("{} is no event: {}", where, expected.error().message);
    const std::uint64_t sequence = expected->sequence;
    if (sequence <= newest_) differ("{}: event {} stands behind event {}", where, sequence, newest_);
    newest_ = std::max(newest_, sequence);
    newest_of_all_ = std::max(newest_of_all_, sequence);
    if (partition_of(expected->key, partitions_) != partition)
      differ("{}: event {} belongs elsewhere", where, sequence);
    if (read.key != expected->key) differ("{}: event {} has the key \"{}\"", where, sequence, read.key);
    if (read.headers != expected->headers)
      differ("{}: event {} has other headers than its attributes", where, sequence);
    if (sequence <= result_.progress) compare(where, sequence, read.value);
  }

  // Each event up to the progress, once.
  void end() {
    const std::uint64_t expected = seen_.size() - 1;
    if (result_.progress > result_.in_log)
      differ("{} says {}, and the log ends at {}", names_.progress, result_.progress, result_.in_log);
    for (std::uint64_t from = 1; from <= expected; ++from) {
      if (seen_[from]) continue;
      std::uint64_t to = from;
      while (to < expected && !seen_[to + 1]) ++to;
      differ("{} lacks events {} to {}", names_.events, from, to);
      from = to;
    }
  }

  template <class... Args>
  void differ(fmt::format_string<Args...> text, Args&&... args) {
    if (result_.differences.size() < kMostDifferences) {
      result_.differences.push_back(fmt::format(text, std::forward<Args>(args)...));
    }
  }

 private:
  void compare(const std::string& where, std::uint64_t sequence, const std::string& value) {
    if (sequence == 0 || sequence >= seen_.size())
      return differ("{}: event {} is not in the log", where, sequence);
    if (seen_[sequence]) return differ("{}: event {} is there twice", where, sequence);
    seen_[sequence] = true;
    const auto bytes = event_(sequence);
    if (!bytes) return differ("{}: event {} is not in the log", where, sequence);
    ++result_.compared;
    if (*bytes != value) differ("{}: event {} has other bytes than in the log", where, sequence);
  }

  Verification& result_;
  const Names& names_;
  std::int32_t partitions_;
  const EventAt& event_;
  std::vector<bool> seen_;    // by sequence
  std::uint64_t newest_ = 0;  // of the partition
  std::uint64_t newest_of_all_ = 0;
};

Result<std::uint64_t> published(const Reader& reader, const Names& names) {
  HERALD_TRY(const auto cursor, reader.last(names.progress, 0, std::stop_token()));
  if (!cursor) return std::uint64_t{0};
  HERALD_TRY(const Progress decoded, decode_progress(cursor->value));
  return decoded.sequence;
}

}  // namespace

// Publication goes on meanwhile. Each reading bounds those after it: the log holds all that the cursor says, the topic
// all that either says, and the cursor, read once more, speaks of every event that the topic was found to hold.
Result<Verification> verify(const Options& options, const std::function<Result<std::uint64_t>()>& log_end,
                            const EventAt& event, const std::function<void(std::uint64_t)>& progress) {
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

  HERALD_TRY(const Settings of_events, settings_of(reader.client(), names.events, never));
  HERALD_TRY(const Settings of_progress, settings_of(reader.client(), names.progress, never));

  Verification result;
  HERALD_TRY(result.progress, published(reader, names));
  HERALD_TRY(result.in_log, log_end());
  const auto count = static_cast<std::int32_t>(*partitions);
  Comparison comparison(result, names, count, event);
  for (const auto& wrong : {wrong_with_events(names.events, of_events),
                            wrong_with_progress(names.progress, *has_progress, of_progress)})
    if (wrong) comparison.differ("{}", *wrong);
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
  comparison.end();
  HERALD_TRY(const std::uint64_t reached, published(reader, names));
  if (comparison.newest() > reached) {
    comparison.differ("{} ends at event {}, and {} says {}", names.events, comparison.newest(),
                      names.progress, reached);
  }
  return result;
}

}  // namespace herald::connectors::kafka
