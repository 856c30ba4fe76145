// Takes connections and spreads them over the loops, one after the other. At kMaxConnections it stops taking until one has
// ended: those that wait are held by the kernel.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "api/loop.h"
#include "api/workers.h"

namespace herald::api {

using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

class Listener {
 public:
  // Errors: denied (not loopback, without TLS), invalid_value (not an address), unavailable (the port is taken, no permission).
  // Borrows all. The loops do not run yet.
  static Result<std::unique_ptr<Listener>> open(Services& herald, std::vector<std::unique_ptr<Loop>>& loops,
                                                Workers& workers);

  // What open() would refuse now.
  static Result<void> check_address(const std::string& host, std::uint16_t port, bool with_tls);
  static bool is_loopback(const std::string& host);

  std::uint16_t port() const { return port_; }
  void close();  // any thread; nothing is accepted after it

 private:
  Listener(Services& herald, std::vector<std::unique_ptr<Loop>>& loops, Workers& workers);
  Result<void> bind();
  Task<> accept_all();
  Task<> wait_for_room();
  void session_ended();  // any loop's thread

  Services& herald_;
  std::vector<std::unique_ptr<Loop>>& loops_;
  Workers& workers_;
  Acceptor acceptor_;
  Timer room_;
  std::atomic<bool> full_{false};
  std::uint16_t port_ = 0;
};

}  // namespace herald::api
