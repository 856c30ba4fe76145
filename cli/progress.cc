#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "base/clock.h"
#include "cli/text.h"

namespace herald::cli {
namespace {

constexpr std::chrono::milliseconds kBetweenDraws{100};
constexpr std::size_t kBarWidth = 30;

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
  const auto filled = static_cast<std::size_t>(part * kBarWidth);
  std::string bar;
  for (std::size_t i = 0; i < kBarWidth; ++i) bar += i < filled ? "█" : "░";
  const bool are_bytes = counts_ == Counts::bytes;
  fmt::print(stderr, "\r{} {} {:3.0f}%  {} of {}\x1b[K", what_, bar, part * 100,
             are_bytes ? human_bytes(done) : fmt::format("{}", done),
             are_bytes ? human_bytes(total_) : fmt::format("{} events", total_));
  std::fflush(stderr);
}

}  // namespace herald::cli
