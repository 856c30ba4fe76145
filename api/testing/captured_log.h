// What this process logs, while it lives, instead of writing it on standard error: so that a test can hold the log to
// what it promises. Thread-safe. Keeps the newest 10,000 lines.
#pragma once

#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string>
#include <vector>

namespace herald::api::testing {

class CapturedLog {
 public:
  CapturedLog() {
    auto logger = std::make_shared<spdlog::logger>("captured", lines_);
    logger->set_pattern("%l %v");
    logger->set_level(spdlog::level::trace);
    before_ = spdlog::default_logger();
    spdlog::set_default_logger(logger);
  }
  ~CapturedLog() { spdlog::set_default_logger(before_); }
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;

  // `<level> <text>`, oldest first.
  std::vector<std::string> lines() const { return lines_->last_formatted(); }

  // Each answer with a 5xx, and each defect, is one.
  std::vector<std::string> errors() const {
    std::vector<std::string> found;
    for (const std::string& line : lines())
      if (line.starts_with("error ") || line.starts_with("critical ")) found.push_back(line);
    return found;
  }

 private:
  static constexpr std::size_t kLines = 10'000;
  std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt> lines_ =
      std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(kLines);
  std::shared_ptr<spdlog::logger> before_;
};

}  // namespace herald::api::testing
