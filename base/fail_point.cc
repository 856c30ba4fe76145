#include "base/fail_point.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>

namespace herald {
namespace {

struct Point {
  bool kills = false;
  unsigned long only = 0;  // 0: each time
  unsigned long hits = 0;
};

std::mutex mutex;
std::map<std::string, Point, std::less<>>& points() {
  static std::map<std::string, Point, std::less<>> map;
  return map;
}

[[noreturn]] void refuse(std::string_view item) {
  std::fprintf(stderr, "HERALD_FAIL_POINTS: \"%.*s\" is not NAME=kill|error[@N]\n", static_cast<int>(item.size()),
               item.data());
  std::exit(2);
}

void arm(std::string_view item) {
  const auto equals = item.find('=');
  if (equals == std::string_view::npos || equals == 0) refuse(item);
  std::string_view action = item.substr(equals + 1);
  Point point;
  if (const auto at = action.find('@'); at != std::string_view::npos) {
    point.only = std::strtoul(std::string(action.substr(at + 1)).c_str(), nullptr, 10);
    if (point.only == 0) refuse(item);
    action = action.substr(0, at);
  }
  if (action != "kill" && action != "error") refuse(item);
  point.kills = action == "kill";
  points()[std::string(item.substr(0, equals))] = point;
}

}  // namespace

namespace detail {

std::atomic<bool> fail_points_armed{false};

bool fail_point_hit(std::string_view name) {
  const std::lock_guard lock(mutex);
  const auto found = points().find(name);
  if (found == points().end()) return false;
  Point& point = found->second;
  ++point.hits;
  if (point.only != 0 && point.hits != point.only) return false;
  if (point.kills) std::raise(SIGKILL);
  return true;
}

}  // namespace detail

void arm_fail_points_from_environment() {
  const char* text = std::getenv("HERALD_FAIL_POINTS");
  if (text == nullptr || *text == '\0') return;
  std::string_view rest(text);
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    arm(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  detail::fail_points_armed.store(true, std::memory_order_relaxed);
}

}  // namespace herald
