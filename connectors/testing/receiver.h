// A target for tests and benchmarks: an HTTP/1.1 server on a loopback port whose answers are scripted,
// misbehaviour included. One thread on epoll, from construction to destruction.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace herald::connectors::testing {

struct Received {
  std::string method, target;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  std::uint64_t connection = 0;  // from 1
};

struct Reply {
  enum class Then { keep_alive, close, reset, hang };

  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  Then then = Then::keep_alive;  // after the last byte; hang: neither says more nor closes

  std::string raw;      // sent instead of status, headers and body, when not empty
  bool silent = false;  // send nothing at all
  std::string endless;  // then sent again and again
  std::string trickle;  // then a byte of it every few milliseconds, again and again

  static Reply with(int status, std::string body = {}) {
    return {
        .status = status, .headers = {}, .body = std::move(body), .raw = {}, .endless = {}, .trickle = {}};
  }
};

class Receiver {
 public:
  using Script = std::function<Reply(const Received&)>;  // on the receiver's thread

  struct Options {
    std::size_t hold_until = 0;  // answer none before so many requests wait
    bool keep_requests = true;   // else they are counted only
  };
  explicit Receiver(Script script, Options options);
  explicit Receiver(Script script) : Receiver(std::move(script), Options{}) {}
  // One after the other, the last one for ever.
  explicit Receiver(std::vector<Reply> replies);
  ~Receiver();

  std::uint16_t port() const;
  std::string url(const std::string& path = "/") const;  // http://127.0.0.1:port/path
  std::vector<Received> requests() const;
  std::uint64_t request_count() const;
  std::uint64_t connection_count() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// A listening port that accepts nobody, to see that nobody comes. On all addresses of the machine.
class Trap {
 public:
  Trap();
  ~Trap();
  Trap(const Trap&) = delete;
  std::uint16_t port() const { return port_; }
  // How many connections have been made since the last call, open or closed since.
  std::size_t caught();

 private:
  int listener_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace herald::connectors::testing
