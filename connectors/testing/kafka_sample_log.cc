#include "connectors/testing/kafka_sample_log.h"

#include <stdexcept>

#include "base/bytes.h"

namespace herald::connectors::kafka::testing {
namespace {

Uuid numbered(std::uint64_t kind, std::uint64_t number) {
  return Uuid::from_bytes(be64(kind) + be64(number));
}

}  // namespace

std::string sample_event(std::uint64_t sequence, std::uint64_t correlation, const std::string& origin,
                         const std::string& tag, std::uint64_t model) {
  using namespace registry;
  TagSet fact;
  static_cast<OfModel&>(fact) = {RegistryId(numbered(1, 1)), RegistryName::trusted("models"),
                                 ModelId(numbered(2, model)), ModelName::trusted("churn")};
  fact.key = TagKey::trusted("k");
  fact.to = TagValue::trusted(tag);
  Event event;
  event.id = numbered(3, sequence);
  event.source = origin;
  event.sequence = sequence;
  event.time = Timestamp::trusted("2026-11-24T05:00:00.000Z");
  event.actor = Actor::anonymous("http");
  event.causation.correlation = numbered(4, correlation);
  event.payload = fact;
  return encode(event);
}

SampleLog::SampleLog(const std::string& folder, const std::string& origin)
    : origin_(origin), log_(eventstore::Log::open({folder, origin, 1ull << 30}, clock_).value()) {}

void SampleLog::append(std::size_t commands, std::size_t events_each, const std::string& tag) {
  for (std::size_t command = 0; command < commands; ++command)
    append_command(last().next().value(), events_each, tag);
}

void SampleLog::append_under_one_correlation(const std::vector<std::size_t>& events) {
  const std::uint64_t correlation = last().next().value();
  for (const std::size_t number : events) append_command(correlation, number, "x");
}

void SampleLog::append_command(std::uint64_t correlation, std::size_t events, const std::string& tag) {
  auto batch = log_->begin().value();
  const Sequence first = batch->next();
  for (std::size_t i = 0; i < events; ++i) {
    const std::uint64_t sequence = batch->next().value();
    const std::uint64_t model = sequence % 7;
    if (!batch->append("models/" + std::to_string(model), clock_.now(),
                       sample_event(sequence, correlation, origin_, tag, model))) {
      throw std::runtime_error("the sample log is full");
    }
  }
  if (!batch->keep_together(first)) throw std::runtime_error("the sample log is full");
  if (batch->commit().outcome != eventstore::LogBatch::Outcome::durable)
    throw std::runtime_error("no commit");
}

}  // namespace herald::connectors::kafka::testing
