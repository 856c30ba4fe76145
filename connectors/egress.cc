#include "connectors/egress.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "connectors/http_url.h"

namespace herald::connectors {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::array<std::uint8_t, 12> kNat64Prefix = {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};

struct Special {
  std::string_view network;
  std::string_view what;
};
// The narrower before the wider: the first that fits gives the name.
constexpr Special kSpecial[] = {
    {"0.0.0.0/8", "an address of this host itself"},
    {"10.0.0.0/8", "a private address"},
    {"100.64.0.0/10", "a shared address (carrier NAT)"},
    {"127.0.0.0/8", "a loopback address"},
    {"169.254.0.0/16", "a link-local address (cloud metadata)"},
    {"172.16.0.0/12", "a private address"},
    {"192.0.0.0/24", "an address of protocol assignments"},
    {"192.0.2.0/24", "an address of documentation"},
    {"192.88.99.0/24", "an address of 6to4 relays"},
    {"192.168.0.0/16", "a private address"},
    {"198.18.0.0/15", "an address of benchmarks"},
    {"198.51.100.0/24", "an address of documentation"},
    {"203.0.113.0/24", "an address of documentation"},
    {"224.0.0.0/4", "a multicast address"},
    {"255.255.255.255/32", "the broadcast address"},
    {"240.0.0.0/4", "a reserved address"},
    {"::/128", "the unspecified address"},
    {"::1/128", "a loopback address"},
    {"64:ff9b:1::/48", "an address of local translation"},
    {"100::/64", "a discard address"},
    {"2001::/32", "a Teredo address"},
    {"2001::/23", "an address of protocol assignments"},
    {"2001:db8::/32", "an address of documentation"},
    {"2002::/16", "a 6to4 address"},
    {"3fff::/20", "an address of documentation"},
    {"5f00::/16", "an address of segment routing"},
    {"fc00::/7", "a private address"},
    {"fe80::/10", "a link-local address"},
    {"fec0::/10", "a site-local address"},
    {"ff00::/8", "a multicast address"},
};

struct SpecialNetwork {
  Network network;
  std::string_view what;
};

const std::vector<SpecialNetwork>& special_networks() {
  static const std::vector<SpecialNetwork> all = [] {
    std::vector<SpecialNetwork> networks;
    for (const Special& special : kSpecial)
      networks.push_back({Network::parse(special.network).value(), special.what});
    return networks;
  }();
  return all;
}

// Nothing for a public address.
std::optional<std::string_view> special(const IpAddress& address) {
  for (const SpecialNetwork& candidate : special_networks()) {
    if (candidate.network.contains(address)) return candidate.what;
  }
  static const Network kGlobalUnicast = Network::parse("2000::/3").value();
  if (!address.is_v4() && !kGlobalUnicast.contains(address)) return "outside of the public address space";
  return std::nullopt;
}

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '.' || c == '-' || c == '_';
  });
}

bool names_this_machine(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost");
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string terminated(text);
  IpAddress address;
  std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes_.begin());
  if (inet_pton(AF_INET, terminated.c_str(), address.bytes_.data() + kMappedPrefix.size()) == 1)
    return address;
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes_.data()) == 1) return address;
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::from(const sockaddr* address) {
  IpAddress out;
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), out.bytes_.begin());
    std::memcpy(out.bytes_.data() + kMappedPrefix.size(), &v4.sin_addr, sizeof v4.sin_addr);
    return out;
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, address, sizeof v6);
    std::memcpy(out.bytes_.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
    return out;
  }
  return std::nullopt;
}

std::string IpAddress::str() const {
  char text[INET6_ADDRSTRLEN];
  if (is_v4()) {
    inet_ntop(AF_INET, bytes_.data() + kMappedPrefix.size(), text, sizeof text);
  } else {
    inet_ntop(AF_INET6, bytes_.data(), text, sizeof text);
  }
  return text;
}

bool IpAddress::is_v4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes_.begin());
}

IpAddress IpAddress::unwrapped() const {
  if (!std::equal(kNat64Prefix.begin(), kNat64Prefix.end(), bytes_.begin())) return *this;
  IpAddress inner = *this;
  std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), inner.bytes_.begin());
  return inner;
}

std::optional<Network> Network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto base = IpAddress::parse(text.substr(0, slash));
  if (!base) return std::nullopt;
  Network network;
  network.base_ = *base;
  if (slash != std::string_view::npos) {
    const unsigned widest = base->is_v4() ? 32 : 128;
    unsigned bits = 0;
    const char* end = text.data() + text.size();
    const auto [stop, failed] = std::from_chars(text.data() + slash + 1, end, bits);
    if (failed != std::errc{} || stop != end || bits > widest) return std::nullopt;
    network.bits_ = bits + (128 - widest);
  }
  for (unsigned bit = network.bits_; bit < 128; ++bit) {
    if (network.base_.bytes()[bit / 8] >> (7 - bit % 8) & 1) return std::nullopt;
  }
  return network;
}

bool Network::contains(const IpAddress& address) const {
  const unsigned whole = bits_ / 8, rest = bits_ % 8;
  if (!std::equal(base_.bytes().begin(), base_.bytes().begin() + whole, address.bytes().begin()))
    return false;
  return rest == 0 || base_.bytes()[whole] >> (8 - rest) == address.bytes()[whole] >> (8 - rest);
}

Result<Egress> Egress::make(const std::vector<std::string>& allow) {
  Egress egress;
  for (const std::string& entry : allow) {
    if (const auto network = Network::parse(entry)) {
      egress.networks_.push_back(*network);
    } else if (is_host_name(entry) && !ends_in_number(entry)) {
      egress.hosts_.insert(canonical_host(entry));
    } else {
      return error(Cause::invalid_value,
                   fmt::format("\"{}\" is neither a network such as 10.0.0.0/8 (with "
                               "no bits behind its prefix) nor a host name",
                               entry.substr(0, 128)),
                   "--allow-target");
    }
  }
  return egress;
}

std::optional<std::string> Egress::refusal(const IpAddress& address, std::string_view host) const {
  if (hosts_.contains(host)) return std::nullopt;
  const IpAddress inner = address.unwrapped();
  for (const Network& network : networks_) {
    if (network.contains(address) || network.contains(inner)) return std::nullopt;
  }
  const auto what = special(inner);
  if (!what) return std::nullopt;
  return fmt::format("{} is {}, which is not sent to unless it is allowed", address.str(), *what);
}

std::optional<std::string> Egress::refusal(const TargetUrl& url) const {
  if (url.address) return refusal(*url.address, url.host);
  if (!names_this_machine(url.host)) return std::nullopt;
  const auto v4 = refusal(*IpAddress::parse("127.0.0.1"), url.host);
  const auto v6 = refusal(*IpAddress::parse("::1"), url.host);
  return v4 && v6 ? v4 : std::nullopt;
}

}  // namespace herald::connectors
