#include "automations/due_queue.h"

#include <algorithm>

namespace herald::automations {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kLongestWait{1};

}  // namespace

void DueQueue::push(registry::DeliveryId id, Timestamp due, Timestamp written, const Moment& now) {
  const Timestamp since = std::max(now.wall, written);
  const milliseconds wait(std::max<std::int64_t>(due.unix_ms() - since.unix_ms(), 0));
  entries_.push({now.steady + wait, due, id});
}

std::optional<registry::DeliveryId> DueQueue::pop(const Moment& now) {
  if (entries_.empty()) return std::nullopt;
  const Entry& next = entries_.top();
  if (next.steady > now.steady && next.wall > now.wall) return std::nullopt;
  const registry::DeliveryId id = next.id;
  entries_.pop();
  return id;
}

std::optional<std::chrono::steady_clock::time_point> DueQueue::wake(const Moment& now) const {
  if (entries_.empty()) return std::nullopt;
  return std::min(entries_.top().steady, now.steady + kLongestWait);
}

}  // namespace herald::automations
