#include "recorder/projector.h"

#include <fmt/format.h>

#include <vector>

#include "registry/event.h"

namespace herald::recorder {
namespace {

Result<std::vector<registry::Event>> decode_all(std::span<const Recording> recordings) {
  std::vector<registry::Event> events;
  events.reserve(recordings.size());
  for (const Recording& recording : recordings) {
    auto event = registry::decode(recording.bytes);
    if (!event) {
      return error(event.error().cause,
                   fmt::format("event {}: {}", recording.sequence.value(), event.error().message));
    }
    events.push_back(std::move(*event));
  }
  return events;
}

}  // namespace

Sequence Projector::position() {
  return views_.stand().sequence;
}

Result<void> Projector::apply(std::span<const Recording> recordings, std::stop_token) {
  HERALD_TRY(const std::vector<registry::Event> events, decode_all(recordings));
  const Sequence last = recordings.back().sequence;
  const Digest leaf = log_.read().leaf_hash(last).value();
  HERALD_CHECK(views_.apply(events, log_.origin(), leaf));
  projected_.advance(last);
  return {};
}

}  // namespace herald::recorder
