// Server-sent events as they come in pieces (WHATWG HTML, 9.2.6), and following the log by them.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/client.h"
#include "cli/url.h"

namespace herald::cli {

struct StreamFrame {
  std::string id, data;  // data is empty in a heartbeat
};

class StreamParser {
 public:
  // Calls `frame` for each that `bytes` completes, until it returns false; then so does this.
  bool feed(std::string_view bytes, const std::function<bool(const StreamFrame&)>& frame);

 private:
  bool take_line(std::string_view line, const std::function<bool(const StreamFrame&)>& frame);
  std::string rest_;
  StreamFrame current_;
};

struct Following {
  std::string after;                                      // sequence; empty: the query says where it begins
  std::optional<std::chrono::milliseconds> time_limit{};  // reached: timed_out
  std::function<bool(const std::string& event)> event{};  // false ends it
  std::function<void(const std::string&)> note{};         // "the connection ended, ..."
  bool ends =
      false;  // the query has an end ("before", "until"): done when the server has nothing more in front of it
};

// Follows from `after` on; a connection that breaks is taken up where it ended, for as long as it takes.
// Fails at once when the first connection does.
Result<void> follow(Client& client, const Query& query, const Following& following);

// The number of the last event that there is.
Result<std::uint64_t> newest_sequence(Client& client);

}  // namespace herald::cli
