// The Asio types of this room, concrete (any_io_executor costs 8-10 % of a request). A loop is an io_context that one
// thread runs; everything that belongs to a session stays on its loop's thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

// At -O1, as with the sanitizers, GCC 12 inlines one of a coroutine frame's operator new and delete and takes the other for a
// stranger.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace herald::api {

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;
template <class T = void>
using Task = asio::awaitable<T, Executor>;
inline constexpr asio::use_awaitable_t<Executor> as_task{};

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

}  // namespace herald::api
