// The log held against itself.
#pragma once

#include <functional>

#include "eventstore/log.h"
#include "recorder/checking/findings.h"
#include "recorder/recovery.h"
#include "registry/event.h"

namespace herald::recorder::checking {

class LogCheck {
 public:
  LogCheck(eventstore::Log& log, FsckReport& report, Findings& findings, const Progress& progress);

  // Each event in order: its place, time, leaf, stream and bytes, and the tree over all. `visit` gets those that can
  // be read.
  void check_events(const std::function<void(const registry::Event&)>& visit);
  // What stands beside the events: idempotency records, positions of followers, and which events one command made.
  void check_records();

 private:
  class Events;
  void tell(Sequence checked, std::uint64_t of) const;

  eventstore::Log& log_;
  FsckReport& report_;
  const Progress& progress_;
  Findings& findings_;
  eventstore::LogTables tables_;
};

}  // namespace herald::recorder::checking
