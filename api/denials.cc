#include "api/denials.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "registry/state.h"

namespace herald::api {

namespace {

constexpr std::size_t kDenialsPerCommand = 200;  // one event each
constexpr const char* kOthers = "others";

std::int64_t steady_ms(const Clock& clock) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock.steady().time_since_epoch()).count();
}

// One command after the other, each with its share.
std::vector<recorder::Submission> submissions_of(const std::vector<registry::Denials>& denials,
                                                 const Parts& parts) {
  std::vector<recorder::Submission> submissions;
  for (std::size_t begin = 0; begin < denials.size(); begin += kDenialsPerCommand) {
    const std::size_t end = std::min(begin + kDenialsPerCommand, denials.size());
    recorder::Submission submission;
    submission.actor = registry::Actor::system();
    submission.causation.correlation = parts.ids.next(parts.clock.now());
    submission.command = registry::RecordDenials{{denials.begin() + static_cast<std::ptrdiff_t>(begin),
                                                  denials.begin() + static_cast<std::ptrdiff_t>(end)}};
    submissions.push_back(std::move(submission));
  }
  return submissions;
}

void warn_of(const Error& failure) {
  spdlog::warn("refusals could not be recorded: {}", failure.message);
}

}  // namespace

Denials::Denials(const Parts& parts, std::chrono::milliseconds counted) : parts_(parts), counted_(counted) {}

void Denials::count(const std::string& actor, std::string_view permission, const registry::RoleScope& on) {
  const Timestamp now = parts_.clock.now();
  const std::lock_guard lock(mutex_);
  Key key{actor, permission, registry::keys::scope(on)};
  const bool is_beyond = !counts_.contains(key) && counts_.size() >= limits::kMaxDenialsCounted;
  if (is_beyond) key = {kOthers, "any", {}};
  const auto [found, fresh] =
      counts_.try_emplace(key, registry::Denials{std::get<0>(key), std::get<1>(key),
                                                 is_beyond ? registry::RoleScope{} : on, 0, now, now});
  ++found->second.count;
  found->second.until = now;
  if (due_ms_ == 0) due_ms_ = steady_ms(parts_.clock) + counted_.count();
}

std::vector<registry::Denials> Denials::take() {
  std::map<Key, registry::Denials> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(counts_);
    due_ms_ = 0;
  }
  std::vector<registry::Denials> denials;
  for (auto& [key, one] : taken) denials.push_back(std::move(one));
  return denials;
}

void Denials::record_when_due() {
  const std::int64_t due = due_ms_;
  if (due == 0 || steady_ms(parts_.clock) < due) return;
  for (recorder::Submission& submission : submissions_of(take(), parts_)) {
    parts_.recorder.submit(std::move(submission), [](const Result<recorder::Recorded>& recorded) {
      if (!recorded) warn_of(recorded.error());
    });
  }
}

void Denials::stop() {
  for (recorder::Submission& submission : submissions_of(take(), parts_)) {
    const auto recorded = parts_.recorder.record(std::move(submission));
    if (!recorded) warn_of(recorded.error());
  }
}

}  // namespace herald::api
