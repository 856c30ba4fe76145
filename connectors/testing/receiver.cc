#include "connectors/testing/receiver.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/algorithm/string/case_conv.hpp>
#include <cerrno>
#include <cstring>
#include <locale>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unordered_map>

namespace herald::connectors::testing {
namespace {

constexpr int kTrickleMilliseconds = 5;
constexpr std::size_t kReadBytes = 65'536;

int checked(int result, const char* what) {
  if (result < 0) throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
  return result;
}

std::uint16_t port_of(int listener) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  checked(getsockname(listener, reinterpret_cast<sockaddr*>(&bound), &size), "getsockname");
  return ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(bound).sin6_port
                                           : reinterpret_cast<const sockaddr_in&>(bound).sin_port);
}

int listen_on_loopback() {
  const int listener = checked(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  checked(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  checked(listen(listener, SOMAXCONN), "listen");
  return listener;
}

// On IPv6 and IPv4 where there is IPv6.
int listen_everywhere() {
  const int listener = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int off = 0;
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = in6addr_any;
  if (listener >= 0 && setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0 &&
      bind(listener, reinterpret_cast<const sockaddr*>(&v6), sizeof v6) == 0) {
    checked(listen(listener, SOMAXCONN), "listen");
    return listener;
  }
  if (listener >= 0) close(listener);
  const int v4_listener = checked(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  checked(bind(v4_listener, reinterpret_cast<const sockaddr*>(&v4), sizeof v4), "bind");
  checked(listen(v4_listener, SOMAXCONN), "listen");
  return v4_listener;
}

// The bytes of a reply up to where it begins to repeat itself.
std::string head_of(const Reply& reply) {
  if (reply.silent) return {};
  if (!reply.raw.empty()) return reply.raw;
  std::string out = "HTTP/1.1 " + std::to_string(reply.status) + " Scripted\r\n";
  const bool unbounded = !reply.endless.empty() || !reply.trickle.empty();
  if (!unbounded) out += "content-length: " + std::to_string(reply.body.size()) + "\r\n";
  if (unbounded || reply.then != Reply::Then::keep_alive) out += "connection: close\r\n";
  for (const auto& [name, value] : reply.headers) out += name + ": " + value + "\r\n";
  return out + "\r\n" + reply.body;
}

// Takes one whole request off the front, if there is one.
bool take_request(std::string& in, Received& out) {
  const std::size_t end = in.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  std::size_t at = in.find("\r\n");
  const std::string first = in.substr(0, at);
  out.method = first.substr(0, first.find(' '));
  out.target = first.substr(out.method.size() + 1, first.rfind(' ') - out.method.size() - 1);
  while (at < end) {
    const std::size_t begin = at + 2;
    at = in.find("\r\n", begin);
    const std::size_t colon = in.find(':', begin);
    const std::size_t value = in.find_first_not_of(' ', colon + 1);
    out.headers[boost::algorithm::to_lower_copy(in.substr(begin, colon - begin), std::locale::classic())] =
        in.substr(value, at - std::min(value, at));
  }
  const auto length = out.headers.find("content-length");
  const std::size_t size = length == out.headers.end() ? 0 : std::stoul(length->second);
  if (in.size() < end + 4 + size) return false;
  out.body = in.substr(end + 4, size);
  in.erase(0, end + 4 + size);
  return true;
}

}  // namespace

class Receiver::Impl {
 public:
  Impl(Script script, Options options) : script_(std::move(script)), options_(options) {
    listener_ = listen_on_loopback();
    port_ = port_of(listener_);
    stop_ = checked(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd");
    epoll_ = checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    watch(EPOLL_CTL_ADD, listener_, EPOLLIN);
    watch(EPOLL_CTL_ADD, stop_, EPOLLIN);
    thread_ = std::thread([this] { run(); });
  }

  ~Impl() {
    const std::uint64_t one = 1;
    checked(static_cast<int>(write(stop_, &one, sizeof one)), "write");
    thread_.join();
    for (const auto& [fd, connection] : connections_) close(fd);
    for (const int fd : {listener_, stop_, epoll_}) close(fd);
  }

  std::uint16_t port() const { return port_; }
  std::vector<Received> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  std::uint64_t request_count() const { return request_count_; }
  std::uint64_t connection_count() const { return connection_count_; }

 private:
  struct Connection {
    int fd = -1;
    std::uint64_t number = 0;
    std::string in, out;
    Reply reply;
    bool answering = false, hanging = false, waits_for_room = false;
    std::size_t trickled = 0;
  };

  void watch(int operation, int fd, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    checked(epoll_ctl(epoll_, operation, fd, &event), "epoll_ctl");
  }

  void run() {
    epoll_event events[256];
    while (true) {
      const int count = epoll_wait(epoll_, events, 256, trickling_ == 0 ? -1 : kTrickleMilliseconds);
      for (int i = 0; i < count; ++i) {
        const int fd = events[i].data.fd;
        if (fd == stop_) return;
        if (fd == listener_) {
          accept_all();
        } else if (const auto found = connections_.find(fd); found != connections_.end()) {
          if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_from(found->second);
          if (const auto still = connections_.find(fd); still != connections_.end()) write_to(still->second);
        }
      }
      if (trickling_ > 0) trickle();
    }
  }

  void accept_all() {
    for (int fd = 0; (fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      Connection& connection = connections_[fd];
      connection.fd = fd;
      connection.number = ++connection_count_;
      watch(EPOLL_CTL_ADD, fd, EPOLLIN);
    }
  }

  void read_from(Connection& connection) {
    char buffer[kReadBytes];
    while (true) {
      const ssize_t got = recv(connection.fd, buffer, sizeof buffer, 0);
      if (got > 0) {
        connection.in.append(buffer, static_cast<std::size_t>(got));
        if (static_cast<std::size_t>(got) < sizeof buffer) break;
      } else if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        break;
      } else {
        return drop(connection, false);
      }
    }
    next_request(connection);
  }

  void next_request(Connection& connection) {
    Received request;
    if (connection.answering || connection.hanging || !take_request(connection.in, request)) return;
    request.connection = connection.number;
    connection.reply = script_(request);
    connection.answering = true;
    {
      const std::lock_guard lock(mutex_);
      ++request_count_;
      if (options_.keep_requests) requests_.push_back(std::move(request));
    }
    held_.push_back(connection.fd);
    if (held_.size() < options_.hold_until) return;
    options_.hold_until = 0;
    std::vector<int> held;
    held.swap(held_);
    for (const int fd : held) begin_answer(fd);
  }

  void begin_answer(int fd) {
    const auto found = connections_.find(fd);
    if (found == connections_.end()) return;
    found->second.out = head_of(found->second.reply);
    if (!found->second.reply.trickle.empty()) ++trickling_;
    write_to(found->second);
  }

  void write_to(Connection& connection) {
    if (!connection.answering || std::find(held_.begin(), held_.end(), connection.fd) != held_.end()) return;
    while (true) {
      if (connection.out.empty() && !connection.reply.endless.empty())
        connection.out = connection.reply.endless;
      if (connection.out.empty()) break;
      const ssize_t sent = send(connection.fd, connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EAGAIN) return wait_for_room(connection, true);
      if (sent < 0) return drop(connection, false);
      connection.out.erase(0, static_cast<std::size_t>(sent));
    }
    wait_for_room(connection, false);
    if (connection.reply.trickle.empty()) finish(connection);
  }

  void wait_for_room(Connection& connection, bool waits) {
    if (connection.waits_for_room == waits) return;
    connection.waits_for_room = waits;
    watch(EPOLL_CTL_MOD, connection.fd, waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }

  void finish(Connection& connection) {
    connection.answering = false;
    switch (connection.reply.then) {
      case Reply::Then::keep_alive:
        return next_request(connection);
      case Reply::Then::hang:
        connection.hanging = true;
        return;
      case Reply::Then::close:
        return drop(connection, false);
      case Reply::Then::reset:
        return drop(connection, true);
    }
  }

  void trickle() {
    std::vector<int> fds;
    for (const auto& [fd, connection] : connections_) {
      if (connection.answering && !connection.reply.trickle.empty()) fds.push_back(fd);
    }
    for (const int fd : fds) {
      Connection& connection = connections_.at(fd);
      connection.out += connection.reply.trickle[connection.trickled++ % connection.reply.trickle.size()];
      write_to(connection);
    }
  }

  void drop(Connection& connection, bool reset) {
    if (connection.answering && !connection.reply.trickle.empty()) --trickling_;
    const int fd = connection.fd;
    const linger now{1, 0};
    if (reset) setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    std::erase(held_, fd);
    connections_.erase(fd);
    close(fd);
  }

  Script script_;
  Options options_;
  int listener_ = -1, stop_ = -1, epoll_ = -1;
  std::uint16_t port_ = 0;
  std::unordered_map<int, Connection> connections_;
  std::vector<int> held_;  // sockets whose answers wait for hold_until
  std::size_t trickling_ = 0;

  mutable std::mutex mutex_;
  std::vector<Received> requests_;  // guarded
  std::atomic<std::uint64_t> request_count_{0}, connection_count_{0};
  std::thread thread_;
};

Receiver::Receiver(Script script, Options options)
    : impl_(std::make_unique<Impl>(std::move(script), options)) {}

Receiver::Receiver(std::vector<Reply> replies)
    : Receiver([replies = std::move(replies), next = std::size_t{0}](const Received&) mutable {
        const Reply& reply = replies[std::min(next, replies.size() - 1)];
        ++next;
        return reply;
      }) {}

Receiver::~Receiver() = default;
std::uint16_t Receiver::port() const {
  return impl_->port();
}
std::string Receiver::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port()) + path;
}
std::vector<Received> Receiver::requests() const {
  return impl_->requests();
}
std::uint64_t Receiver::request_count() const {
  return impl_->request_count();
}
std::uint64_t Receiver::connection_count() const {
  return impl_->connection_count();
}

Trap::Trap() : listener_(listen_everywhere()), port_(port_of(listener_)) {}
Trap::~Trap() {
  close(listener_);
}

std::size_t Trap::caught() {
  std::size_t count = 0;
  for (int fd = 0; (fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0; ++count) close(fd);
  return count;
}

}  // namespace herald::connectors::testing
