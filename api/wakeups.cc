#include "api/wakeups.h"

#include <boost/asio/post.hpp>

namespace herald::api {

// Outlives the object for as long as a wake-up that was posted is on its way.
struct Wakeups::Shared {
  std::list<Timer*> waiting;
  std::atomic<bool> posted{false};

  void wake() {
    for (Timer* timer : waiting) timer->cancel();
  }
};

namespace {

// On the list for as long as it lives.
class Registered {
 public:
  Registered(std::list<Timer*>& list, Timer& timer) : list_(list), at_(list.insert(list.end(), &timer)) {}
  ~Registered() { list_.erase(at_); }
  Registered(const Registered&) = delete;

 private:
  std::list<Timer*>& list_;
  std::list<Timer*>::iterator at_;
};

}  // namespace

Wakeups::Wakeups(asio::io_context& loop, const eventstore::Tail& tail)
    : loop_(loop), tail_(tail), shared_(std::make_shared<Shared>()) {
  subscription_ = tail.subscribe([&loop = loop_, shared = shared_] {
    if (shared->posted.exchange(true)) return;
    asio::post(loop, [shared] {
      shared->posted = false;
      shared->wake();
    });
  });
}

Wakeups::~Wakeups() = default;

Task<Sequence> Wakeups::wait_beyond(Sequence after, std::chrono::steady_clock::time_point deadline) {
  const std::shared_ptr<Shared> shared = shared_;
  Timer timer(loop_.get_executor());
  timer.expires_at(deadline);
  const Registered registered(shared->waiting, timer);
  // Registered first, looked second: an advance between the two wakes.
  if (tail_.last() <= after) {
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(as_task, ignored));
  }
  co_return tail_.last();
}

void Wakeups::wake_all() {
  shared_->wake();
}

}  // namespace herald::api
