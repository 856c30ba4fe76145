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

using Share = std::vector<registry::Denials>;

// For one command after the other.
std::vector<Share> shares_of(const Share& denials) {
  std::vector<Share> shares;
  for (std::size_t begin = 0; begin < denials.size(); begin += kDenialsPerCommand) {
    const std::size_t end = std::min(begin + kDenialsPerCommand, denials.size());
    shares.emplace_back(denials.begin() + static_cast<std::ptrdiff_t>(begin),
                        denials.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return shares;
}

recorder::Submission submission_of(const Share& share, const Parts& parts) {
  recorder::Submission submission;
  submission.actor = registry::Actor::system();
  submission.causation.correlation = parts.ids.next(parts.clock.now());
  submission.command = registry::RecordDenials{share};
  return submission;
}

void warn_of(const Error& failure) {
  spdlog::warn("refusals could not be recorded: {}", failure.message);
}

}  // namespace

Denials::Denials(const Parts& parts, std::chrono::milliseconds counted) : parts_(parts), counted_(counted) {}

void Denials::Counts::add(const registry::Denials& denials, std::int64_t due_ms) {
  const std::lock_guard lock(mutex_);
  Key key{denials.actor, denials.permission, registry::keys::scope(denials.scope)};
  const bool is_beyond = !counts_.contains(key) && counts_.size() >= limits::kMaxDenialsCounted;
  if (is_beyond) key = {kOthers, "any", {}};
  const auto [found, fresh] = counts_.try_emplace(key, denials);
  registry::Denials& counted = found->second;
  if (fresh && is_beyond) {
    counted.actor = kOthers;
    counted.permission = "any";
    counted.scope = {};
  }
  if (!fresh) {
    counted.count += denials.count;
    counted.since = std::min(counted.since, denials.since);
    counted.until = std::max(counted.until, denials.until);
  }
  if (due_ms_ == 0) due_ms_ = due_ms;
}

std::vector<registry::Denials> Denials::Counts::take() {
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

void Denials::count(const std::string& actor, const Denied& denied) {
  const Timestamp now = parts_.clock.now();
  counts_->add({actor, std::string(denied.permission), denied.on, 1, now, now},
               steady_ms(parts_.clock) + counted_.count());
}

void Denials::record_when_due() {
  const std::int64_t now = steady_ms(parts_.clock), due = counts_->due_ms();
  if (due == 0 || now < due) return;
  for (Share& share : shares_of(counts_->take())) {
    recorder::Submission submission = submission_of(share, parts_);
    const std::int64_t next = now + counted_.count();
    parts_.recorder.submit(std::move(submission), [counts = counts_, share = std::move(share),
                                                   next](const Result<recorder::Recorded>& recorded) {
      if (recorded) return;
      warn_of(recorded.error());
      for (const registry::Denials& denials : share) counts->add(denials, next);
    });
  }
}

void Denials::stop() {
  for (const Share& share : shares_of(counts_->take())) {
    const auto recorded = parts_.recorder.record(submission_of(share, parts_));
    if (!recorded) warn_of(recorded.error());
  }
}

}  // namespace herald::api
