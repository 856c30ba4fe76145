// A real Kafka for the tests of a program: started by script/kafka on a free port when it is first asked for, wiped when
// the program ends.
#pragma once

#include <string>

#include "connectors/kafka/reader.h"

namespace herald::connectors::kafka::testing {

class Broker {
 public:
  static Broker& shared(const std::string& repository);

  const std::string& address() const { return address_; }
  void start();
  void stop();    // as a crash would
  void freeze();  // SIGSTOP: it neither answers nor hangs up
  void thaw();

  void make_topic(const std::string& topic, std::uint32_t partitions = 1);
  void delete_topic(const std::string& topic);

 private:
  explicit Broker(const std::string& repository);
  ~Broker();
  void run(const std::string& command, const std::string& option = {}) const;
  void signal(int number) const;

  std::string script_, port_, folder_, address_;
};

// What a stock consumer under read_committed gets of partition 0, from the first record until there are `count`.
std::vector<ReadRecord> consume(const std::string& brokers, const std::string& topic, std::size_t count);

}  // namespace herald::connectors::kafka::testing
