#include "automations/rate_limit.h"

namespace herald::automations {

void RateLimit::add(registry::AutomationId automation, Timestamp time) {
  times_[automation].push_back(time);
}

bool RateLimit::admit(registry::AutomationId automation, Timestamp time, std::uint32_t most) {
  if (time > swept_.plus(kWindow)) forget_idle(time);
  std::deque<Timestamp>& times = times_[automation];
  while (!times.empty() && times.front() <= time.plus(-kWindow)) times.pop_front();
  if (times.size() >= most) return false;
  times.push_back(time);
  return true;
}

void RateLimit::clear() {
  times_.clear();
  swept_ = Timestamp();
}

void RateLimit::forget_idle(Timestamp now) {
  std::erase_if(times_, [&](const auto& entry) {
    return entry.second.empty() || entry.second.back() <= now.plus(-kWindow);
  });
  swept_ = now;
}

}  // namespace herald::automations
