#include "api/listener.h"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#include "api/session.h"

namespace herald::api {

namespace {

using asio::ip::tcp;
using boost::system::error_code;

// After an error of accept() that has to do with the machine, not with the caller (no descriptors left).
constexpr std::chrono::milliseconds kPauseAfterError{100};

Result<asio::ip::address> address_of(const std::string& host) {
  error_code failed;
  const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, failed);
  if (!failed) return address;
  return error(Cause::invalid_value,
               "\"" + host +
                   "\" is not an address to listen at: write 127.0.0.1, ::1, localhost or "
                   "an address of this machine");
}

Result<asio::ip::address> allowed_address(const std::string& host, bool with_tls) {
  HERALD_TRY(const auto address, address_of(host));
  if (address.is_loopback() || with_tls) return address;
  return error(Cause::denied,
               "\"" + host +
                   "\" can be reached from other machines, and tokens would go to it in the clear: give a "
                   "certificate (--tls-cert and --tls-key), or listen at 127.0.0.1");
}

template <class AnyAcceptor>
Result<void> listen_at(AnyAcceptor& acceptor, const std::string& host, std::uint16_t port, bool with_tls) {
  HERALD_TRY(const auto address, allowed_address(host, with_tls));
  const tcp::endpoint endpoint(address, port);
  const auto failed_at = [&](const error_code& failed) {
    return error(Cause::unavailable,
                 "cannot listen at " + host + ":" + std::to_string(port) + ": " + failed.message());
  };
  error_code failed;
  acceptor.open(endpoint.protocol(), failed);
  if (failed) return failed_at(failed);
  acceptor.set_option(asio::socket_base::reuse_address(true), failed);
  acceptor.bind(endpoint, failed);
  if (failed) return failed_at(failed);
  acceptor.listen(asio::socket_base::max_listen_connections, failed);
  if (failed) return failed_at(failed);
  return {};
}

}  // namespace

Result<void> Listener::check_address(const std::string& host, std::uint16_t port, bool with_tls) {
  asio::io_context context;
  tcp::acceptor acceptor(context);
  return listen_at(acceptor, host, port, with_tls);
}

bool Listener::is_loopback(const std::string& host) {
  const auto address = address_of(host);
  return address && address->is_loopback();
}

Listener::Listener(Services& herald, std::vector<std::unique_ptr<Loop>>& loops, Workers& workers)
    : herald_(herald),
      loops_(loops),
      workers_(workers),
      acceptor_(loops.front()->executor()),
      room_(loops.front()->executor()) {}

Result<std::unique_ptr<Listener>> Listener::open(Services& herald, std::vector<std::unique_ptr<Loop>>& loops,
                                                 Workers& workers) {
  std::unique_ptr<Listener> listener(new Listener(herald, loops, workers));
  HERALD_CHECK(listener->bind());
  asio::co_spawn(loops.front()->executor(), listener->accept_all(), asio::detached);
  return listener;
}

Result<void> Listener::bind() {
  HERALD_CHECK(
      listen_at(acceptor_, herald_.options.host, herald_.options.port, herald_.parts.tls != nullptr));
  port_ = acceptor_.local_endpoint().port();
  return {};
}

Task<> Listener::accept_all() {
  std::size_t turn = 0;
  while (acceptor_.is_open()) {
    co_await wait_for_room();
    Loop& loop = *loops_[turn++ % loops_.size()];
    error_code failed;
    Socket socket = co_await acceptor_.async_accept(loop.executor(), asio::redirect_error(as_task, failed));
    if (!acceptor_.is_open()) break;
    if (failed) {
      spdlog::warn("a connection could not be accepted: {}", failed.message());
      room_.expires_after(kPauseAfterError);
      co_await room_.async_wait(asio::redirect_error(as_task, failed));
      continue;
    }
    ++herald_.connections;
    auto handed = std::make_shared<Socket>(std::move(socket));
    asio::post(loop.executor(), [this, &loop, handed] {
      start_session(herald_, loop, workers_, std::move(*handed), [this] { session_ended(); });
    });
  }
}

Task<> Listener::wait_for_room() {
  while (acceptor_.is_open() && herald_.connections >= herald_.options.max_connections) {
    full_ = true;
    room_.expires_at(std::chrono::steady_clock::time_point::max());
    error_code woken;
    if (herald_.connections >= herald_.options.max_connections)
      co_await room_.async_wait(asio::redirect_error(as_task, woken));
    full_ = false;
  }
}

void Listener::session_ended() {
  --herald_.connections;
  if (full_) asio::post(loops_.front()->executor(), [this] { room_.cancel(); });
}

void Listener::close() {
  asio::post(loops_.front()->executor(), [this] {
    error_code ignored;
    acceptor_.close(ignored);
    room_.cancel();
  });
}

}  // namespace herald::api
