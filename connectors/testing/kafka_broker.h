// A real Kafka for tests, run by script/kafka.
#pragma once

#include <string>

#include "connectors/kafka/reader.h"

namespace herald::connectors::kafka::testing {

// One of a test's own, to be stopped and frozen: on a free port, started at once, wiped in the end.
class Broker {
 public:
  explicit Broker(const std::string& repository);
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  const std::string& address() const { return address_; }
  void start();
  void stop();    // as a crash would
  void freeze();  // SIGSTOP: it neither answers nor hangs up
  void thaw();

 private:
  void run(const std::string& command, const std::string& option = {}) const;
  void signal(int number) const;

  std::string script_, port_, folder_, address_;
};

// The address of one that many tests share, which leave it as it is: the one that CTest started for them
// (HERALD_TEST_KAFKA; cmake/kafka_for_tests.cmake), or else one of this program's own.
const std::string& shared_broker(const std::string& repository);

void make_topic(const std::string& brokers, const std::string& topic, std::uint32_t partitions = 1);
void delete_topic(const std::string& brokers, const std::string& topic);

// What a stock consumer under read_committed gets of partition 0, from the first record until there are `count`.
std::vector<ReadRecord> consume(const std::string& brokers, const std::string& topic, std::size_t count);

}  // namespace herald::connectors::kafka::testing
