// Compares <prefix>.events with the log, as a stock read_committed consumer sees it: each event once, in order, without
// gap, byte for byte, headers included; settings of the topics under which that would not last are a difference too.
// Publication may go on meanwhile: compared is what was published at the start.
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

// From the log itself, or over HTTP from a server that runs: `log_end` is its last sequence (asked once, when the cursor
// is read), `event` the bytes of one, or nothing. Errors: unavailable (no broker), not_found (no topic), log_end's.
Result<Verification> verify(const Options& options, const std::function<Result<std::uint64_t>()>& log_end,
                            const std::function<std::optional<std::string>(std::uint64_t)>& event,
                            const std::function<void(std::uint64_t)>& progress);

}  // namespace herald::connectors::kafka
