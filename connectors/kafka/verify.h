// Compares <prefix>.events with the log, as a stock read_committed consumer sees it: each event once, in order, without
// gap, byte for byte, headers included.
#pragma once

#include <boost/describe.hpp>
#include <functional>
#include <string>
#include <vector>

#include "connectors/kafka/publisher.h"

namespace herald::connectors::kafka {

struct Verification {
  std::uint64_t in_topic = 0, in_log = 0, compared = 0;
  std::uint64_t progress = 0;            // what the progress topic says
  std::vector<std::string> differences;  // at most 20; empty: the same up to `progress`
};
BOOST_DESCRIBE_STRUCT(Verification, (), (in_topic, in_log, compared, progress, differences))

// `event`: the log's bytes for a sequence, or nothing (from the log itself, or over HTTP from a server that runs).
// Errors: unavailable (no broker), not_found (no topic).
Result<Verification> verify(const Options& options, std::uint64_t last,
                            const std::function<std::optional<std::string>(std::uint64_t)>& event,
                            const std::function<void(std::uint64_t)>& progress);

}  // namespace herald::connectors::kafka
