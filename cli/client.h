// The one HTTP client of the command line, on libcurl.
//
// Each write carries an Idempotency-Key, so that a retry cannot do it twice. Retried under the same key, a
// few times with growing, random pauses: connections that fail or break, and 503. Redirects are not followed;
// a loopback server is asked without a proxy.
//
// Threads: one at a time; make one Client for each thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace herald::cli {

struct ClientOptions {
  std::string url = "http://127.0.0.1:8420";
  std::optional<std::string> token;            // sent as Bearer; never in the clear to another machine
  std::optional<std::string> ca_file{};        // trusted in place of what the machine trusts: PEM
  std::optional<std::string> idempotency_key;  // of the write; absent: a fresh one for each
  int attempts = 5;                            // in all
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds total_timeout{60'000};  // of an exchange whose body is kept in memory
  std::chrono::seconds stall_timeout{60};           // of a transfer: nothing moved for that long
};

struct Request {
  std::string method = "GET";
  std::string target{};               // path and query, encoded
  std::optional<std::string> body{};  // JSON
  std::map<std::string, std::string> headers{};
};

struct Answer {
  long status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

class Client {
 public:
  explicit Client(ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const std::string& url() const;
  // The body of the last answer that said no: what an Error does not hold of it.
  const std::string& refusal() const;

  // The error of a problem+json answer has its cause, detail and field. Errors besides: unavailable, denied (a token
  // would go in the clear to another machine).
  Result<Answer> send(const Request& request);
  Result<Answer> get(std::string target) { return send({.target = std::move(target)}); }

  // Status of a HEAD: 200 or 404 (other answers are errors).
  Result<bool> exists(const std::string& target);
  // A file as the body of a PUT. `moved(bytes)` is called as they leave; negative when an attempt begins
  // anew.
  Result<Answer> put_file(const std::string& target, const std::string& file, std::uint64_t size,
                          const std::function<void(std::int64_t)>& moved);
  // Hands over the body as it comes. `sink` returns false to end it (no error). Not retried once something
  // came. With a time limit it ends with timed_out.
  using Sink = std::function<bool(std::string_view)>;
  Result<Answer> stream(const Request& request, const Sink& sink,
                        std::optional<std::chrono::milliseconds> limit = {});

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Between attempts: doubles from 100 ms, up to half of it random.
std::chrono::milliseconds pause_before(int attempt, std::uint32_t random);
// Waits for that long, with fresh randomness.
void pause_before_attempt(int attempt);

}  // namespace herald::cli
