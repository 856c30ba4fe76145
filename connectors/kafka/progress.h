// The cursor, as it lies in <prefix>.progress: the last record of each transaction.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"

namespace herald::connectors::kafka {

struct Progress {
  std::string origin;            // of the log; the record's key too
  std::uint64_t sequence = 0;    // the transaction's last event
  Digest leaf;                   // its Merkle leaf hash
  std::uint32_t partitions = 1;  // of <prefix>.events
};
BOOST_DESCRIBE_STRUCT(Progress, (), (origin, sequence, leaf, partitions))

std::string encode(const Progress& progress);
// Errors: malformed.
Result<Progress> decode_progress(std::string_view text);

}  // namespace herald::connectors::kafka
