#include "cli/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/clock.h"
#include "cli/text.h"

namespace herald::cli {
namespace {

constexpr std::chrono::milliseconds kBetweenDraws{100};
constexpr std::size_t kBarWidth = 30, kLeastBarWidth = 4;
constexpr std::size_t kColumnsUnknown = 80;

// The line is drawn over itself, so it must not go on below.
std::size_t columns_of_standard_error() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kColumnsUnknown;
}

}  // namespace

ProgressLine::ProgressLine(std::string what, std::uint64_t total, bool shown, Counts counts)
    : what_(std::move(what)),
      total_(total),
      shown_(shown),
      counts_(counts),
      next_(system_clock().steady() + kBetweenDraws) {}

ProgressLine::~ProgressLine() {
  if (shown_) fmt::print(stderr, "\r\x1b[K");
}

void ProgressLine::moved(std::int64_t further) {
  done_ += further;
  if (!shown_) return;
  const std::lock_guard lock(drawing_);
  const auto now = system_clock().steady();
  if (now < next_) return;
  next_ = now + kBetweenDraws;
  draw();
}

void ProgressLine::draw() {
  const auto done = static_cast<std::uint64_t>(std::max<std::int64_t>(0, done_));
  const double part =
      total_ == 0 ? 1 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total_));
  const bool are_bytes = counts_ == Counts::bytes;
  const std::string told =
      fmt::format("{:3.0f}%  {} of {}", part * 100, are_bytes ? human_bytes(done) : fmt::format("{}", done),
                  are_bytes ? human_bytes(total_) : fmt::format("{} events", total_));
  const std::size_t columns = columns_of_standard_error() - 1;
  const std::size_t taken = display_width(what_) + display_width(told) + 2;
  const std::size_t room = std::min(kBarWidth, columns > taken ? columns - taken : 0);
  std::string bar;
  if (room >= kLeastBarWidth) {
    const auto filled = static_cast<std::size_t>(part * static_cast<double>(room));
    for (std::size_t i = 0; i < room; ++i) bar += i < filled ? "█" : "░";
    bar += " ";
  }
  fmt::print(stderr, "\r{}\x1b[K", cut(fmt::format("{} {}{}", what_, bar, told), columns));
  std::fflush(stderr);
}

}  // namespace herald::cli
