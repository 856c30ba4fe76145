// The recorder's inbox: bounded, first in first out. Any number of threads push, one pops.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>

#include "recorder/recorder.h"

namespace herald::recorder {

struct QueuedCommand {
  Submission submission;
  Done done;
};

class CommandQueue {
 public:
  explicit CommandQueue(std::size_t capacity) : capacity_(capacity) {}

  enum class Pushed { yes, full, closed };
  // Takes the command only when the answer is yes.
  Pushed push(QueuedCommand& command);
  // Waits for room: never full.
  Pushed push_waiting(QueuedCommand& command);

  // Waits for a command; nothing once the queue is closed.
  std::optional<QueuedCommand> pop_waiting();
  // Nothing when the queue is empty or closed.
  std::optional<QueuedCommand> pop();

  void close();
  // What is left in a closed queue.
  std::deque<QueuedCommand> drain();
  std::size_t size() const;

 private:
  Pushed push_locked(QueuedCommand& command);
  std::optional<QueuedCommand> pop_locked();

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable filled_, emptied_;
  std::deque<QueuedCommand> commands_;
  bool closed_ = false;
};

}  // namespace herald::recorder
