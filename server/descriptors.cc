#include "server/descriptors.h"

#include <sys/resource.h>

#include <algorithm>
#include <limits>

#include "base/limits.h"

namespace herald::server {

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::numeric_limits<std::size_t>::max();
  const rlimit raised{limit.rlim_max, limit.rlim_max};
  if (limit.rlim_cur < limit.rlim_max && ::setrlimit(RLIMIT_NOFILE, &raised) == 0) return raised.rlim_cur;
  return limit.rlim_cur;
}

std::size_t connections_within(std::size_t descriptors) {
  const std::size_t reserved = std::min(limits::kReservedDescriptors, descriptors / 2);
  return std::min(limits::kMaxConnections, std::max<std::size_t>(descriptors - reserved, 1));
}

}  // namespace herald::server
