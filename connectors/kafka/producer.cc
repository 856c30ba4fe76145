#include "connectors/kafka/producer.h"

#include <functional>

#include "base/fail_point.h"

namespace herald::connectors::kafka {
namespace {

constexpr int kCallSliceMs = 500;
constexpr int kSlices = 20;
constexpr int kSlicesWhenStopping = 8;

Error failed(std::string_view doing, const rd_kafka_error_t& why) {
  return error(Cause::unavailable,
               fmt::format("{}: {} ({})", doing, rd_kafka_error_string(&why), rd_kafka_error_name(&why)));
}

// Calls that say "not yet, ask again": asked in slices, so that a stop is noticed.
Result<void> in_slices(std::string_view doing, int slices_when_stopping, const std::stop_token& stop,
                       const std::function<rd_kafka_error_t*(int)>& call) {
  int left_when_stopping = slices_when_stopping;
  for (int slice = 1;; ++slice) {
    if (stop.stop_requested() && left_when_stopping-- == 0) {
      return error(Cause::stopping, fmt::format("{}: given up, since the server stops", doing));
    }
    const CallError why(call(kCallSliceMs));
    if (!why) return {};
    if (!rd_kafka_error_is_retriable(why.get()) || slice == kSlices) return failed(doing, *why);
  }
}

struct Outgoing {
  const std::string& topic;
  std::int32_t partition;
  const std::string& key;
  const std::string& value;
  const Headers& headers;
};

rd_kafka_vu_t part(rd_kafka_vtype_t type) {
  rd_kafka_vu_t part{};
  part.vtype = type;
  return part;
}

rd_kafka_vu_t part(rd_kafka_vtype_t type, const std::string& bytes) {
  rd_kafka_vu_t memory = part(type);
  memory.u.mem.ptr = const_cast<char*>(bytes.data());  // only read: it is copied
  memory.u.mem.size = bytes.size();
  return memory;
}

// librdkafka copies all of it.
CallError send(rd_kafka_t& client, const Outgoing& record) {
  std::vector<rd_kafka_vu_t> parts{part(RD_KAFKA_VTYPE_TOPIC), part(RD_KAFKA_VTYPE_PARTITION),
                                   part(RD_KAFKA_VTYPE_KEY, record.key),
                                   part(RD_KAFKA_VTYPE_VALUE, record.value), part(RD_KAFKA_VTYPE_MSGFLAGS)};
  parts[0].u.cstr = record.topic.c_str();
  parts[1].u.i32 = record.partition;
  parts[4].u.i = RD_KAFKA_MSG_F_COPY;
  for (const auto& [name, value] : record.headers) {
    rd_kafka_vu_t header = part(RD_KAFKA_VTYPE_HEADER);
    header.u.header.name = name.c_str();
    header.u.header.val = value.data();
    header.u.header.size = static_cast<ssize_t>(value.size());
    parts.push_back(header);
  }
  return CallError(rd_kafka_produceva(&client, parts.data(), parts.size()));
}

}  // namespace

void Producer::delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  State& state = *static_cast<State*>(opaque);
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR || rd_kafka_topic_name(message->rkt) != state.names.events)
    return;
  const auto [newest, first] = state.offsets.try_emplace(message->partition, message->offset);
  if (first) return;
  if (message->offset <= newest->second) state.went_back = true;
  newest->second = message->offset;
}

Result<Producer> Producer::open(const Options& options, const Names& names,
                                const std::string& transactional_id) {
  auto state = std::make_unique<State>();
  state->names = names;
  HERALD_TRY(Client client, open_producer(options, transactional_id, delivered, state.get()));
  return Producer(std::move(state), std::move(client));
}

Result<void> Producer::init(std::stop_token stop) {
  return in_slices("becoming the publisher of this log", 0, stop,
                   [&](int ms) { return rd_kafka_init_transactions(client_.get(), ms); });
}

Result<void> Producer::publish(const std::vector<EventRecord>& records, const Progress& progress,
                               std::stop_token stop) {
  if (const CallError why(rd_kafka_begin_transaction(client_.get())); why)
    return failed("beginning a transaction", *why);
  for (const EventRecord& record : records) {
    HERALD_CHECK(produce(record, static_cast<std::int32_t>(progress.partitions)));
  }
  if (fail_point("kafka.before_progress"))
    return error(Cause::unavailable, "fail point kafka.before_progress");
  HERALD_CHECK(produce(progress));
  HERALD_CHECK(flush(stop));
  if (fail_point("kafka.before_commit")) return error(Cause::unavailable, "fail point kafka.before_commit");
  HERALD_CHECK(in_slices("committing a transaction", kSlicesWhenStopping, stop,
                         [&](int ms) { return rd_kafka_commit_transaction(client_.get(), ms); }));
  if (fail_point("kafka.after_commit")) return error(Cause::unavailable, "fail point kafka.after_commit");
  return {};
}

Result<void> Producer::flush(std::stop_token stop) {
  int left_when_stopping = kSlicesWhenStopping;
  for (int slice = 1; rd_kafka_flush(client_.get(), kCallSliceMs) != RD_KAFKA_RESP_ERR_NO_ERROR; ++slice) {
    if (slice == kSlices || (stop.stop_requested() && left_when_stopping-- == 0)) {
      return unavailable("waiting for the brokers to have a transaction's records",
                         RD_KAFKA_RESP_ERR__TIMED_OUT);
    }
  }
  if (!state_->went_back) return {};
  return error(Cause::unavailable,
               fmt::format("topic {} was made anew, or has lost its end", state_->names.events));
}

Result<void> Producer::produce(const EventRecord& record, std::int32_t partitions) {
  const CallError why = send(*client_, {.topic = state_->names.events,
                                        .partition = partition_of(record.key, partitions),
                                        .key = record.key,
                                        .value = record.value,
                                        .headers = record.headers});
  if (why) return failed(fmt::format("sending event {}", record.sequence), *why);
  return {};
}

Result<void> Producer::produce(const Progress& progress) {
  const CallError why = send(*client_, {.topic = state_->names.progress,
                                        .partition = 0,
                                        .key = progress.origin,
                                        .value = encode(progress),
                                        .headers = {}});
  if (why) return failed(fmt::format("sending the progress {}", progress.sequence), *why);
  return {};
}

}  // namespace herald::connectors::kafka
