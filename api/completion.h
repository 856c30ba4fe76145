// The one bridge between callbacks and coroutines: `co_await completion<T>(start)` calls `start(done)` and suspends
// until somebody, on whatever thread, calls done(T); the coroutine goes on by a post to its own executor.
//
// `done` must be called exactly once. The loop is kept running until it is: what was begun is always awaited, also
// when the server stops.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <utility>
#include <variant>

#include "api/asio.h"
#include "api/workers.h"

namespace herald::api {

namespace detail {

// std::function wants copies, coroutine handlers can only be moved: hence the shared owner.
template <class T, class Handler>
class Resume {
 public:
  explicit Resume(Handler handler)
      : handler_(std::move(handler)), work_(asio::make_work_guard(asio::get_associated_executor(handler_))) {}

  static std::function<void(T)> as_function(Handler handler) {
    auto self = std::make_shared<Resume>(std::move(handler));
    return [self](T value) {
      const auto executor = self->work_.get_executor();
      asio::post(executor, [self, value = std::move(value)]() mutable {
        Handler resumed = std::move(self->handler_);
        self->work_.reset();
        std::move(resumed)(std::move(value));
      });
    };
  }

 private:
  Handler handler_;
  asio::executor_work_guard<asio::associated_executor_t<Handler>> work_;
};

template <class T>
std::variant<T, std::exception_ptr> outcome_of(const std::function<T()>& job) {
  try {
    return job();
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace detail

template <class T>
Task<T> completion(std::function<void(std::function<void(T)> done)> start) {
  auto initiate = [](auto handler, std::function<void(std::function<void(T)>)> begin) {
    begin(detail::Resume<T, decltype(handler)>::as_function(std::move(handler)));
  };
  auto waiting = asio::async_initiate<const asio::use_awaitable_t<Executor>, void(T)>(initiate, as_task,
                                                                                      std::move(start));
  T value = co_await std::move(waiting);
  co_return value;
}

// Runs what blocks on a thread of `pool` and comes back with its result; what the job throws, the coroutine throws.
template <class T>
Task<T> blocking(const WorkersOf& pool, std::function<T()> job) {
  using Ended = std::variant<T, std::exception_ptr>;
  std::function<void(std::function<void(Ended)>)> start =
      [&pool, job = std::move(job)](std::function<void(Ended)> done) mutable {
        pool.post([job = std::move(job), done = std::move(done)] { done(detail::outcome_of(job)); });
      };
  Ended ended = co_await completion<Ended>(std::move(start));
  if (const auto* thrown = std::get_if<std::exception_ptr>(&ended)) std::rethrow_exception(*thrown);
  co_return std::get<T>(std::move(ended));
}

}  // namespace herald::api
