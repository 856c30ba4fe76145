// A URL as the HTTP client will understand it: read by the same parser (libcurl's), so that what was checked
// is what is connected to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "connectors/egress.h"

namespace herald::connectors {

struct TargetUrl {
  std::string scheme;  // http, https
  std::string host;    // lower case, no final dot; an IPv6 address without its brackets
  std::uint16_t port = 0;
  std::string path;                  // with the query: may be secret
  std::optional<IpAddress> address;  // when the host is a literal address, however spelt

  // "https://host:port", all that may be told of it.
  std::string origin() const;

  // http and https only; no user or password, no zone, no characters outside ASCII (write xn--... and %XX).
  // Errors: invalid_value, too_large; the sentence holds nothing of path, query or credentials.
  static Result<TargetUrl> parse(const std::string& url);
};

// Whether the last label is a number, in which case the host is an IPv4 address in one of its spellings or
// nothing.
bool ends_in_number(std::string_view host);
std::string canonical_host(std::string_view host);

}  // namespace herald::connectors
