// The threads for what blocks on the disk or computes for long (lists, blobs), shared fairly: callers wait in one line each,
// the lines are served in turn, and one caller never has all threads. So a caller of many costly lists waits for itself, and
// not the others for it.
//
// Threads: post() from any. Jobs run on threads of the pool, at most `threads` at a time.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>

namespace herald::api {

class Workers {
 public:
  // `most_of_one`: threads that one caller may have at a time.
  Workers(std::size_t threads, std::size_t most_of_one);

  void post(const std::string& caller, std::function<void()> job);
  // Returns when all jobs have run; nothing may be posted any more.
  void join();

 private:
  struct Line {
    std::deque<std::function<void()>> waiting;
    std::size_t running = 0;
    bool in_turn = false;  // stands in turns_
  };
  void begin_what_may();  // under the lock
  void run(const std::string& caller, const std::function<void()>& job);

  const std::size_t threads_, most_of_one_;
  std::mutex mutex_;
  std::size_t running_ = 0;
  std::unordered_map<std::string, Line> lines_;  // of callers that wait or run
  std::deque<std::string> turns_;                // callers whose next job may begin, the next one first
  boost::asio::thread_pool pool_;
};

// The workers as one caller uses them. Both must outlive it.
class WorkersOf {
 public:
  WorkersOf(Workers& workers, std::string caller) : workers_(workers), caller_(std::move(caller)) {}
  void post(std::function<void()> job) const { workers_.post(caller_, std::move(job)); }

 private:
  Workers& workers_;
  std::string caller_;
};

}  // namespace herald::api
