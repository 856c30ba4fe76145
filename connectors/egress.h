// Which addresses may be sent to. Everything that is not a public unicast address is refused unless the
// operator allows it: who may write an automation must not be able to reach, through this server, what only
// this server can reach.
//
// The rule is held against the very address that is about to be connected to (http_transfer.cc), so that
// neither a name that resolves differently the second time nor an unusual spelling goes around it; and
// against literal addresses when a URL is saved, for an early answer.
//
// Refused (IANA's special-purpose registries for IPv4 and IPv6, RFC 6890 and its updates): loopback, private,
// shared, link-local (cloud metadata), multicast, reserved, documentation, benchmarking, protocol
// assignments; of IPv6 everything outside 2000::/3, and in it Teredo, 6to4, ORCHID, documentation. IPv4
// inside IPv6 (mapped, and NAT64's 64:ff9b::/96) is judged as the IPv4 address.
//
// Immutable; any thread.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace herald::connectors {

// IPv4 stands as ::ffff:a.b.c.d.
class IpAddress {
 public:
  // Dotted decimal, or IPv6 without brackets and zone.
  static std::optional<IpAddress> parse(std::string_view text);
  static std::optional<IpAddress> from(const sockaddr* address);
  std::string str() const;
  bool is_v4() const;
  // The IPv4 address that NAT64's well-known prefix would be translated to; else the address itself.
  IpAddress unwrapped() const;
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

class Network {
 public:
  // "10.0.0.0/8", "fd00::/8", or an address for itself alone. Bits behind the prefix must be zero.
  static std::optional<Network> parse(std::string_view text);
  bool contains(const IpAddress& address) const;

 private:
  IpAddress base_;
  unsigned bits_ = 128;  // of the 16 bytes
};

struct TargetUrl;

class Egress {
 public:
  // Entries: a network, an address, or a host name. No word means everything: that takes 0.0.0.0/0 and ::/0.
  // Errors: invalid_value, naming the entry.
  static Result<Egress> make(const std::vector<std::string>& allow);

  // Why an address must not be connected to for that host: "127.0.0.1 is a loopback address". Nothing when it
  // may.
  std::optional<std::string> refusal(const IpAddress& address, std::string_view host) const;
  // The same for a URL as it is written: a literal address, or a name that always means this machine.
  std::optional<std::string> refusal(const TargetUrl& url) const;

 private:
  std::vector<Network> networks_;
  std::set<std::string, std::less<>> hosts_;
};

}  // namespace herald::connectors
