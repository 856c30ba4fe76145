// A line on a terminal that tells how far a transfer or a long check is, redrawn at most ten times a second. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace herald::cli {

class ProgressLine {
 public:
  enum class Counts { bytes, events };
  // `total`: in what is counted. `shown`: without it nothing is drawn.
  ProgressLine(std::string what, std::uint64_t total, bool shown, Counts counts = Counts::bytes);
  ~ProgressLine();  // clears the line
  void moved(std::int64_t further);

 private:
  void draw();
  const std::string what_;
  const std::uint64_t total_;
  const bool shown_;
  const Counts counts_;
  std::atomic<std::int64_t> done_{0};
  std::mutex drawing_;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace herald::cli
