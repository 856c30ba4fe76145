// How one event of the log stands in <prefix>.events: CloudEvents' Kafka binding in structured mode (1.0.2, 3.3), with
// the attributes repeated as headers (3.3.3), so that consumers can filter without parsing the value.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace herald::connectors::kafka {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct EventRecord {
  std::string key;    // the subject
  std::string value;  // the log's bytes
  Headers headers;
  std::string correlation;
  std::uint64_t sequence = 0;
};

// Errors: malformed (bytes that are no event).
Result<EventRecord> record_of(std::string bytes);

// Where a key belongs: 0 when there is one partition, else as Java's default partitioner says (murmur2).
std::int32_t partition_of(std::string_view key, std::int32_t partitions);

}  // namespace herald::connectors::kafka
