// What Herald asks of librdkafka and of the topics' names. What exactly-once stands on is set here and cannot be set
// otherwise: a property of the operator's that would is refused.
#pragma once

#include <string>

#include "connectors/kafka/handles.h"
#include "connectors/kafka/publisher.h"

namespace herald::connectors::kafka {

struct Names {
  std::string events, progress;
};
// Errors: invalid_value (a prefix that makes no topic's name).
Result<Names> names_of(const std::string& prefix);

// One publisher per log, cluster and prefix: a second one with the same id fences the first.
std::string transactional_id(const std::string& origin, const std::string& cluster,
                             const std::string& prefix);

enum class Isolation { read_committed, read_uncommitted };

// Errors: invalid_value (a property that librdkafka does not know or that is Herald's own). These reach no broker.
Result<Client> open_reader(const Options& options, Isolation isolation);

// `delivered` is called with `opaque` from within publishing calls, once for each record.
using Delivered = void (*)(rd_kafka_t*, const rd_kafka_message_t*, void* opaque);
Result<Client> open_producer(const Options& options, const std::string& transactional_id, Delivered delivered,
                             void* opaque);

}  // namespace herald::connectors::kafka
