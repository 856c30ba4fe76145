// What Log and LogBatch share. Private to this room.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "eventstore/log.h"

namespace herald::eventstore {

class Log::Impl {
 public:
  Impl(std::unique_ptr<lmdb::Environment> environment, const LogTables& tables, const Clock& clock)
      : environment(std::move(environment)), tables(tables), clock(clock) {}

  // Reads what the log says of itself, and refuses one whose tables disagree about where it ends.
  Result<void> load();

  std::unique_ptr<lmdb::Environment> environment;
  LogTables tables;
  const Clock& clock;
  std::string origin;
  Timestamp created;
  std::atomic<std::uint64_t> last{0};
};

}  // namespace herald::eventstore
