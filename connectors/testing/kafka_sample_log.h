// A log of valid events, for tests of what publishes and compares them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "eventstore/log.h"
#include "registry/event.h"

namespace herald::connectors::kafka::testing {

inline const std::string kOrigin = "herald.example/log";

// The bytes of a valid event. `correlation`: events of one command share it.
std::string sample_event(std::uint64_t sequence, std::uint64_t correlation,
                         const std::string& origin = kOrigin, const std::string& tag = "x",
                         std::uint64_t model = 1);

class SampleLog {
 public:
  explicit SampleLog(const std::string& folder, const std::string& origin = kOrigin);

  // Commands of `events_each` events, each in one commit. `tag` ends up in the events' data.
  void append(std::size_t commands, std::size_t events_each = 1, const std::string& tag = "x");
  // A command of each of these sizes.
  void append_under_one_correlation(const std::vector<std::size_t>& events);

  const eventstore::Log& log() const { return *log_; }
  Sequence last() const { return log_->read().last(); }  // of other processes too
  std::string event(std::uint64_t sequence) const {
    return std::string(log_->read().event(Sequence(sequence)).value());
  }

 private:
  void append_command(std::uint64_t correlation, std::size_t events, const std::string& tag);

  std::string origin_;
  ManualClock clock_{Timestamp::trusted("2026-11-24T05:00:00.000Z")};
  std::unique_ptr<eventstore::Log> log_;
};

}  // namespace herald::connectors::kafka::testing
