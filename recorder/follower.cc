#include "recorder/follower.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace herald::recorder {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{50};
constexpr milliseconds kLongestPause{5'000};

}  // namespace

std::vector<Recording> read_batch(const eventstore::Log& log, Sequence from, Sequence to,
                                  std::size_t max_events, std::size_t max_bytes) {
  std::vector<Recording> events;
  std::size_t bytes_read = 0;
  log.read().scan(from, [&](Sequence sequence, std::string_view bytes) {
    if (sequence > to || events.size() == max_events) return false;
    if (!events.empty() && bytes_read + bytes.size() > max_bytes) return false;
    bytes_read += bytes.size();
    events.push_back({sequence, std::string(bytes)});
    return true;
  });
  return events;
}

class FollowerThread::Impl {
 public:
  Impl(Follower& follower, const eventstore::Log& log, const eventstore::Tail& tail, Options options)
      : follower_(follower),
        log_(log),
        tail_(tail),
        options_(std::move(options)),
        thread_([this](const std::stop_token& stop) { follow(stop); }) {}

  void stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }
  Sequence position() const { return Sequence(position_.load(std::memory_order_relaxed)); }
  Sequence end() const { return tail_.last(); }

 private:
  void follow(const std::stop_token& stop) {
    milliseconds next_pause = kFirstPause;
    move_to(follower_.position());
    while (!stop.stop_requested()) {
      const Sequence end = tail_.wait_beyond(position(), stop);
      if (stop.stop_requested()) return;
      const Result<void> applied = apply_next(end, stop);
      if (applied) {
        next_pause = kFirstPause;
        continue;
      }
      if (stop.stop_requested()) return;  // an error that the stopping made
      if (options_.on_error) options_.on_error(follower_.name(), applied.error());
      pause(next_pause, stop);
      next_pause = std::min(next_pause * 2, kLongestPause);
      move_to(follower_.position());  // it may have kept a part
    }
  }

  Result<void> apply_next(Sequence end, const std::stop_token& stop) {
    const auto events = read_batch(log_, position().next(), end, options_.max_events, options_.max_bytes);
    HERALD_CHECK(follower_.apply(events, stop));
    move_to(events.back().sequence);
    return {};
  }

  void pause(milliseconds duration, const std::stop_token& stop) {
    std::unique_lock lock(pause_mutex_);
    pause_ended_.wait_for(lock, stop, duration, [] { return false; });
  }

  void move_to(Sequence position) { position_.store(position.value(), std::memory_order_relaxed); }

  Follower& follower_;
  const eventstore::Log& log_;
  const eventstore::Tail& tail_;
  const Options options_;
  std::atomic<std::uint64_t> position_{0};
  std::mutex pause_mutex_;
  std::condition_variable_any pause_ended_;
  std::jthread thread_;  // last: it uses all of the above
};

FollowerThread::FollowerThread(Follower& follower, const eventstore::Log& log, const eventstore::Tail& tail,
                               Options options)
    : impl_(std::make_unique<Impl>(follower, log, tail, std::move(options))) {}
FollowerThread::~FollowerThread() {
  stop();
}

void FollowerThread::stop() {
  impl_->stop();
}
Sequence FollowerThread::position() const {
  return impl_->position();
}

std::uint64_t FollowerThread::lag() const {
  const std::uint64_t position = impl_->position().value();
  return std::max(impl_->end().value(), position) - position;
}

}  // namespace herald::recorder
