// A request as the session has read it: plain data. Views borrow from the session's parser and are valid until the
// answer has been written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace herald::api {

enum class Method { get, head, post, put, patch, del, other };
std::string_view to_string(Method method);

struct Request {
  Method method = Method::other;
  std::string_view target;     // path and query, as they came
  std::string_view authority;  // Host, or the authority of an absolute target
  std::optional<std::string_view> origin;
  std::optional<std::string_view> authorization;
  std::string_view content_type;
  std::optional<std::string_view> idempotency_key;
  std::string_view traceparent;
  std::string_view client;  // Herald-Client
  std::string_view accept_encoding;
  std::string_view range, if_range, if_none_match;
  std::string_view if_match;   // of a download
  std::string_view condition;  // the name of a conditional header that nothing but a download looks at
  std::optional<std::string_view> last_event_id;
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool old_http = false;  // 1.0: the connection ends with the answer
  std::string body;       // of routes that take one whole

  bool has_body() const { return chunked || content_length.value_or(0) > 0; }
};

}  // namespace herald::api
