// How many requests one caller may send within a window of time: one that begins with its first request. What is left is told
// in every answer (draft-ietf-httpapi-ratelimit-headers-09: RateLimit-Policy and RateLimit).
//
// Threads: any.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace herald::api {

class RateLimits {
 public:
  // `most`: in one window; 0: there is no limit.
  RateLimits(const Clock& clock, std::uint64_t most, std::chrono::seconds window);

  struct Allowance {
    bool granted = true;
    std::uint64_t remaining = 0;
    std::chrono::seconds reset{0};  // until the window ends, rounded up
  };
  // One request of this caller, a principal. Nothing where there is no limit.
  std::optional<Allowance> take(const std::string& caller);
  // The two header fields, each a line.
  std::string header_lines(const Allowance& allowance) const;

 private:
  struct Window {
    std::chrono::steady_clock::time_point end;
    std::uint64_t taken = 0;
  };
  const Clock& clock_;
  const std::uint64_t most_;
  const std::chrono::seconds window_;
  std::mutex mutex_;
  std::unordered_map<std::string, Window> windows_;  // by principal: at most kMaxPrincipals
};

}  // namespace herald::api
