#include "recorder/command_queue.h"

#include <utility>

namespace herald::recorder {

CommandQueue::Pushed CommandQueue::push(QueuedCommand& command) {
  const std::lock_guard lock(mutex_);
  if (!closed_ && commands_.size() >= capacity_) return Pushed::full;
  return push_locked(command);
}

CommandQueue::Pushed CommandQueue::push_waiting(QueuedCommand& command) {
  std::unique_lock lock(mutex_);
  emptied_.wait(lock, [this] { return closed_ || commands_.size() < capacity_; });
  return push_locked(command);
}

CommandQueue::Pushed CommandQueue::push_locked(QueuedCommand& command) {
  if (closed_) return Pushed::closed;
  commands_.push_back(std::move(command));
  filled_.notify_one();
  return Pushed::yes;
}

std::optional<QueuedCommand> CommandQueue::pop_waiting() {
  std::unique_lock lock(mutex_);
  filled_.wait(lock, [this] { return closed_ || !commands_.empty(); });
  return pop_locked();
}

std::optional<QueuedCommand> CommandQueue::pop() {
  const std::lock_guard lock(mutex_);
  return pop_locked();
}

std::optional<QueuedCommand> CommandQueue::pop_locked() {
  if (closed_ || commands_.empty()) return std::nullopt;
  QueuedCommand command = std::move(commands_.front());
  commands_.pop_front();
  emptied_.notify_one();
  return command;
}

void CommandQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  filled_.notify_all();
  emptied_.notify_all();
}

std::deque<QueuedCommand> CommandQueue::drain() {
  const std::lock_guard lock(mutex_);
  return std::exchange(commands_, {});
}

std::size_t CommandQueue::size() const {
  const std::lock_guard lock(mutex_);
  return commands_.size();
}

}  // namespace herald::recorder
