// Microsoft Teams by a Workflows URL ("When a Teams webhook request is received"): one Adaptive Card 1.2 in
// the envelope that the trigger expects. Teams refuses messages beyond 28 KB as it counts them, after a
// serialisation of its own that has been seen to add a fifth: requests are kept to kTeamsBytes, by leaving
// out facts, then cutting the text, and the card says so.
//
// 2xx means that the workflow was started, not that the card is shown: later failures are visible in its run
// history alone. A 2xx whose body speaks of an HTTP error is judged by that error.
#pragma once

#include "automations/ports.h"
#include "connectors/http_client.h"
#include "connectors/judgement.h"

namespace herald::connectors::teams {

inline constexpr std::size_t kTeamsBytes = 20'000;

HttpRequest request(const automations::Outgoing& outgoing);
Judgement judge(const HttpAnswer& answer);

// Office 365 connectors, which Microsoft has retired. Errors: invalid_value, with where to go instead.
Result<void> check_host(std::string_view host);

}  // namespace herald::connectors::teams
