// Reads a data folder that no server uses and holds everything against everything: each event parses and is canonical,
// sequences have no gap, time never steps back, the tree recomputed from the bytes is the stored one, streams,
// idempotency records and positions agree with the events, and the head and the views are, change by change, what the
// log makes them. The work store can be read from end to end, and its texts have the bytes that their digests say; the
// blobs likewise, and those that artifacts name are there. Nothing is repaired, and nothing is written but who holds the
// lock.
//
// The reading is done in a child process, since a damaged LMDB file can end the process that reads it: that is a
// finding then. Threads: call it while the process has no other that holds a lock (it forks).
// Memory: the state that the log makes is held in memory.
#pragma once

#include <boost/describe.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "recorder/recovery.h"

namespace herald::recorder {

struct Finding {
  std::string where;  // "event 42", "head: aliases", "views: timelines"
  std::string what;
};
BOOST_DESCRIBE_STRUCT(Finding, (), (where, what))

struct FsckReport {
  std::uint64_t events = 0;
  std::string root;               // hex, of the recomputed tree
  std::vector<Finding> findings;  // empty: clean; kMaxFindings at most, kMaxFindingsOfAPlace of one place
  std::uint64_t findings_in_all = 0;
};
BOOST_DESCRIBE_STRUCT(FsckReport, (), (events, root, findings, findings_in_all))

// Errors: what keeps it from looking (locked, not a data folder).
Result<FsckReport> fsck(const std::string& data_folder, const Progress& progress);

}  // namespace herald::recorder
