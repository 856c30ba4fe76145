#include "recorder/projector.h"

#include "recorder/decoding.h"

namespace herald::recorder {

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
