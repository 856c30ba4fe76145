// The Sender for webhook, Slack and Teams: builds each service's request, sends it over the HTTP client, and
// judges the answer as that service means it. Addresses are checked on the connection itself (see egress.h);
// redirects are never followed; one deadline covers connect, TLS, headers and body; answers are read up to a
// limit.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "automations/ports.h"

namespace herald::connectors {

struct EgressOptions {
  // Networks (CIDR) and host names that may be sent to although they are loopback, private, link-local,
  // metadata or otherwise special. Empty: none.
  std::vector<std::string> allow;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds total_timeout{15'000};
  // "HOST:PORT:ADDRESS[,ADDRESS]": answers given before the system's resolver is asked (tests).
  std::vector<std::string> resolve;
  std::string ca_file;  // more roots for TLS; empty: the system's alone
};

// Errors: invalid_value (an entry of `allow` that is neither a network nor a host name; a ca_file without certificates).
Result<void> check(const EgressOptions& options);
// Errors: those of check().
Result<std::unique_ptr<automations::Sender>> make_sender(const EgressOptions& options);

}  // namespace herald::connectors
