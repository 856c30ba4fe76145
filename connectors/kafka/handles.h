// librdkafka's objects, each with the call that frees it, and its errors as ours.
#pragma once

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace herald::connectors::kafka {

// A wait for an answer looks this often whether it is still wanted.
inline constexpr int kSliceMs = 200;

template <auto free>
struct FreedBy {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
template <class T, auto free>
using Owned = std::unique_ptr<T, FreedBy<free>>;

// Without leaving a consumer group, which nothing here joins.
inline void destroy_client(rd_kafka_t* client) {
  rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

using Client = Owned<rd_kafka_t, destroy_client>;
using Conf = Owned<rd_kafka_conf_t, rd_kafka_conf_destroy>;
using Topic = Owned<rd_kafka_topic_t, rd_kafka_topic_destroy>;
using Message = Owned<rd_kafka_message_t, rd_kafka_message_destroy>;
using Queue = Owned<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using QueueEvent = Owned<rd_kafka_event_t, rd_kafka_event_destroy>;
using NewTopic = Owned<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
using ConfigResource = Owned<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;
using AdminOptions = Owned<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using CallError = Owned<rd_kafka_error_t, rd_kafka_error_destroy>;

// "reading herald.events: Broker: Unknown topic or partition (UNKNOWN_TOPIC_OR_PART)"
inline Error unavailable(std::string_view doing, rd_kafka_resp_err_t code) {
  return error(Cause::unavailable,
               fmt::format("{}: {} ({})", doing, rd_kafka_err2str(code), rd_kafka_err2name(code)));
}

}  // namespace herald::connectors::kafka
