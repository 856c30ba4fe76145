#include "api/server.h"

#include <thread>

#include "api/listener.h"
#include "api/services.h"

namespace herald::api {

class HttpServer::Impl {
 public:
  Impl(Parts parts, Options options) : services_(std::move(parts), std::move(options)) {
    for (unsigned int i = 0; i < std::max(1U, services_.options.threads); ++i)
      loops_.push_back(std::make_unique<Loop>(services_));
  }
  ~Impl() { stop(); }

  Result<void> start() {
    HERALD_TRY(listener_, Listener::open(services_, loops_, workers_));
    for (const auto& loop : loops_) threads_.emplace_back([&loop = *loop] { loop.run(); });
    return {};
  }

  void stop() {
    if (services_.stopping.exchange(true)) return;
    if (listener_) listener_->close();
    for (const auto& loop : loops_) loop->begin_stop();
    threads_.clear();  // joins
    workers_.join();
    services_.denials.stop();
  }

  std::uint16_t port() const { return listener_->port(); }

 private:
  Services services_;
  Workers workers_{limits::kPoolThreads, limits::kMaxPoolThreadsOfOne};
  std::vector<std::unique_ptr<Loop>> loops_;
  std::unique_ptr<Listener> listener_;
  std::vector<std::jthread> threads_;
};

Result<std::unique_ptr<HttpServer>> HttpServer::start(Parts parts, Options options) {
  auto impl = std::make_unique<Impl>(std::move(parts), std::move(options));
  HERALD_CHECK(impl->start());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;
Result<void> HttpServer::check_address(const std::string& host, std::uint16_t port, bool with_tls) {
  return Listener::check_address(host, port, with_tls);
}

bool HttpServer::is_loopback(const std::string& host) {
  return Listener::is_loopback(host);
}

std::uint16_t HttpServer::port() const {
  return impl_->port();
}
void HttpServer::stop() {
  impl_->stop();
}

}  // namespace herald::api
