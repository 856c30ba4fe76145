#include "cli/event_stream.h"

#include <fmt/format.h>

#include "base/clock.h"
#include "cli/view.h"

namespace herald::cli {

bool StreamParser::feed(std::string_view bytes, const std::function<bool(const StreamFrame&)>& frame) {
  rest_.append(bytes);
  std::size_t from = 0;
  for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', from)) {
    std::string_view line = std::string_view(rest_).substr(from, end - from);
    if (line.ends_with('\r')) line.remove_suffix(1);
    from = end + 1;
    if (!take_line(line, frame)) return false;
  }
  rest_.erase(0, from);
  return true;
}

bool StreamParser::take_line(std::string_view line, const std::function<bool(const StreamFrame&)>& frame) {
  if (line.empty()) {
    const bool go_on = frame(current_);
    current_.data.clear();
    return go_on;
  }
  const auto colon = line.find(':');
  const std::string_view field = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "id") current_.id = value;
  if (field == "data") current_.data += (current_.data.empty() ? "" : "\n") + std::string(value);
  return true;
}

Result<void> follow(Client& client, const Query& query, const Following& following) {
  const auto begun = system_clock().steady();
  std::string after = following.after;
  bool connected = false, ended = false;
  bool came = false;   // something new, on this connection
  int empty_ends = 0;  // answers in a row that ended whole, with nothing new
  int in_vain = 0;     // connections in a row on which nothing came
  for (;;) {
    std::optional<std::chrono::milliseconds> left;
    if (following.time_limit) {
      left = *following.time_limit -
             std::chrono::duration_cast<std::chrono::milliseconds>(system_clock().steady() - begun);
      if (left->count() <= 0) return error(Cause::timed_out, "the time given is over");
    }
    if (in_vain > 0) pause_before_attempt(in_vain);
    ++in_vain;
    came = false;
    StreamParser parser;
    Request request{.target = query.str(), .headers = {{"Accept", "text/event-stream"}}};
    if (!after.empty()) request.headers["Last-Event-ID"] = after;
    const auto answer = client.stream(
        request,
        [&](std::string_view bytes) {
          connected = true;
          in_vain = 0;
          return parser.feed(bytes, [&](const StreamFrame& frame) {
            came = came || !frame.data.empty() || (!frame.id.empty() && frame.id != after);
            if (!frame.id.empty()) after = frame.id;
            ended = !frame.data.empty() && !following.event(frame.data);
            return !ended;
          });
        },
        left);
    if (ended) return {};
    // A server that stops ends its answers, too, and is not there for the next: that there is no more is told by two.
    empty_ends = answer && !came ? empty_ends + 1 : 0;
    if (following.ends && empty_ends == 2) return {};
    const Cause cause = answer ? Cause::unavailable : answer.error().cause;
    if (cause == Cause::timed_out && left) continue;  // looks at the clock
    const bool may_come_back = cause == Cause::unavailable || cause == Cause::timed_out ||
                               cause == Cause::stopping || cause == Cause::busy;
    if (!answer && (!connected || !may_come_back)) return answer.error();
    const bool may_be_the_end = following.ends && answer;
    if (in_vain == 0 && !may_be_the_end)
      following.note(fmt::format("the connection ended; going on after event {}", after));
  }
}

Result<std::uint64_t> newest_sequence(Client& client) {
  HERALD_TRY(const Answer answer, client.get("/v1"));
  HERALD_TRY(const auto document, json::Document::parse(answer.body));
  return number_at(document.root(), "sequence");
}

}  // namespace herald::cli
