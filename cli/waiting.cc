#include "cli/waiting.h"

#include <fmt/format.h>

#include "base/clock.h"
#include "cli/event_stream.h"

namespace herald::cli {
namespace {

bool may_pass(Cause cause) {
  return cause == Cause::unavailable || cause == Cause::timed_out || cause == Cause::stopping ||
         cause == Cause::busy;
}

class Watch {
 public:
  Watch(Session& session, const Waiting& waiting)
      : session_(session), waiting_(waiting), asking_(session.client_options()) {
    if (waiting.seconds) end_ = system_clock().steady() + std::chrono::seconds(*waiting.seconds);
  }

  Result<void> run() {
    for (int in_vain = 0;; ++in_vain) {
      if (in_vain > 0) pause_before_attempt(in_vain);
      const Result<void> seen = once();
      if (seen || !answered_ || !may_pass(seen.error().cause)) return seen;
      if (is_over()) {
        session_.end_with(ExitCode::timed_out);
        return error(Cause::timed_out,
                     fmt::format("gave up after {} s of waiting for {}", *waiting_.seconds, waiting_.what));
      }
    }
  }

 private:
  // The number first: what happens behind it comes by the stream.
  Result<void> once() {
    HERALD_TRY(const std::uint64_t newest, newest_sequence(session_.client()));
    HERALD_TRY(const bool holds, waiting_.look(asking_));
    answered_ = true;
    if (holds) return {};
    if (!std::exchange(said_, true)) session_.note("waiting for " + waiting_.what);
    Result<bool> seen = false;
    Following following{.after = std::to_string(newest), .time_limit = left()};
    following.note = [this](const std::string& sentence) { session_.note(sentence); };
    following.event = [&](const std::string&) {
      seen = waiting_.look(asking_);
      return seen && !*seen;
    };
    HERALD_CHECK(follow(session_.client(), waiting_.events, following));
    if (!seen) return seen.error();
    return {};
  }

  bool is_over() const { return end_ && system_clock().steady() >= *end_; }

  std::optional<std::chrono::milliseconds> left() const {
    if (!end_) return std::nullopt;
    return std::chrono::duration_cast<std::chrono::milliseconds>(*end_ - system_clock().steady());
  }

  Session& session_;
  const Waiting& waiting_;
  Client asking_;  // beside the one of the stream
  std::optional<std::chrono::steady_clock::time_point> end_;
  bool answered_ = false, said_ = false;
};

}  // namespace

Result<void> wait_until(Session& session, const Waiting& waiting) {
  return Watch(session, waiting).run();
}

}  // namespace herald::cli
