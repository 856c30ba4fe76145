#include "server/signals.h"

#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace herald::server {
namespace {

// What a shell says of a process that a signal ended.
int exit_code_of(int signal) {
  return 128 + signal;
}

[[noreturn]] void end_at_once(int exit_code, const char* why) {
  fmt::print(stderr, "herald: {}\n", why);
  std::_Exit(exit_code);
}

// LMDB reads through memory maps: what is gone from a file, or cannot be read, comes as this signal.
void tell_of_a_damaged_file(int signal) {
  constexpr std::string_view kWhat =
      "herald: a file of the data folder was cut, or the disk cannot read it: `herald fsck --data DIR` says "
      "which. "
      "Restore log/ and work/ from a backup; head/ and views/ may be deleted and are made anew\n";
  const ssize_t ignored = ::write(STDERR_FILENO, kWhat.data(), kWhat.size());
  static_cast<void>(ignored);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

sigset_t taken_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR2}) sigaddset(&set, signal);
  return set;
}

}  // namespace

struct Signals::State {
  std::chrono::seconds bound;
  std::atomic<bool> started{false};
  std::atomic<bool> over{false};
  std::promise<int> asked;
  std::future<int> asked_future = asked.get_future();
  std::mutex mutex;
  std::function<void()> on_hangup;  // guarded by the mutex
  std::thread thread;

  void hang_up() {
    const std::lock_guard lock(mutex);
    if (on_hangup) on_hangup();
  }
  // The next that asks for more than a look at the files.
  int next(const sigset_t& set) {
    for (;;) {
      int signal = 0;
      if (sigwait(&set, &signal) != 0 || over) return 0;
      if (signal != SIGHUP) return signal;
      hang_up();
    }
  }

  void take() {
    sigset_t set = taken_signals();
    const int first = next(set);
    if (first == 0) return;
    if (!started) end_at_once(exit_code_of(first), "stopped while it was starting");
    asked.set_value(first);
    sigdelset(&set, SIGHUP);
    const timespec limit{.tv_sec = bound.count(), .tv_nsec = 0};
    const int second = sigtimedwait(&set, nullptr, &limit);
    if (over) return;
    if (second > 0) end_at_once(exit_code_of(second), "stopped at once, since it was asked twice");
    end_at_once(EXIT_FAILURE, "stopped at once, since stopping took too long");
  }
};

Signals::Signals(std::chrono::seconds bound) : state_(std::make_unique<State>()) {
  state_->bound = bound;
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGBUS, tell_of_a_damaged_file);
  const sigset_t set = taken_signals();
  if (pthread_sigmask(SIG_BLOCK, &set, nullptr) != 0) throw std::runtime_error("signals cannot be blocked");
  state_->thread = std::thread([state = state_.get()] { state->take(); });
}

Signals::~Signals() {
  state_->over = true;
  pthread_kill(state_->thread.native_handle(), SIGUSR2);  // wakes it; blocked everywhere, so it kills nothing
  state_->thread.join();
}

void Signals::started(std::function<void()> on_hangup) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->on_hangup = std::move(on_hangup);
  }
  state_->started = true;
}

int Signals::wait() {
  return state_->asked_future.get();
}

}  // namespace herald::server
