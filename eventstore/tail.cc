#include "eventstore/tail.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <vector>

namespace herald::eventstore {

struct Tail::Subscription::Entry {
  std::mutex calling;
  std::function<void()> wake;  // empty once the subscription is gone
};

struct Tail::State {
  explicit State(Sequence start) : last(start.value()) {}

  std::atomic<std::uint64_t> last;
  mutable std::mutex mutex;  // orders changes of `last` before those who wait look at it
  mutable std::condition_variable_any advanced;
  mutable std::vector<std::weak_ptr<Subscription::Entry>> subscribers;

  std::vector<std::shared_ptr<Subscription::Entry>> living_subscribers() const {
    std::vector<std::shared_ptr<Subscription::Entry>> living;
    std::erase_if(subscribers, [&](const auto& subscriber) {
      auto entry = subscriber.lock();
      if (entry == nullptr) return true;
      living.push_back(std::move(entry));
      return false;
    });
    return living;
  }
};

Tail::Tail(Sequence start) : state_(std::make_unique<State>(start)) {}
Tail::~Tail() = default;

void Tail::advance(Sequence to) {
  std::vector<std::shared_ptr<Subscription::Entry>> subscribers;
  {
    const std::lock_guard lock(state_->mutex);
    if (to.value() <= state_->last.load(std::memory_order_relaxed)) return;
    state_->last.store(to.value(), std::memory_order_release);
    subscribers = state_->living_subscribers();
  }
  state_->advanced.notify_all();
  for (const auto& subscriber : subscribers) {
    const std::lock_guard lock(subscriber->calling);
    if (subscriber->wake) subscriber->wake();
  }
}

Sequence Tail::last() const {
  return Sequence(state_->last.load(std::memory_order_acquire));
}

Sequence Tail::wait_beyond(Sequence after, std::stop_token stop) const {
  std::unique_lock lock(state_->mutex);
  state_->advanced.wait(lock, std::move(stop), [&] { return last() > after; });
  return last();
}

Sequence Tail::wait_beyond(Sequence after, std::stop_token stop,
                           std::chrono::steady_clock::time_point deadline) const {
  std::unique_lock lock(state_->mutex);
  state_->advanced.wait_until(lock, std::move(stop), deadline, [&] { return last() > after; });
  return last();
}

Tail::Subscription Tail::subscribe(std::function<void()> wake) const {
  Subscription subscription;
  subscription.entry_ = std::make_shared<Subscription::Entry>();
  subscription.entry_->wake = std::move(wake);
  const std::lock_guard lock(state_->mutex);
  state_->subscribers.push_back(subscription.entry_);
  return subscription;
}

Tail::Subscription::~Subscription() {
  if (entry_ == nullptr) return;
  const std::lock_guard lock(entry_->calling);
  entry_->wake = nullptr;
}

Tail::Subscription::Subscription(Subscription&&) noexcept = default;

Tail::Subscription& Tail::Subscription::operator=(Subscription&& other) noexcept {
  Subscription ended(std::move(*this));
  entry_ = std::move(other.entry_);
  return *this;
}

}  // namespace herald::eventstore
