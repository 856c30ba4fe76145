#include "api/rate_limits.h"

#include <fmt/format.h>

namespace herald::api {

RateLimits::RateLimits(const Clock& clock, std::uint64_t most, std::chrono::seconds window)
    : clock_(clock), most_(most), window_(window) {}

std::optional<RateLimits::Allowance> RateLimits::take(const std::string& caller) {
  if (most_ == 0) return std::nullopt;
  const auto now = clock_.steady();
  const std::lock_guard lock(mutex_);
  Window& window = windows_[caller];
  if (window.end <= now) window = {now + window_, 0};
  Allowance allowance{.granted = window.taken < most_,
                      .remaining = 0,
                      .reset = std::chrono::ceil<std::chrono::seconds>(window.end - now)};
  if (allowance.granted) ++window.taken;
  allowance.remaining = most_ - window.taken;
  return allowance;
}

std::string RateLimits::header_lines(const Allowance& allowance) const {
  return fmt::format("RateLimit-Policy: \"default\";q={};w={}\r\nRateLimit: \"default\";r={};t={}\r\n", most_,
                     window_.count(), allowance.remaining, allowance.reset.count());
}

}  // namespace herald::api
