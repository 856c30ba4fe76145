// Where publication stands: what the topics hold, held against the log. Pure; the reading is in topics.h and reader.h.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "base/sequence.h"
#include "connectors/kafka/config.h"
#include "connectors/kafka/progress.h"

namespace herald::connectors::kafka {

// The event with the highest sequence in <prefix>.events.
struct NewestEvent {
  std::uint64_t sequence = 0;
  std::string source;
  Digest leaf;
};

struct Found {
  std::optional<Progress> progress;         // nothing: no such topic, or nothing in it
  std::optional<std::uint32_t> partitions;  // of <prefix>.events; nothing: no such topic
  std::optional<NewestEvent> newest;
};

struct LogSide {
  std::string origin;
  Sequence last;
  std::function<std::optional<Digest>(Sequence)> leaf;
};

struct Resume {
  Sequence after;
};
// Publication stops for good: what is wrong, and what the operator can do.
struct Decide {
  std::string what;
};
using Standing = std::variant<Resume, Decide>;

Standing judge(const Found& found, const LogSide& log, const Names& names);

}  // namespace herald::connectors::kafka
