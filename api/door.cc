#include "api/door.h"

#include <algorithm>
#include <charconv>

#include "api/header_fields.h"
#include "api/target.h"

namespace herald::api {

namespace {

bool digits_up_to(std::string_view text, unsigned int highest) {
  unsigned int value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failed == std::errc{} && end == text.data() + text.size() && value <= highest;
}

bool ipv4_loopback(std::string_view host) {
  int octets = 0;
  bool first_is_127 = false;
  for (std::size_t begin = 0; begin <= host.size(); ++octets) {
    const std::size_t end = std::min(host.find('.', begin), host.size());
    const std::string_view octet = host.substr(begin, end - begin);
    if (!digits_up_to(octet, 255)) return false;
    if (octets == 0) first_is_127 = octet == "127";
    begin = end + 1;
  }
  return octets == 4 && first_is_127;
}

bool lower_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool all_zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

bool loopback_origin(std::string_view origin) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) return names_loopback(origin.substr(scheme.size()));
  }
  return false;
}

bool same_origin(std::string_view origin, std::string_view authority) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) return equals_ignoring_case(origin.substr(scheme.size()), authority);
  }
  return false;
}

}  // namespace

bool names_loopback(std::string_view authority) {
  std::string_view host = authority;
  const std::size_t colon = authority.starts_with('[')
                                ? authority.find(':', std::min(authority.find(']'), authority.size()))
                                : authority.find(':');
  if (colon != std::string_view::npos) {
    host = authority.substr(0, colon);
    if (!digits_up_to(authority.substr(colon + 1), 65'535)) return false;
  }
  return equals_ignoring_case(host, "localhost") || host == "[::1]" || ipv4_loopback(host);
}

Result<void> admit(const Request& request, bool stands_open) {
  if (request.authority.empty()) {
    return error(Cause::malformed, "the request names no host: send one Host header, as HTTP/1.1 asks",
                 "Host");
  }
  if (stands_open && !names_loopback(request.authority)) {
    return error(Cause::foreign_origin,
                 "the Host " + shown(request.authority) +
                     " is not this machine's own: without tokens Herald answers only to " +
                     "localhost, 127.0.0.1 and [::1] (a web page elsewhere could else reach it through a "
                     "name of its own)",
                 "Host");
  }
  if (!request.origin) return {};
  if (stands_open ? loopback_origin(*request.origin) : same_origin(*request.origin, request.authority))
    return {};
  return error(Cause::foreign_origin,
               "pages of " + shown(*request.origin) + " may not call Herald: only its own may" +
                   (stands_open ? ", and while there are no tokens those of localhost" : ""),
               "Origin");
}

std::optional<std::string> valid_traceparent(std::string_view header) {
  constexpr std::size_t kLength = 55;  // 00-<32>-<16>-<2>
  if (header.size() != kLength || !header.starts_with("00-") || header[35] != '-' || header[52] != '-')
    return std::nullopt;
  const std::string_view trace = header.substr(3, 32), parent = header.substr(36, 16),
                         flags = header.substr(53, 2);
  if (!lower_hex(trace) || !lower_hex(parent) || !lower_hex(flags) || all_zero(trace) || all_zero(parent))
    return std::nullopt;
  return std::string(header);
}

}  // namespace herald::api
