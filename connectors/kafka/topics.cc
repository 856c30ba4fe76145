#include "connectors/kafka/topics.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <utility>

namespace herald::connectors::kafka {
namespace {

constexpr int kCallMs = 5'000;
constexpr int kMakeMs = 10'000;
constexpr int kMetadataSliceMs = 1'000;
constexpr std::size_t kReplicas = 3;
constexpr std::size_t kLargestRecord = 1 << 20;  // of a batch of records; an event is 64 KiB

// Of <prefix>.events. A broker's own defaults keep records for a week.
constexpr std::array<std::pair<const char*, const char*>, 3> kNothingIsTakenOut{
    {{"cleanup.policy", "delete"}, {"retention.ms", "-1"}, {"retention.bytes", "-1"}}};

using Metadata = Owned<const rd_kafka_metadata_t, rd_kafka_metadata_destroy>;

Result<Metadata> metadata_of(rd_kafka_t& client, rd_kafka_topic_t* topic, const std::stop_token& stop) {
  auto code = RD_KAFKA_RESP_ERR__TIMED_OUT;
  for (int waited = 0; waited < kCallMs && !stop.stop_requested(); waited += kMetadataSliceMs) {
    const rd_kafka_metadata_t* metadata = nullptr;
    code = rd_kafka_metadata(&client, 0, topic, &metadata, kMetadataSliceMs);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return Metadata(metadata);
  }
  return unavailable("asking the Kafka brokers", code);
}

AdminOptions admin_options(rd_kafka_t& client, rd_kafka_admin_op_t operation, int ms) {
  AdminOptions options(rd_kafka_AdminOptions_new(&client, operation));
  char why[256];
  rd_kafka_AdminOptions_set_request_timeout(options.get(), ms, why, sizeof why);
  return options;
}

Result<QueueEvent> answer(rd_kafka_queue_t& queue, int ms, const std::string& doing,
                          const std::stop_token& stop) {
  for (int waited = 0; waited <= ms; waited += kSliceMs) {
    if (stop.stop_requested()) return error(Cause::stopping, doing + ": given up, since the server stops");
    QueueEvent event(rd_kafka_queue_poll(&queue, kSliceMs));
    if (!event) continue;
    const auto code = rd_kafka_event_error(event.get());
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return unavailable(doing, code);
    return event;
  }
  return unavailable(doing, RD_KAFKA_RESP_ERR__TIMED_OUT);
}

Result<void> make(rd_kafka_t& client, const std::string& name, std::uint32_t partitions,
                  const Settings& settings, const Cluster& cluster, const std::stop_token& stop) {
  const std::size_t replicas = std::clamp<std::size_t>(cluster.brokers, 1, kReplicas);
  char why[256];
  NewTopic topic(rd_kafka_NewTopic_new(name.c_str(), static_cast<int>(partitions), static_cast<int>(replicas),
                                       why, sizeof why));
  if (!topic) return error(Cause::invalid_value, fmt::format("making topic {}: {}", name, why));
  for (const auto& [setting, value] : settings)
    rd_kafka_NewTopic_set_config(topic.get(), setting.c_str(), value.c_str());
  rd_kafka_NewTopic_set_config(topic.get(), "min.insync.replicas", replicas == kReplicas ? "2" : "1");

  const AdminOptions options = admin_options(client, RD_KAFKA_ADMIN_OP_CREATETOPICS, kMakeMs);
  const Queue queue(rd_kafka_queue_new(&client));
  rd_kafka_NewTopic_t* const topics[] = {topic.get()};
  rd_kafka_CreateTopics(&client, const_cast<rd_kafka_NewTopic_t**>(topics), 1, options.get(), queue.get());
  const std::string doing = "making topic " + name;
  HERALD_TRY(const QueueEvent event, answer(*queue, kMakeMs, doing, stop));
  std::size_t count = 0;
  const auto* const results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto code = rd_kafka_topic_result_error(results[i]);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    const char* const text = rd_kafka_topic_result_error_string(results[i]);
    return error(Cause::unavailable,
                 fmt::format("{}: {}", doing, text != nullptr ? text : rd_kafka_err2str(code)));
  }
  return {};
}

std::string setting(const Settings& settings, const std::string& name) {
  const auto found = settings.find(name);
  return found == settings.end() ? "" : found->second;
}

// "a=1, b=2"
void append_setting(std::string& text, std::string_view name, std::string_view value) {
  fmt::format_to(std::back_inserter(text), "{}{}={}", text.empty() ? "" : ", ", name, value);
}

bool takes_batches(const std::string& largest) {
  std::size_t bytes = 0;
  const char* const end = largest.data() + largest.size();
  const auto [at, code] = std::from_chars(largest.data(), end, bytes);
  return code != std::errc() || at != end || bytes >= kLargestRecord;
}

}  // namespace

