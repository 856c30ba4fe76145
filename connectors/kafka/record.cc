#include "connectors/kafka/record.h"

#include "connectors/kafka/handles.h"
#include "registry/event.h"

namespace herald::connectors::kafka {

Result<EventRecord> record_of(std::string bytes) {
  HERALD_TRY(registry::Envelope envelope, registry::decode_envelope(bytes));
  EventRecord record;
  record.headers = {
      {"content-type", "application/cloudevents+json; charset=UTF-8"},
      {"ce_specversion", "1.0"},
      {"ce_type", registry::wire_type(envelope.type)},
      {"ce_source", std::move(envelope.source)},
      {"ce_id", std::move(envelope.id)},
      {"ce_time", std::move(envelope.time_text)},
      {"ce_sequence", fmt::format("{:020}", envelope.sequence)},
      {"ce_subject", envelope.subject},
  };
  record.key = std::move(envelope.subject);
  record.correlation = std::move(envelope.correlation);
  record.sequence = envelope.sequence;
  record.value = std::move(bytes);
  return record;
}

std::int32_t partition_of(std::string_view key, std::int32_t partitions) {
  if (partitions == 1) return 0;
  return rd_kafka_msg_partitioner_murmur2(nullptr, key.data(), key.size(), partitions, nullptr, nullptr);
}

}  // namespace herald::connectors::kafka
