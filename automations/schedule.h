// When a delivery that failed is tried again.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace herald::automations {

struct Schedule {
  std::vector<std::chrono::seconds> gaps;        // between attempts: one attempt more than there are gaps
  std::chrono::seconds least_after_overload{0};  // the shortest gap after 429 or a timeout
};

// Of the Standard Webhooks specification: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h (ten attempts over 75
// hours), and a minute at least after an overload.
Schedule standard_schedule();

// What a target asked for with Retry-After, capped at max(2 x gap, 1 h).
std::chrono::seconds heeded(std::chrono::seconds retry_after, std::chrono::seconds gap);

// The gap +-20 %, from 32 random bits. Never shorter than what is heeded of `retry_after`.
std::chrono::milliseconds delay_before_next(std::chrono::seconds gap,
                                            std::optional<std::chrono::seconds> retry_after,
                                            std::uint32_t random);

}  // namespace herald::automations
