// Publishes the log to Kafka: each event exactly once, in order, without gap, for read_committed consumers; the bytes
// are the log's. The cursor lives in Kafka: each transaction ends with a record in <prefix>.progress that holds the
// sequence and leaf hash up to which it goes. On start and after any outcome that is not a clean success: a new
// producer, init_transactions (which fences older ones), read the progress back, hold it against the log, go on.
//
// Writes never wait for Kafka: while no broker answers it waits and tries again. When what Kafka holds is not what this
// log says (another log's topic, a log restored from an older backup, a topic that was deleted), it stops for good with
// one message that names what the operator must decide.
//
// Threads: its own, from start() to stop(). report() and wait_until() by any.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "api/ports.h"
#include "eventstore/log.h"
#include "eventstore/tail.h"

namespace herald::connectors::kafka {

struct Options {
  std::string brokers;  // bootstrap.servers
  std::string prefix = "herald";
  std::map<std::string, std::string>
      properties;  // librdkafka's, passed on (security.protocol, sasl.*, ssl.*)
};

class Publisher final : public api::KafkaStatus {
 public:
  // Reaches no broker. Errors: invalid_value (a property that librdkafka refuses, or that is Herald's own; a prefix that
  // makes no topic's name).
  static Result<void> check(const Options& options);
  // Errors: those of check(). Borrows log and tail. Does not wait for a broker.
  static Result<std::unique_ptr<Publisher>> start(const Options& options, const eventstore::Log& log,
                                                  const eventstore::Tail& tail);
  ~Publisher() override;  // stop()
  void stop();            // finishes the transaction under way, or leaves it to be aborted, within 10 s
  api::KafkaReport report() const override;

  // Returns the first report for which `reached` holds, or the one at the deadline.
  api::KafkaReport wait_until(const std::function<bool(const api::KafkaReport&)>& reached,
                              std::chrono::milliseconds deadline) const;

 private:
  class Impl;
  explicit Publisher(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace herald::connectors::kafka
