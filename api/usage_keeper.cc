#include "api/usage_keeper.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <latch>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "api/usage_report.h"
#include "base/limits.h"
#include "registry/state.h"
#include "work/usage.h"

namespace herald::api {

namespace {

constexpr std::int64_t kMsAnHour = 3'600'000;
constexpr std::chrono::minutes kLongestWait{1};  // the clock of the wall may step

std::int64_t hour_at(Timestamp time) {
  return time.unix_ms() / kMsAnHour;
}

// Nothing: the log has it all, or knows no such model. One that was deleted was used all the same.
std::optional<registry::RecordUsage> remainder_of(const registry::Reader& head,
                                                  const work::CountedUsage& counted) {
  const work::UsageCounter& of = counted.of;
  const auto known = registry::find_usage(head, of.model_id, of.version, of.consumer);
  if (known && known->count >= counted.row.total) return std::nullopt;
  if (!registry::find_model(head, of.model_id)) return std::nullopt;
  registry::RecordUsage command;
  command.model_id = of.model_id;
  command.version = of.version;
  command.consumer = of.consumer;
  command.alias = counted.row.alias;
  command.count = 0;
  command.total = counted.row.total;
  command.at = counted.row.last;
  return command;
}

void warn_of_usage(const Result<recorder::Recorded>& recorded) {
  if (recorded) return;
  spdlog::warn("usage could not be recorded, and will be later: {}", recorded.error().message);
}

}  // namespace

UsageKeeper::UsageKeeper(const Parts& parts) : parts_(parts) {
  settle();
  thread_ = std::jthread([this](const std::stop_token& stopping) { wait_for_hours(stopping); });
}

void UsageKeeper::settle() {
  const auto recorded = [this](const work::UsageCounter& of) -> std::uint64_t {
    const projections::HeadReader head(parts_.head);
    const auto known = registry::find_usage(head, of.model_id, of.version, of.consumer);
    return known ? known->count : 0;
  };
  const auto settled = work::settle_usage(parts_.work, remembered_by(parts_.log), recorded);
  if (!settled)
    spdlog::warn("what was reported when the server ended is not counted: {}", settled.error().message);
}

UsageKeeper::~UsageKeeper() {
  stop();
}

void UsageKeeper::keep_up() {
  record_before(hour_at(parts_.clock.now()));
}

void UsageKeeper::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  record_before(std::numeric_limits<std::int64_t>::max());
}

void UsageKeeper::wait_for_hours(const std::stop_token& stopping) {
  std::int64_t kept_up_to = -1;
  while (!stopping.stop_requested()) {
    const Timestamp now = parts_.clock.now();
    if (hour_at(now) != kept_up_to) {
      record_before(hour_at(now), stopping);
      kept_up_to = hour_at(now);
    }
    const std::chrono::milliseconds left((kept_up_to + 1) * kMsAnHour - now.unix_ms());
    std::unique_lock lock(mutex_);
    stopped_.wait_for(lock, stopping, std::min<std::chrono::milliseconds>(left, kLongestWait),
                      [] { return false; });
  }
}

void UsageKeeper::record_before(std::int64_t hour, const std::stop_token& stopping) {
  std::string after;
  while (!stopping.stop_requested()) {
    const auto counters = work::usage_after(parts_.work, after, limits::kUsageCountersAtOnce);
    if (counters.empty()) return;
    after = counters.back().key;
    std::vector<registry::RecordUsage> commands;
    {
      const projections::HeadReader head(parts_.head);
      for (const work::CountedUsage& counted : counters) {
        if (hour_at(counted.row.last) >= hour) continue;
        if (auto command = remainder_of(head, counted)) commands.push_back(std::move(*command));
      }
    }
    const auto recorded = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(commands.size()));
    for (registry::RecordUsage& command : commands) {
      recorder::Submission submission;
      submission.actor = registry::Actor::system();
      submission.causation.correlation = parts_.ids.next(parts_.clock.now());
      submission.command = std::move(command);
      parts_.recorder.submit_with_patience(std::move(submission),
                                           [recorded](const Result<recorder::Recorded>& done) {
                                             warn_of_usage(done);
                                             recorded->count_down();
                                           });
    }
    recorded->wait();
  }
}

}  // namespace herald::api
