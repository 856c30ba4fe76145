// The machine's clocks, moved ahead by a test: what takes an hour is over at once. Thread-safe: the server's threads read
// it meanwhile.
#pragma once

#include <atomic>

#include "base/clock.h"

namespace herald::api::testing {

class MovedClock final : public Clock {
 public:
  Timestamp now() const override { return system_clock().now().plus(ahead_.load()); }
  std::chrono::steady_clock::time_point steady() const override {
    return system_clock().steady() + ahead_.load();
  }
  // Called by one thread.
  void move(std::chrono::milliseconds by) { ahead_ = ahead_.load() + by; }

 private:
  std::atomic<std::chrono::milliseconds> ahead_{std::chrono::milliseconds(0)};
};

}  // namespace herald::api::testing
