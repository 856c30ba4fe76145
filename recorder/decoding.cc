#include "recorder/decoding.h"

#include <fmt/format.h>

namespace herald::recorder {

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

}  // namespace herald::recorder
