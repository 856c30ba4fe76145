#include "automations/rate_limit.h"

namespace herald::automations {
namespace {

constexpr std::int64_t kSeconds = std::chrono::seconds(RateLimit::kWindow).count();

std::int64_t second_of(Timestamp time) {
  return time.unix_ms() / 1'000;
}

}  // namespace

void RateLimit::add(registry::AutomationId automation, Timestamp time) {
  count(minutes_[automation], second_of(time));
}

bool RateLimit::admit(registry::AutomationId automation, Timestamp time, std::uint32_t most) {
  const std::int64_t now = second_of(time);
  if (now > swept_ + kSeconds) forget_idle(now);
  Minute& minute = minutes_[automation];
  while (!minute.empty() && minute.front().second <= now - kSeconds) minute.pop_front();
  std::uint64_t times = 0;
  for (const Second& second : minute) times += second.times;
  if (times >= most) return false;
  count(minute, now);
  return true;
}

void RateLimit::clear() {
  minutes_.clear();
  swept_ = 0;
}

void RateLimit::count(Minute& minute, std::int64_t second) {
  if (minute.empty() || minute.back().second != second) minute.push_back({second, 0});
  ++minute.back().times;
}

void RateLimit::forget_idle(std::int64_t now) {
  std::erase_if(minutes_, [&](const auto& entry) {
    return entry.second.empty() || entry.second.back().second <= now - kSeconds;
  });
  swept_ = now;
}

}  // namespace herald::automations
