#include "connectors/kafka/reader.h"

#include <algorithm>

namespace herald::connectors::kafka {
namespace {

constexpr int kSilentSlices = 50;
constexpr std::int64_t kBlock = 256;

class Consumption {
 public:
  static Result<Consumption> start(rd_kafka_t& client, const std::string& topic, std::int32_t partition,
                                   std::int64_t from) {
    Topic handle(rd_kafka_topic_new(&client, topic.c_str(), nullptr));
    if (rd_kafka_consume_start(handle.get(), partition, from) != 0) {
      return unavailable("reading topic " + topic, rd_kafka_last_error());
    }
    return Consumption(std::move(handle), partition);
  }
  Consumption(Consumption&&) = default;
  ~Consumption() {
    if (topic_) rd_kafka_consume_stop(topic_.get(), partition_);
  }

  // A record, or the end of the partition as far as it may be read now.
  Result<Message> next(const std::stop_token& stop) const {
    const std::string doing = fmt::format("reading topic {}", rd_kafka_topic_name(topic_.get()));
    for (int slice = 0; slice < kSilentSlices; ++slice) {
      if (stop.stop_requested()) return error(Cause::stopping, doing + ": given up, since the server stops");
      Message message(rd_kafka_consume(topic_.get(), partition_, kSliceMs));
      if (!message) continue;
      const auto code = message->err;
      if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR__PARTITION_EOF) return message;
      return unavailable(doing, code);
    }
    return unavailable(doing, RD_KAFKA_RESP_ERR__TIMED_OUT);
  }

 private:
  Consumption(Topic topic, std::int32_t partition) : topic_(std::move(topic)), partition_(partition) {}
  Topic topic_;
  std::int32_t partition_;
};

std::string text(const void* bytes, std::size_t size) {
  return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
}

}  // namespace

ReadRecord copied(rd_kafka_message_t& message) {
  ReadRecord record{
      message.offset, text(message.key, message.key_len), text(message.payload, message.len), {}};
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    record.headers.emplace_back(name, text(value, size));
  }
  return record;
}

Result<Reader> Reader::open(const Options& options) {
  HERALD_TRY(Client committed, open_reader(options, Isolation::read_committed));
  HERALD_TRY(Client uncommitted, open_reader(options, Isolation::read_uncommitted));
  return Reader(std::move(committed), std::move(uncommitted));
}

Result<std::int64_t> Reader::end_of(const std::string& topic, std::int32_t partition,
                                    std::stop_token stop) const {
  HERALD_TRY(const Consumption consumption,
             Consumption::start(*uncommitted_, topic, partition, RD_KAFKA_OFFSET_END));
  for (;;) {
    HERALD_TRY(const Message message, consumption.next(stop));
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return message->offset;
  }
}

Result<void> Reader::read(const std::string& topic, std::int32_t partition, std::int64_t from,
                          std::int64_t end, const Visit& visit, std::stop_token stop) const {
  if (from >= end) return {};
  HERALD_TRY(const Consumption consumption, Consumption::start(*committed_, topic, partition, from));
  for (;;) {
    HERALD_TRY(const Message message, consumption.next(stop));
    const std::int64_t offset = message->offset;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      if (offset >= end) return {};
      continue;
    }
    if (offset >= end) return {};
    if (!visit(copied(*message)) || offset + 1 == end) return {};
  }
}

Result<std::optional<ReadRecord>> Reader::last(const std::string& topic, std::int32_t partition,
                                               std::stop_token stop) const {
  HERALD_TRY(const std::int64_t end, end_of(topic, partition, stop));
  std::optional<ReadRecord> found;
  std::int64_t upto = end;
  for (std::int64_t block = kBlock; upto > 0 && !found; block *= 4) {
    const std::int64_t from = std::max<std::int64_t>(0, upto - block);
    HERALD_CHECK(read(
        topic, partition, from, upto,
        [&](ReadRecord record) {
          found = std::move(record);
          return true;
        },
        stop));
    upto = from;
  }
  return found;
}

}  // namespace herald::connectors::kafka
