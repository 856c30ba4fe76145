#include "api/workers.h"

#include <boost/asio/post.hpp>

namespace herald::api {

Workers::Workers(std::size_t threads, std::size_t most_of_one)
    : threads_(threads), most_of_one_(most_of_one), pool_(threads) {}

void Workers::post(const std::string& caller, std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  Line& line = lines_[caller];
  line.waiting.push_back(std::move(job));
  if (!line.in_turn && line.running < most_of_one_) {
    line.in_turn = true;
    turns_.push_back(caller);
  }
  begin_what_may();
}

void Workers::begin_what_may() {
  while (running_ < threads_ && !turns_.empty()) {
    std::string caller = std::move(turns_.front());
    turns_.pop_front();
    Line& line = lines_.at(caller);
    std::function<void()> job = std::move(line.waiting.front());
    line.waiting.pop_front();
    ++line.running;
    ++running_;
    line.in_turn = !line.waiting.empty() && line.running < most_of_one_;
    if (line.in_turn) turns_.push_back(caller);
    boost::asio::post(pool_, [this, caller = std::move(caller), job = std::move(job)] { run(caller, job); });
  }
}

void Workers::run(const std::string& caller, const std::function<void()>& job) {
  job();
  const std::lock_guard lock(mutex_);
  --running_;
  const auto found = lines_.find(caller);
  Line& line = found->second;
  --line.running;
  if (!line.waiting.empty() && !line.in_turn) {
    line.in_turn = true;
    turns_.push_back(caller);
  } else if (line.waiting.empty() && line.running == 0) {
    lines_.erase(found);
  }
  begin_what_may();
}

void Workers::join() {
  pool_.join();
}

}  // namespace herald::api
