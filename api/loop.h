// One I/O thread's world: its io_context, who waits for the tails on it, and the sessions that live on it. Everything here
// is used on that thread alone, but for the constructor, run() and begin_stop().
#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <string>

#include "api/asio.h"
#include "api/services.h"
#include "api/wakeups.h"

namespace herald::api {

// A session as its loop sees it.
class Connection {
 public:
  virtual ~Connection() = default;
  // Ends what has been waited for too long.
  virtual void check_deadline(std::chrono::steady_clock::time_point now) = 0;
  // Finishes the request under way, then closes; at once when there is none.
  virtual void stop_soon() = 0;
  virtual void close_now() = 0;
};

class Loop {
 public:
  explicit Loop(Services& herald);

  void run();         // returns after begin_stop(), when the last session has gone
  void begin_stop();  // any thread, once
  Executor executor() { return io_.get_executor(); }
  Wakeups& recorded() { return recorded_; }
  Wakeups& projected() { return projected_; }
  bool stopping() const { return stopping_; }
  // "Date: Tue, 24 Nov 2026 05:02:00 GMT\r\n", formatted once a second.
  const std::string& date_line();

  // A session is here from its construction to its end.
  class Membership {
   public:
    Membership(Loop& loop, Connection& connection);
    ~Membership();
    Membership(const Membership&) = delete;

   private:
    Loop& loop_;
    std::list<Connection*>::iterator at_;
  };

 private:
  Task<> watch_deadlines();
  Task<> wait_for_the_last();

  Services& herald_;
  asio::io_context io_;
  asio::executor_work_guard<Executor> work_;
  Wakeups recorded_, projected_;
  std::list<Connection*> connections_;
  Timer tick_, grace_;
  bool stopping_ = false;
  std::string date_line_;
  std::int64_t date_second_ = -1;
};

}  // namespace herald::api
