// What the cluster holds under a prefix, topics made where nothing stands against it: the middle of the start sequence,
// between init_transactions (which ends what an older publisher left open) and the first transaction.
#pragma once

#include <map>
#include <stop_token>

#include "connectors/kafka/reader.h"
#include "connectors/kafka/standing.h"
#include "connectors/kafka/topics.h"

namespace herald::connectors::kafka {

struct Survey {
  Standing standing;
  std::uint32_t partitions = 0;
  std::map<std::int32_t, std::int64_t> newest;  // offset of the newest event of each partition that has one
};

// Errors: unavailable, stopping.
Result<Survey> survey(const Reader& reader, const Names& names, const Cluster& cluster, const LogSide& log,
                      std::stop_token stop);

}  // namespace herald::connectors::kafka
