// Head and views held against what the log makes of them. Each is at the event that it stands at, which may be before
// the log's end: it catches up at the next start. One that must not be opened is not.
#pragma once

#include <memory>
#include <optional>

#include "eventstore/log.h"
#include "projections/head.h"
#include "projections/views.h"
#include "recorder/checking/findings.h"
#include "recorder/checking/replay.h"

namespace herald::recorder::checking {

class HeadCheck {
 public:
  HeadCheck(const std::string& path, const eventstore::Log& log, Findings& findings);
  // With the state as of each event, and once before the first.
  void at(Sequence sequence, const registry::MemoryState& state);

 private:
  Findings& findings_;
  std::unique_ptr<projections::Head> head_;  // nothing: it cannot be compared
};

class ViewsCheck {
 public:
  ViewsCheck(const std::string& path, const eventstore::Log& log, Findings& findings);
  void after(const registry::Event& event, const Replay::Changes& changes);
  // After the last event.
  void finish();

 private:
  void check_change(const registry::Event& event, const Replay::Changes::value_type& change);
  void check_timeline(const registry::Event& event, const std::string& timeline);
  void check_indexed(const registry::Event& event, const std::string& term);

  Findings& findings_;
  std::unique_ptr<projections::Views> views_;
  std::optional<projections::ViewsReader> reader_;
  std::uint64_t changes_ = 0, timeline_entries_ = 0, indexed_events_ = 0;
};

}  // namespace herald::recorder::checking
