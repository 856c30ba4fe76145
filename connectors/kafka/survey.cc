#include "connectors/kafka/survey.h"

#include <utility>

#include "eventstore/merkle.h"
#include "registry/event.h"

namespace herald::connectors::kafka {
namespace {

// Of <prefix>.events when Herald makes it: total order.
constexpr std::uint32_t kPartitions = 1;

Survey stopped(std::string what) {
  return {Decide{std::move(what)}, 0, {}};
}

std::string not_heralds(const std::string& topic, std::int64_t offset) {
  return fmt::format(
      "the record at offset {} of topic {} is not Herald's: another program writes to it. Choose another "
      "--kafka-prefix",
      offset, topic);
}

// Nothing: as it must be, or not there.
Result<std::optional<std::string>> wrong_with_topics(rd_kafka_t& client, const Names& names,
                                                     const std::optional<std::uint32_t>& events,
                                                     const std::optional<std::uint32_t>& progress,
                                                     std::stop_token stop) {
  if (events) {
    HERALD_TRY(const Settings settings, settings_of(client, names.events, stop));
    if (auto wrong = wrong_with_events(names.events, settings)) return wrong;
  }
  if (progress) {
    HERALD_TRY(const Settings settings, settings_of(client, names.progress, stop));
    if (auto wrong = wrong_with_progress(names.progress, *progress, settings)) return wrong;
  }
  return std::optional<std::string>();
}

}  // namespace

Result<Survey> survey(const Reader& reader, const Names& names, const Cluster& cluster, const LogSide& log,
                      std::stop_token stop) {
  rd_kafka_t& client = reader.client();
  HERALD_TRY(const auto events, partitions_of(client, names.events, stop));
  HERALD_TRY(const auto progress, partitions_of(client, names.progress, stop));
  HERALD_TRY(const auto wrong, wrong_with_topics(client, names, events, progress, stop));
  if (wrong) return stopped(*wrong);

  Survey survey;
  Found found;
  found.partitions = events;
  if (progress) {
    HERALD_TRY(const auto record, reader.last(names.progress, 0, stop));
    if (record) {
      const auto decoded = decode_progress(record->value);
      if (!decoded) return stopped(not_heralds(names.progress, record->offset));
      found.progress = *decoded;
    }
  }
  for (std::int32_t partition = 0; partition < static_cast<std::int32_t>(events.value_or(0)); ++partition) {
    HERALD_TRY(const auto record, reader.last(names.events, partition, stop));
    if (!record) continue;
    const auto envelope = registry::decode_envelope(record->value);
    if (!envelope) return stopped(not_heralds(names.events, record->offset));
    survey.newest[partition] = record->offset;
    if (!found.newest || envelope->sequence > found.newest->sequence) {
      found.newest =
          NewestEvent{envelope->sequence, envelope->source, eventstore::merkle_leaf(record->value)};
    }
  }
  survey.standing = judge(found, log, names);
  if (std::holds_alternative<Decide>(survey.standing)) return survey;

  if (!events) HERALD_CHECK(make_events(client, names.events, kPartitions, cluster, stop));
  if (!progress) HERALD_CHECK(make_progress(client, names.progress, cluster, stop));
  survey.partitions = events.value_or(kPartitions);
  return survey;
}

}  // namespace herald::connectors::kafka
