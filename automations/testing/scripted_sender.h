// A sender that answers as it is told, and remembers what it was given. Outcomes come on a thread of its own, as they do
// from a real one.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "automations/ports.h"
#include "automations/targets.h"

namespace herald::automations::testing {

inline Outcome answer(Verdict verdict, std::uint32_t status, std::string error_class = {}) {
  Outcome outcome;
  outcome.verdict = verdict;
  outcome.status = status;
  outcome.error_class = std::move(error_class);
  if (verdict != Verdict::delivered) outcome.error = "the target answered " + std::to_string(status);
  return outcome;
}
inline Outcome ok() {
  return answer(Verdict::delivered, 200);
}
inline Outcome broken() {
  return answer(Verdict::retry, 500, "status");
}
inline Outcome gone() {
  return answer(Verdict::permanent, 410, "rejected");
}
inline Outcome timed_out() {
  return answer(Verdict::retry, 0, "timeout");
}
inline Outcome cancelled() {
  Outcome outcome = answer(Verdict::retry, 0, "cancelled");
  outcome.cancelled = true;
  return outcome;
}
inline Outcome busy_for(std::chrono::seconds wait) {
  Outcome outcome = answer(Verdict::retry, 429, "status");
  outcome.retry_after = wait;
  return outcome;
}

class ScriptedSender final : public Sender {
 public:
  using Script = std::function<Outcome(const Outgoing&)>;

  explicit ScriptedSender(Script otherwise = [](const Outgoing&) { return ok(); })
      : otherwise_(std::move(otherwise)), thread_([this](std::stop_token stop) { run(stop); }) {}
  ~ScriptedSender() override {
    thread_.request_stop();
    thread_.join();
  }

  // The next answers of a target, one for each attempt; then those of `otherwise`.
  void script(const std::string& url, std::vector<Outcome> outcomes) {
    const std::lock_guard lock(mutex_);
    for (Outcome& outcome : outcomes) scripted_[target_of(url)].push_back(std::move(outcome));
  }
  // A target that takes requests and answers nothing until release().
  void hold(const std::string& url) {
    const std::lock_guard lock(mutex_);
    held_[target_of(url)];
  }
  void release(const std::string& url) {
    const std::lock_guard lock(mutex_);
    for (Request& request : held_[target_of(url)]) requests_.push_back(std::move(request));
    held_.erase(target_of(url));
    changed_.notify_all();
  }

  void send(Outgoing outgoing, std::function<void(Outcome)> done) override {
    const std::lock_guard lock(mutex_);
    sent_.push_back(outgoing);
    const auto held = held_.find(target_of(outgoing.url));
    (held == held_.end() ? requests_ : held->second).push_back({std::move(outgoing), std::move(done)});
    changed_.notify_all();
  }
  // What is held.
  void cancel() override {
    const std::lock_guard lock(mutex_);
    for (auto& [target, requests] : held_) {
      for (Request& request : requests) {
        request.is_cancelled = true;
        requests_.push_back(std::move(request));
      }
      requests.clear();
    }
    changed_.notify_all();
  }
  Result<void> check_url(registry::ActionKind, const std::string&) const override { return {}; }

  std::vector<Outgoing> sent() const {
    const std::lock_guard lock(mutex_);
    return sent_;
  }
  std::size_t sent_to(const std::string& url) const {
    const std::lock_guard lock(mutex_);
    return count(url);
  }
  // False when it takes longer than anybody would wait.
  bool wait_for(const std::string& url, std::size_t number) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return count(url) >= number; });
  }
  // Of all targets together. Longer: an attempt is begun in a millisecond, and under a sanitizer in many.
  bool wait_for_sent(std::size_t number) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return sent_.size() >= number; });
  }

 private:
  struct Request {
    Outgoing outgoing;
    std::function<void(Outcome)> done;
    bool is_cancelled = false;
  };

  std::size_t count(const std::string& url) const {
    std::size_t number = 0;
    for (const Outgoing& outgoing : sent_) number += outgoing.url == url ? 1 : 0;
    return number;
  }
  Outcome outcome_of(const Outgoing& outgoing) {
    {
      const std::lock_guard lock(mutex_);
      auto& scripted = scripted_[target_of(outgoing.url)];
      if (!scripted.empty()) {
        Outcome outcome = std::move(scripted.front());
        scripted.pop_front();
        return outcome;
      }
    }
    return otherwise_(outgoing);
  }
  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return !requests_.empty(); })) {
      const Request request = std::move(requests_.front());
      requests_.pop_front();
      lock.unlock();
      Outcome outcome = request.is_cancelled ? cancelled() : outcome_of(request.outgoing);
      outcome.target = target_of(request.outgoing.url);
      outcome.request_body = request.outgoing.body;
      request.done(std::move(outcome));
      lock.lock();
    }
  }

  const Script otherwise_;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  std::vector<Outgoing> sent_;
  std::deque<Request> requests_;
  std::map<std::string, std::deque<Request>> held_;
  std::map<std::string, std::deque<Outcome>> scripted_;
  std::jthread thread_;
};

}  // namespace herald::automations::testing
