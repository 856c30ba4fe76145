// The position of an event in the log: from 1, gap-free, total. Zero stands before the first.
#pragma once

#include <cstdint>

#include "base/strong.h"

namespace herald {

using Sequence = Strong<struct SequenceTag, std::uint64_t>;

}  // namespace herald
