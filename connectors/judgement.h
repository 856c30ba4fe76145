// What an answer means, as each service means it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "automations/ports.h"
#include "connectors/http_client.h"

namespace herald::connectors {

struct Judgement {
  automations::Verdict verdict = automations::Verdict::delivered;
  std::string error_class;  // empty when delivered
  std::string error;
};

// When no whole answer came: the network may be better later, but an address that is refused and a URL that
// cannot be read stay so until somebody changes something.
Judgement judge_failure(const HttpAnswer& answer);

// "503 Service Unavailable"
std::string status_words(std::uint32_t status);
// 408, 425, 429 and 5xx: the target says "not now".
bool is_transient(std::uint32_t status);

// The header Retry-After: seconds (a fraction is rounded up) or an HTTP date. Nothing when it is neither;
// never negative, at most a year.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, Timestamp now);

}  // namespace herald::connectors
