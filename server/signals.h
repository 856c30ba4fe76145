// SIGTERM and SIGINT as a thing to wait for. Construct it before any other thread starts: the signals are
// blocked for all, and taken by one thread that only waits for them. SIGHUP is handed on; SIGPIPE is ignored; SIGBUS is
// explained before it ends the process.
//
// The first signal asks for a stop; the second ends the process at once, and so does the first while the
// server is still starting (nothing was acknowledged yet) or when stopping takes longer than `bound`.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace herald::server {

class Signals {
 public:
  explicit Signals(std::chrono::seconds bound);
  ~Signals();  // the signals stay blocked
  Signals(const Signals&) = delete;

  // From now on the first signal is answered by a graceful stop, and SIGHUP by `on_hangup` (on the thread that waits).
  void started(std::function<void()> on_hangup);
  // Returns the signal that asks for the stop.
  int wait();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace herald::server
