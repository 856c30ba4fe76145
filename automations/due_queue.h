// Deliveries by when they are due. Each is due by whichever of two clocks says so first: the steady one, so that a wall
// clock that is set back stalls nothing, and the wall, so that a machine that slept goes on at once. (A wall clock that
// is set forward makes attempts early, no more at a time than targets take.) One thread.
#pragma once

#include <chrono>
#include <optional>
#include <queue>
#include <vector>

#include "base/clock.h"
#include "registry/names.h"

namespace herald::automations {

// Both clocks, read together.
struct Moment {
  Timestamp wall;
  std::chrono::steady_clock::time_point steady;
  static Moment of(const Clock& clock) { return {clock.now(), clock.steady()}; }
};

class DueQueue {
 public:
  // `written`: when somebody reckoned that it would be due then; later than now, the wall clock was set back since, and
  // the whole of that wait begins now.
  void push(registry::DeliveryId id, Timestamp due, Timestamp written, const Moment& now);
  // Of those due, the one that has been for longest.
  std::optional<registry::DeliveryId> pop(const Moment& now);
  // How long to wait for the next: at most a second, since the wall clock may jump meanwhile. Nothing: it is empty.
  std::optional<std::chrono::steady_clock::time_point> wake(const Moment& now) const;

 private:
  struct Entry {
    std::chrono::steady_clock::time_point steady;
    Timestamp wall;
    registry::DeliveryId id;
    friend bool operator>(const Entry& a, const Entry& b) { return a.steady > b.steady; }
  };
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> entries_;
};

}  // namespace herald::automations
