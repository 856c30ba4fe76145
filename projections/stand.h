// Where a view stands: how far it has applied which log, told by the leaf hash at that point, so that a view
// of another log, or of a log that was cut, is noticed.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>

#include "base/digest.h"
#include "base/sequence.h"

namespace herald::projections {

struct Stand {
  std::string origin;         // of the log; empty in a view that is new
  Sequence sequence;          // applied up to and with this
  Digest leaf;                // leaf hash of that event (all zero at sequence 0)
  std::uint32_t version = 0;  // of the view's tables and records
  friend bool operator==(const Stand&, const Stand&) = default;
};
BOOST_DESCRIBE_STRUCT(Stand, (), (origin, sequence, leaf, version))

}  // namespace herald::projections
