// Outbound HTTP/1.1, asynchronously: one thread on libcurl's multi interface, connections kept and used
// again. For targets that may be slow, broken or hostile:
//   one deadline covers name, connection, TLS, request and answer; the answer's headers and body are read up
//   to a limit and never decompressed; redirects are not followed; no proxy, cookie, netrc or other protocol;
//   certificates are always verified; each address is checked by Egress when the socket is opened.
// A request that is sent over a kept connection which the target has just closed, and to which nothing was
// answered, is sent once more on a new one: targets may see it twice.
//
// Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connectors/egress.h"
#include "connectors/senders.h"

namespace herald::connectors {

struct HttpRequest {  // POST
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  // without line breaks
  std::string body;
};

struct HttpAnswer {
  std::uint32_t status = 0;                // 0: none came
  std::string body;                        // raw; what had come when it failed
  std::optional<std::string> retry_after;  // the header as it came
  // Empty when the answer came whole; else dns, connect, refused-address, tls, timeout, protocol, too-large,
  // cancelled or configuration (the URL), with a sentence that holds nothing of path, query, headers or body.
  std::string error_class, error;
  std::string target;  // scheme://host:port; empty when the URL cannot be read
  std::chrono::milliseconds duration{0};
};

inline constexpr const char* kCancelled = "cancelled";

class HttpClient {
 public:
  using Done = std::function<void(HttpAnswer)>;

  HttpClient(Egress egress, const EgressOptions& options);
  // Takes nothing new and waits for what is under way, at most its deadline.
  ~HttpClient();

  // Returns at once; `done` is called exactly once, on the client's thread, and must not block. It may post
  // again.
  void post(HttpRequest request, Done done);
  // Ends what was posted and has no answer yet, as `cancelled`, on the client's thread. What waits for the address of a
  // name ends too; its resolver's thread is left behind.
  void cancel();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace herald::connectors
