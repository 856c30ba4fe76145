// Named places where a test makes the process die or a step fail:
//   HERALD_FAIL_POINTS="recorder.after_log_commit=kill@3,kafka.before_commit=error"
// kill: SIGKILL to itself; error: fail_point() returns true and the caller fails as if the step had; @N: the Nth
// time only (from 1). Without the variable a check costs one relaxed load. The README of each room lists its names.
#pragma once

#include <atomic>
#include <string_view>

namespace herald {

namespace detail {
extern std::atomic<bool> fail_points_armed;
bool fail_point_hit(std::string_view name);
}  // namespace detail

// Reads HERALD_FAIL_POINTS; call once, before threads start. An unreadable value ends the process with a message.
void arm_fail_points_from_environment();

// True when the step that follows is to fail.
inline bool fail_point(std::string_view name) {
  return detail::fail_points_armed.load(std::memory_order_relaxed) && detail::fail_point_hit(name);
}

}  // namespace herald
