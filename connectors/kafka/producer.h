// One transactional producer's life. After any error of its calls the outcome is unknown and the object of no more use:
// destroy it, make a new one, and read back what Kafka holds (a late answer to an old commit could otherwise end a newer
// transaction: KIP-890, which this client does not have). One thread.
#pragma once

#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "connectors/kafka/config.h"
#include "connectors/kafka/progress.h"
#include "connectors/kafka/record.h"

namespace herald::connectors::kafka {

class Producer {
 public:
  static Result<Producer> open(const Options& options, const Names& names,
                               const std::string& transactional_id);

  // Fences older producers of the same id and ends the transaction that one of them left open. At most 10 s.
  Result<void> init(std::stop_token stop);
  // The records and then the progress in one transaction, unless an event would stand in front of an older one: then the
  // topic was made anew or has lost its end, which the client does not notice. At most 20 s, and 8 s from `stop` on.
  Result<void> publish(const std::vector<EventRecord>& records, const Progress& progress,
                       std::stop_token stop);

  // Where the newest event of a partition lies, as read from the topic.
  void expect_beyond(std::int32_t partition, std::int64_t offset) { state_->offsets[partition] = offset; }

 private:
  struct State {
    Names names;
    std::map<std::int32_t, std::int64_t> offsets;  // of the newest event of each partition
    bool went_back = false;
  };
  Result<void> flush(std::stop_token stop);
  static void delivered(rd_kafka_t* client, const rd_kafka_message_t* message, void* state);
  Producer(std::unique_ptr<State> state, Client client)
      : state_(std::move(state)), client_(std::move(client)) {}
  Result<void> produce(const EventRecord& record, std::int32_t partitions);
  Result<void> produce(const Progress& progress);

  std::unique_ptr<State> state_;
  Client client_;
};

}  // namespace herald::connectors::kafka
