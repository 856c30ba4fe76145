// Waiting until something holds, by the stream of events rather than by asking again and again.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "cli/session.h"

namespace herald::cli {

struct Waiting {
  Query events;  // of the live stream: after each that comes it is looked again
  // Whether it holds now. An error that will not go away by itself ends the waiting (as not_found, not_allowed_now: it cannot
  // come any more); one of the connection does not.
  std::function<Result<bool>(Client&)> look{};
  std::string what{};                      // "churn:v3 to be ready", behind "waiting for"
  std::optional<std::uint64_t> seconds{};  // none: for as long as it takes
};

// Says that it waits, when it has to. Looks, and after each event looks again; nothing that happens in between is missed. Takes up where it was when the server
// comes back. A server that does not answer at the beginning is an error at once. When the time is over, the command ends with
// ExitCode::timed_out.
Result<void> wait_until(Session& session, const Waiting& waiting);

}  // namespace herald::cli
