// Time, as an input. Nothing outside this file asks the operating system what time it is, so that decisions,
// schedules and tests can be driven by a clock of their own.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace herald {

// UTC, milliseconds since 1970-01-01 (RFC 3339 with three decimals in text: 2026-11-24T05:02:00.123Z).
class Timestamp {
 public:
  constexpr Timestamp() = default;
  constexpr explicit Timestamp(std::int64_t unix_ms) : unix_ms_(unix_ms) {}

  // Accepts RFC 3339 with any fraction and offset, years 0001 to 9999.
  static Result<Timestamp> parse(std::string_view text);
  static Timestamp trusted(std::string_view text) { return parse(text).value(); }
  std::string str() const;

  constexpr std::int64_t unix_ms() const { return unix_ms_; }
  constexpr Timestamp plus(std::chrono::milliseconds d) const { return Timestamp(unix_ms_ + d.count()); }
  friend constexpr auto operator<=>(const Timestamp&, const Timestamp&) = default;

 private:
  std::int64_t unix_ms_ = 0;
};

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;                                 // wall time, may step
  virtual std::chrono::steady_clock::time_point steady() const = 0;  // for waiting and measuring
};

// The machine's clocks. Lives for the whole process.
const Clock& system_clock();

// Set by hand; for tests and simulations. Not thread-safe against itself: one driver.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start) : now_(start) {}
  Timestamp now() const override { return now_; }
  std::chrono::steady_clock::time_point steady() const override { return steady_; }
  void advance(std::chrono::milliseconds by) {
    now_ = now_.plus(by);
    steady_ += by;
  }
  void step_wall(std::chrono::milliseconds by) { now_ = now_.plus(by); }

 private:
  Timestamp now_;
  std::chrono::steady_clock::time_point steady_{};
};

}  // namespace herald
