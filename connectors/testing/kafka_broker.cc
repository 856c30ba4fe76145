#include "connectors/testing/kafka_broker.h"

#include <arpa/inet.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "connectors/kafka/topics.h"

namespace herald::connectors::kafka::testing {
namespace {

bool is_free(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound = ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return bound;
}

// Below those that the kernel gives to clients; script/kafka takes the port 10,000 above too.
std::string free_port() {
  const int first = 12'000 + static_cast<int>(::getpid()) % 3'000;
  for (int port = first; port < first + 5'000; ++port) {
    if (is_free(static_cast<std::uint16_t>(port)) && is_free(static_cast<std::uint16_t>(port + 10'000))) {
      return std::to_string(port);
    }
  }
  throw std::runtime_error("no free port for a broker");
}

}  // namespace

Broker::Broker(const std::string& repository)
    : script_(repository + "/script/kafka"),
      port_(free_port()),
      folder_("/tmp/herald-test-kafka-" + std::to_string(::getpid())),
      address_("127.0.0.1:" + port_) {
  start();
}

Broker::~Broker() {
  run("wipe");
}

void Broker::start() {
  run("start");
}
void Broker::stop() {
  run("stop", "--kill");
}
void Broker::freeze() {
  signal(SIGSTOP);
}
void Broker::thaw() {
  signal(SIGCONT);
}

void Broker::signal(int number) const {
  pid_t pid = 0;
  std::ifstream(folder_ + "/pid") >> pid;
  if (pid <= 0 || ::kill(pid, number) != 0) throw std::runtime_error("no broker to signal");
}

void Broker::run(const std::string& command, const std::string& option) const {
  std::vector<std::string> words{script_, command, "--port", port_, "--dir", folder_};
  if (!option.empty()) words.push_back(option);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t pid = 0;
  int status = 0;
  if (::posix_spawn(&pid, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0 ||
      ::waitpid(pid, &status, 0) != pid || status != 0) {
    throw std::runtime_error("script/kafka " + command + " failed");
  }
}

const std::string& shared_broker(const std::string& repository) {
  static const char* const given = ::getenv("HERALD_TEST_KAFKA");
  if (given != nullptr) {
    static const std::string address = given;
    return address;
  }
  static const Broker own(repository);
  return own.address();
}

namespace {

Client reader(const std::string& brokers) {
  return open_reader({.brokers = brokers, .prefix = {}, .properties = {}}, Isolation::read_committed).value();
}

}  // namespace

void make_topic(const std::string& brokers, const std::string& topic, std::uint32_t partitions) {
  if (!make_events(*reader(brokers), topic, partitions, {.id = {}, .brokers = 1}, {}))
    throw std::runtime_error("topic not made");
}

void delete_topic(const std::string& brokers, const std::string& topic) {
  const Client client = reader(brokers);
  rd_kafka_DeleteTopic_t* deleted = rd_kafka_DeleteTopic_new(topic.c_str());
  const Queue queue(rd_kafka_queue_new(client.get()));
  rd_kafka_DeleteTopics(client.get(), &deleted, 1, nullptr, queue.get());
  const QueueEvent done(rd_kafka_queue_poll(queue.get(), 10'000));
  rd_kafka_DeleteTopic_destroy(deleted);
  if (!done || rd_kafka_event_error(done.get()) != RD_KAFKA_RESP_ERR_NO_ERROR)
    throw std::runtime_error("topic not deleted");
}

std::vector<ReadRecord> consume(const std::string& brokers, const std::string& topic, std::size_t count) {
  char why[256];
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  for (const auto& [name, value] : {std::pair{"bootstrap.servers", brokers.c_str()},
                                    {"group.id", "stock"},
                                    {"isolation.level", "read_committed"},
                                    {"auto.offset.reset", "earliest"},
                                    {"enable.auto.commit", "false"}}) {
    rd_kafka_conf_set(conf, name, value, why, sizeof why);
  }
  const Client consumer(rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why));
  rd_kafka_poll_set_consumer(consumer.get());
  const Owned<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy> partitions(
      rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(partitions.get(), topic.c_str(), 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign(consumer.get(), partitions.get());
  std::vector<ReadRecord> records;
  while (records.size() < count) {
    const Message message(rd_kafka_consumer_poll(consumer.get(), 20'000));
    if (!message)
      throw std::runtime_error("no more than " + std::to_string(records.size()) + " records came");
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
      throw std::runtime_error(rd_kafka_message_errstr(message.get()));
    records.push_back(copied(*message));
  }
  return records;
}

}  // namespace herald::connectors::kafka::testing
