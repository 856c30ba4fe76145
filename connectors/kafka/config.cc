#include "connectors/kafka/config.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/digest.h"

namespace herald::connectors::kafka {
namespace {

constexpr std::size_t kMaxTopicName = 249;        // Kafka's own
constexpr std::size_t kMaxTransactionalId = 200;  // Kafka takes any; longer ones are no help in its logs

using Setting = std::pair<const char*, const char*>;

constexpr std::array kShared{
    Setting{"client.id", "herald"},
    Setting{"socket.timeout.ms", "10000"},
    Setting{"reconnect.backoff.max.ms", "1000"},
    Setting{"socket.keepalive.enable", "true"},
    Setting{"topic.metadata.refresh.fast.interval.ms", "50"},
};

constexpr std::array kProducer{
    Setting{"acks", "all"},
    Setting{"enable.idempotence", "true"},
    Setting{"transaction.timeout.ms", "10000"},
    Setting{"message.timeout.ms", "8000"},  // below it, as transactions ask
    Setting{"partitioner", "murmur2_random"},
    Setting{"linger.ms", "2"},
    Setting{"compression.type", "lz4"},
};

constexpr std::array kReader{
    Setting{"enable.partition.eof", "true"},
    Setting{"auto.offset.reset", "earliest"},
    Setting{"allow.auto.create.topics", "false"},
    Setting{"enable.auto.commit", "false"},
    Setting{"check.crcs", "true"},
    Setting{"fetch.wait.max.ms", "10"},  // the end of a partition is told when a fetch comes back empty
    Setting{"fetch.error.backoff.ms", "50"},
};

// Besides those above: other names of the same, and what would undo them.
constexpr std::array<std::string_view, 18> kOurs{"bootstrap.servers",
                                                 "metadata.broker.list",
                                                 "transactional.id",
                                                 "transaction.timeout.ms",
                                                 "acks",
                                                 "request.required.acks",
                                                 "enable.idempotence",
                                                 "enable.gapless.guarantee",
                                                 "partitioner",
                                                 "message.timeout.ms",
                                                 "delivery.timeout.ms",
                                                 "isolation.level",
                                                 "group.id",
                                                 "enable.partition.eof",
                                                 "auto.offset.reset",
                                                 "allow.auto.create.topics",
                                                 "max.in.flight",
                                                 "delivery.report.only.error"};

// What the publisher tells itself, once: that a broker does not answer, that a call failed.
constexpr std::array<std::string_view, 6> kToldElsewhere{"FAIL",   "ERROR",    "CONFWARN",
                                                         "TXNERR", "ADDPARTS", "GETPID"};

// librdkafka's levels are syslog's.
void log(const rd_kafka_t*, int level, const char* facility, const char* text) {
  const bool told_elsewhere = std::ranges::find(kToldElsewhere, facility) != kToldElsewhere.end();
  const auto ours = level >= 6 || told_elsewhere ? spdlog::level::debug
                    : level == 5                 ? spdlog::level::info
                                                 : spdlog::level::warn;
  spdlog::log(ours, "kafka client: {}: {}", facility, text);
}

Result<void> set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  char why[512];
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why, sizeof why) == RD_KAFKA_CONF_OK) return {};
  return error(Cause::invalid_value, fmt::format("Kafka property {}: {}", name, why), "kafka-property");
}

template <std::size_t n>
Result<Conf> conf_of(const Options& options, const std::array<Setting, n>& own) {
  Conf conf(rd_kafka_conf_new());
  rd_kafka_conf_set_log_cb(conf.get(), log);
  HERALD_CHECK(set(conf.get(), "bootstrap.servers", options.brokers));
  for (const auto& [name, value] : kShared) HERALD_CHECK(set(conf.get(), name, value));
  for (const auto& [name, value] : own) HERALD_CHECK(set(conf.get(), name, value));
  for (const auto& [name, value] : options.properties) {
    if (std::ranges::find(kOurs, name) != kOurs.end()) {
      return error(
          Cause::invalid_value,
          fmt::format("Kafka property {}: Herald sets it itself, since exactly-once publication rests on it",
                      name),
          "kafka-property");
    }
    HERALD_CHECK(set(conf.get(), name, value));
  }
  return conf;
}

Result<Client> open(rd_kafka_type_t type, Conf conf) {
  char why[512];
  Client client(rd_kafka_new(type, conf.get(), why, sizeof why));
  if (!client)
    return error(Cause::invalid_value, fmt::format("these Kafka properties do not go together: {}", why),
                 "kafka-property");
  static_cast<void>(conf.release());  // the client's now
  return client;
}

}  // namespace

Result<Names> names_of(const std::string& prefix) {
  Names names{prefix + ".events", prefix + ".progress"};
  const bool allowed = std::ranges::all_of(prefix, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
  if (prefix.empty() || !allowed || names.progress.size() > kMaxTopicName) {
    return error(
        Cause::invalid_value,
        fmt::format(
            "\"{}\" cannot begin the name of a Kafka topic: letters, digits, \".\", \"_\" and \"-\" are "
            "allowed, {} characters at most",
            prefix, kMaxTopicName - std::string_view(".progress").size()),
        "kafka-prefix");
  }
  return names;
}

std::string transactional_id(const std::string& origin, const std::string& cluster,
                             const std::string& prefix) {
  std::string id = fmt::format("herald/{}/{}/{}", origin, cluster, prefix);
  return id.size() <= kMaxTransactionalId ? id : "herald/" + sha256(id).hex();
}

Result<Client> open_reader(const Options& options, Isolation isolation) {
  HERALD_TRY(Conf conf, conf_of(options, kReader));
  HERALD_CHECK(set(conf.get(), "isolation.level",
                   isolation == Isolation::read_committed ? "read_committed" : "read_uncommitted"));
  return open(RD_KAFKA_CONSUMER, std::move(conf));
}

Result<Client> open_producer(const Options& options, const std::string& transactional_id, Delivered delivered,
                             void* opaque) {
  HERALD_TRY(Conf conf, conf_of(options, kProducer));
  HERALD_CHECK(set(conf.get(), "transactional.id", transactional_id));
  rd_kafka_conf_set_opaque(conf.get(), opaque);
  rd_kafka_conf_set_dr_msg_cb(conf.get(), delivered);
  return open(RD_KAFKA_PRODUCER, std::move(conf));
}

}  // namespace herald::connectors::kafka
