#include "base/clock.h"

#include <fmt/format.h>

namespace herald {
namespace {

// Days since 1970-01-01 of a proleptic Gregorian date, and back, come with <chrono>.
using std::chrono::day;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;

class SystemClock final : public Clock {
 public:
  Timestamp now() const override {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return Timestamp(std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
  }
  std::chrono::steady_clock::time_point steady() const override { return std::chrono::steady_clock::now(); }
};

Error not_a_time(std::string_view text) {
  return error(Cause::invalid_value,
               fmt::format("\"{}\" is not a time: write RFC 3339, as 2026-11-24T05:02:00.000Z", text.substr(0, 64)));
}

// Reads exactly `digits` digits at `at`, moving it; -1 when they are not there.
int number(std::string_view text, std::size_t& at, std::size_t digits) {
  if (at + digits > text.size()) return -1;
  int value = 0;
  for (std::size_t end = at + digits; at < end; ++at) {
    if (text[at] < '0' || text[at] > '9') return -1;
    value = value * 10 + (text[at] - '0');
  }
  return value;
}

bool literal(std::string_view text, std::size_t& at, char c) {
  if (at >= text.size() || text[at] != c) return false;
  ++at;
  return true;
}

}  // namespace

Result<Timestamp> Timestamp::parse(std::string_view text) {
  std::size_t at = 0;
  const int y = number(text, at, 4);
  if (y < 1 || !literal(text, at, '-')) return not_a_time(text);
  const int mo = number(text, at, 2);
  if (!literal(text, at, '-')) return not_a_time(text);
  const int d = number(text, at, 2);
  if (!literal(text, at, 'T') && !literal(text, at, 't') && !literal(text, at, ' ')) return not_a_time(text);
  const int h = number(text, at, 2);
  if (!literal(text, at, ':')) return not_a_time(text);
  const int mi = number(text, at, 2);
  if (!literal(text, at, ':')) return not_a_time(text);
  const int s = number(text, at, 2);
  int ms = 0;
  if (literal(text, at, '.')) {
    int seen = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++seen) {
      if (seen < 3) ms = ms * 10 + (text[at] - '0');
    }
    if (seen == 0) return not_a_time(text);
    for (; seen < 3; ++seen) ms *= 10;
  }
  int offset_minutes = 0;
  if (!literal(text, at, 'Z') && !literal(text, at, 'z')) {
    const int sign = literal(text, at, '+') ? 1 : literal(text, at, '-') ? -1 : 0;
    const int oh = sign == 0 ? -1 : number(text, at, 2);
    if (oh < 0 || oh > 23 || !literal(text, at, ':')) return not_a_time(text);
    const int om = number(text, at, 2);
    if (om < 0 || om > 59) return not_a_time(text);
    offset_minutes = sign * (oh * 60 + om);
  }
  const std::chrono::year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
  if (at != text.size() || !date.ok() || h < 0 || h > 23 || mi < 0 || mi > 59 || s < 0 || s > 60)
    return not_a_time(text);
  const std::int64_t days = sys_days(date).time_since_epoch().count();
  const std::int64_t minutes = days * 24 * 60 + h * 60 + mi - offset_minutes;
  return Timestamp((minutes * 60 + s) * 1000 + ms);
}

std::string Timestamp::str() const {
  const auto point = std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(unix_ms_));
  const auto days = std::chrono::floor<std::chrono::days>(point);
  const std::chrono::year_month_day date(days);
  const std::int64_t in_day = (point - days).count();
  return fmt::format("{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}.{:03d}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), in_day / 3600000,
                     in_day / 60000 % 60, in_day / 1000 % 60, in_day % 1000);
}

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace herald
