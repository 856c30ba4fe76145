// Reads a data folder that no server uses and holds everything against everything: each event parses and is canonical,
// sequences have no gap, time never steps back, the tree recomputed from the bytes is the stored one, streams and
// positions agree with the events, and the head and the views are what the log makes them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "recorder/recovery.h"

namespace herald::recorder {

struct Finding {
  std::string where;    // "event 42", "head: aliases", "leaf 7"
  std::string what;
};

struct FsckReport {
  std::uint64_t events = 0;
  std::string root;                  // hex, of the recomputed tree
  std::vector<Finding> findings;     // empty: clean; at most 100 are kept
  std::uint64_t findings_in_all = 0;
};

// Errors: what keeps it from looking (locked, not a data folder).
Result<FsckReport> fsck(const std::string& data_folder, const Progress& progress);

}  // namespace herald::recorder
