// How far something has come (the log as projected into the head; the views), and those who wait for more: threads that
// block, and callbacks that wake an event loop. Nobody polls.
//
// Threads: all members may be called by any. advance() calls the subscribers on its own thread; they must not block,
// nor subscribe or unsubscribe from within.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>

#include "base/sequence.h"

namespace herald::eventstore {

class Tail {
 public:
  explicit Tail(Sequence start);
  ~Tail();
  Tail(const Tail&) = delete;
  Tail& operator=(const Tail&) = delete;

  // Never goes back: a smaller sequence is ignored.
  void advance(Sequence to);
  Sequence last() const;

  // Returns last() as soon as it is greater than `after`, or when stop is requested, or at the deadline.
  Sequence wait_beyond(Sequence after, std::stop_token stop) const;
  Sequence wait_beyond(Sequence after, std::stop_token stop,
                       std::chrono::steady_clock::time_point deadline) const;

  // `wake` is called after each advance until the subscription is gone. Destroying it waits for a call under way.
  class Subscription {
   public:
    Subscription() = default;
    ~Subscription();
    Subscription(Subscription&&) noexcept;
    Subscription& operator=(Subscription&&) noexcept;

   private:
    friend class Tail;
    struct Entry;
    std::shared_ptr<Entry> entry_;
  };
  Subscription subscribe(std::function<void()> wake) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace herald::eventstore
