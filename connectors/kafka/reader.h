// Reads partitions from one offset to another, without a consumer group. One thread. No call waits for more than 10 s
// for the broker, nor goes on after `stop`.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "connectors/kafka/config.h"
#include "connectors/kafka/record.h"

namespace herald::connectors::kafka {

struct ReadRecord {
  std::int64_t offset = 0;
  std::string key, value;
  Headers headers;
};

ReadRecord copied(rd_kafka_message_t& message);

class Reader {
 public:
  // Errors: invalid_value.
  static Result<Reader> open(const Options& options);

  // For what else is asked of the cluster.
  rd_kafka_t& client() const { return *uncommitted_; }

  // The offset behind the last record, be it of a transaction that is still open: a read_committed reader would be told
  // where the first open transaction begins.
  Result<std::int64_t> end_of(const std::string& topic, std::int32_t partition, std::stop_token stop) const;
  // The committed records of [from, end), until `visit` returns false. Waits for transactions that are open there.
  using Visit = std::function<bool(ReadRecord)>;
  Result<void> read(const std::string& topic, std::int32_t partition, std::int64_t from, std::int64_t end,
                    const Visit& visit, std::stop_token stop) const;
  // The last committed record. `end` is end_of(): what lies between are marks of transactions and what was aborted.
  Result<std::optional<ReadRecord>> last(const std::string& topic, std::int32_t partition,
                                         std::stop_token stop) const;

 private:
  Reader(Client committed, Client uncommitted)
      : committed_(std::move(committed)), uncommitted_(std::move(uncommitted)) {}
  Client committed_, uncommitted_;
};

}  // namespace herald::connectors::kafka
