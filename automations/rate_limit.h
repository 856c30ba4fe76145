// How often an automation was set off within the last minute of recorded time. It reckons by the times of the events
// that set it off, so that the same log gives the same answers, however late or however often it is read. It counts by
// whole seconds, so that an automation takes at most sixty numbers, however often it may be set off. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <unordered_map>

#include "base/clock.h"
#include "registry/names.h"

namespace herald::automations {

class RateLimit {
 public:
  static constexpr std::chrono::minutes kWindow{1};

  // An event of that time set it off. In the order of the events.
  void add(registry::AutomationId automation, Timestamp time);
  // The same, unless it was set off `most` times in the minute up to `time`: then nothing, and false.
  bool admit(registry::AutomationId automation, Timestamp time, std::uint32_t most);
  void clear();

 private:
  struct Second {
    std::int64_t second;
    std::uint32_t times;
  };
  using Minute = std::deque<Second>;  // the seconds in which it was set off

  void count(Minute& minute, std::int64_t second);
  void forget_idle(std::int64_t now);

  std::unordered_map<registry::AutomationId, Minute> minutes_;
  std::int64_t swept_ = 0;
};

}  // namespace herald::automations