Result<Cluster> cluster_of(rd_kafka_t& client, std::stop_token stop) {
  HERALD_TRY(const Metadata metadata, metadata_of(client, nullptr, stop));
  char* const id = rd_kafka_clusterid(&client, kCallMs);
  if (id == nullptr) return error(Cause::unavailable, "the brokers do not say which cluster they are");
  Cluster cluster{id, static_cast<std::size_t>(metadata->broker_cnt)};
  rd_kafka_mem_free(&client, id);
  return cluster;
}

Result<std::optional<std::uint32_t>> partitions_of(rd_kafka_t& client, const std::string& topic,
                                                   std::stop_token stop) {
  const Topic handle(rd_kafka_topic_new(&client, topic.c_str(), nullptr));
  HERALD_TRY(const Metadata metadata, metadata_of(client, handle.get(), stop));
  if (metadata->topic_cnt != 1)
    return error(Cause::unavailable, "the brokers do not say what they know of topic " + topic);
  const rd_kafka_metadata_topic_t& found = metadata->topics[0];
  if (found.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return std::optional<std::uint32_t>();
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) return unavailable("looking for topic " + topic, found.err);
  return std::optional(static_cast<std::uint32_t>(found.partition_cnt));
}

Result<Settings> settings_of(rd_kafka_t& client, const std::string& topic, std::stop_token stop) {
  const ConfigResource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  const AdminOptions options = admin_options(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, kCallMs);
  const Queue queue(rd_kafka_queue_new(&client));
  rd_kafka_ConfigResource_t* resources[] = {resource.get()};
  rd_kafka_DescribeConfigs(&client, resources, 1, options.get(), queue.get());
  const std::string doing = "reading the settings of topic " + topic;
  HERALD_TRY(const QueueEvent event, answer(*queue, kCallMs, doing, stop));
  std::size_t count = 0;
  const auto* const found =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  if (count != 1) return unavailable(doing, RD_KAFKA_RESP_ERR__BAD_MSG);
  if (const auto code = rd_kafka_ConfigResource_error(found[0]); code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return unavailable(doing, code);
  }
  Settings settings;
  const auto* const entries = rd_kafka_ConfigResource_configs(found[0], &count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* const value = rd_kafka_ConfigEntry_value(entries[i]);
    if (value != nullptr) settings[rd_kafka_ConfigEntry_name(entries[i])] = value;
  }
  return settings;
}

Result<void> make_events(rd_kafka_t& client, const std::string& topic, std::uint32_t partitions,
                         const Cluster& cluster, std::stop_token stop) {
  Settings settings(kNothingIsTakenOut.begin(), kNothingIsTakenOut.end());
  settings["max.message.bytes"] = std::to_string(kLargestRecord);
  return make(client, topic, partitions, settings, cluster, stop);
}

Result<void> make_progress(rd_kafka_t& client, const std::string& topic, const Cluster& cluster,
                           std::stop_token stop) {
  return make(
      client, topic, 1,
      {{"cleanup.policy", "compact"}, {"segment.ms", "86400000"}, {"min.cleanable.dirty.ratio", "0.1"}},
      cluster, stop);
}

std::optional<std::string> wrong_with_events(const std::string& topic, const Settings& settings) {
  std::string found, needed;
  for (const auto& [name, value] : kNothingIsTakenOut) {
    const std::string is = setting(settings, name);
    if (is == value) continue;
    append_setting(found, name, is);
    append_setting(needed, name, value);
  }
  if (!found.empty()) {
    return fmt::format(
        "topic {} has {}, which would take events out of it; set {} and run `herald kafka verify`, or choose "
        "another --kafka-prefix",
        topic, found, needed);
  }
  if (const std::string largest = setting(settings, "max.message.bytes"); !takes_batches(largest)) {
    return fmt::format(
        "topic {} has max.message.bytes={}, and takes no batch of events larger than that; set {} at "
        "least",
        topic, largest, kLargestRecord);
  }
  return std::nullopt;
}

std::optional<std::string> wrong_with_progress(const std::string& topic, std::uint32_t partitions,
                                               const Settings& settings) {
  if (partitions != 1) {
    return fmt::format(
        "topic {} has {} partitions and must have one; delete it if it is not Herald's, or choose another "
        "--kafka-prefix",
        topic, partitions);
  }
  const std::string policy = setting(settings, "cleanup.policy");
  if (policy != "compact") {
    return fmt::format(
        "topic {} has cleanup.policy={}, under which Kafka would forget how far events are published; set "
        "cleanup.policy=compact",
        topic, policy);
  }
  return std::nullopt;
}

}  // namespace herald::connectors::kafka
