#include "recorder/decoding.h"

#include <fmt/format.h>

namespace herald::recorder {
namespace {

Error unreadable(Sequence sequence, const Error& why) {
  return error(
      why.cause,
      fmt::format(
          "event {} cannot be read by this version of Herald ({}); the log was not changed: start the "
          "version that wrote it, or a newer one, and if that cannot read it either, see with \"herald "
          "fsck --data DIR\" what is damaged and restore a backup",
          sequence.value(), why.message));
}

}  // namespace

Result<std::vector<registry::Event>> decode_all(std::span<const Recording> recordings) {
  std::vector<registry::Event> events;
  events.reserve(recordings.size());
  for (const Recording& recording : recordings) {
    auto event = registry::decode(recording.bytes);
    if (!event) return unreadable(recording.sequence, event.error());
    events.push_back(std::move(*event));
  }
  return events;
}

Result<std::optional<registry::Event>> decode_known(const Recording& recording) {
  auto event = registry::decode(recording.bytes);
  if (event) return std::optional(std::move(*event));
  if (event.error().cause == Cause::not_found) return std::optional<registry::Event>();
  return unreadable(recording.sequence, event.error());
}

}  // namespace herald::recorder
