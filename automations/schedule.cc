#include "automations/schedule.h"

#include <algorithm>

namespace herald::automations {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Schedule standard_schedule() {
  return {
      {seconds(5), minutes(5), minutes(30), hours(2), hours(5), hours(10), hours(14), hours(20), hours(24)},
      minutes(1)};
}

seconds heeded(seconds retry_after, seconds gap) {
  const seconds most = std::max<seconds>(2 * gap, hours(1));
  return std::clamp(retry_after, seconds(0), most);
}

milliseconds delay_before_next(seconds gap, std::optional<seconds> retry_after, std::uint32_t random) {
  constexpr double kRange = 4294967296.0;  // 2^32
  const std::int64_t gap_ms = milliseconds(gap).count();
  const std::int64_t spread = gap_ms * 2 / 5;
  const auto share = static_cast<std::int64_t>(static_cast<double>(spread) * (random / kRange));
  const milliseconds jittered(gap_ms - spread / 2 + share);
  return retry_after ? std::max<milliseconds>(jittered, heeded(*retry_after, gap)) : jittered;
}

}  // namespace herald::automations
