// Waiting for a tail on a loop: many wait, one subscription wakes them. Used on the loop's thread alone; the tail calls
// from its own.
#pragma once

#include <atomic>
#include <chrono>
#include <list>
#include <memory>

#include "api/asio.h"
#include "eventstore/tail.h"

namespace herald::api {

class Wakeups {
 public:
  // Borrows both.
  Wakeups(asio::io_context& loop, const eventstore::Tail& tail);
  ~Wakeups();

  // Returns the tail's last() as soon as it is greater than `after`, at the deadline, or after wake_all().
  Task<Sequence> wait_beyond(Sequence after, std::chrono::steady_clock::time_point deadline);
  // For the end: whoever waits looks again. On the loop's thread.
  void wake_all();

 private:
  struct Shared;
  asio::io_context& loop_;
  const eventstore::Tail& tail_;
  std::shared_ptr<Shared> shared_;
  eventstore::Tail::Subscription subscription_;
};

}  // namespace herald::api
