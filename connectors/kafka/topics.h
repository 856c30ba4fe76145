// The topics themselves: are they there, as they must be, and if not, made. Each call takes 5 s at most (making a
// topic 10 s), 1 s from `stop` on, and fails with `unavailable` when the broker does not answer or refuses.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

#include "connectors/kafka/config.h"
#include "connectors/kafka/handles.h"

namespace herald::connectors::kafka {

struct Cluster {
  std::string id;
  std::size_t brokers = 0;
};
Result<Cluster> cluster_of(rd_kafka_t& client, std::stop_token stop);

// Nothing: there is no such topic.
Result<std::optional<std::uint32_t>> partitions_of(rd_kafka_t& client, const std::string& topic,
                                                   std::stop_token stop);

using Settings = std::map<std::string, std::string>;
Result<Settings> settings_of(rd_kafka_t& client, const std::string& topic, std::stop_token stop);

// Three replicas where the cluster has the brokers, of which two must have a record before it counts as written. One that
// somebody else makes meanwhile is an error (unavailable): it has partitions and settings of its own, to be looked at.
Result<void> make_events(rd_kafka_t& client, const std::string& topic, std::uint32_t partitions,
                         const Cluster& cluster, std::stop_token stop);
Result<void> make_progress(rd_kafka_t& client, const std::string& topic, const Cluster& cluster,
                           std::stop_token stop);

// What an existing topic must be. The sentence says what is wrong and what to do; nothing: all is well.
std::optional<std::string> wrong_with_events(const std::string& topic, const Settings& settings);
std::optional<std::string> wrong_with_progress(const std::string& topic, std::uint32_t partitions,
                                               const Settings& settings);

}  // namespace herald::connectors::kafka
