#include "connectors/http_url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <cctype>
#include <locale>
#include <memory>

#include "base/limits.h"

namespace herald::connectors {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, FreeUrl>;

std::optional<std::string> part(CURLU* url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return std::nullopt;
  std::string out(text);
  curl_free(text);
  return out;
}

Error wrong(std::string what) {
  return error(Cause::invalid_value, std::move(what));
}

std::string lower(std::string_view text) {
  return boost::algorithm::to_lower_copy(std::string(text), std::locale::classic());
}

// What libcurl's parser would forgive, and others read differently.
Result<void> check_spelling(const std::string& url) {
  if (url.empty()) return wrong("the URL is empty");
  if (url.size() > limits::kMaxUriBytes) {
    return error(Cause::too_large, fmt::format("the URL has {} bytes: at most {} are allowed", url.size(),
                                               limits::kMaxUriBytes));
  }
  if (std::any_of(url.begin(), url.end(),
                  [](unsigned char c) { return c <= ' ' || c >= 0x7f || c == '\\'; })) {
    return wrong(
        "the URL holds a space, a backslash, or a character outside ASCII: write host names as xn--... and "
        "the rest as %XX");
  }
  const std::string start = lower(url.substr(0, 9));
  const std::size_t scheme = start.starts_with("http://") ? 7 : start.starts_with("https://") ? 8 : 0;
  if (scheme == 0) return wrong("the URL must begin with https:// or http://");
  if (url.size() == scheme || url[scheme] == '/') return wrong("the URL names no host");
  return {};
}

Result<void> read_host(TargetUrl& out, const std::string& host) {
  if (host.starts_with('[')) {
    out.host = lower(std::string_view(host).substr(1, host.size() - 2));
    out.address = IpAddress::parse(out.host);
    return out.address ? Result<void>() : wrong("the URL's host is in brackets but is no IPv6 address");
  }
  out.host = canonical_host(host);
  const bool plain = std::all_of(out.host.begin(), out.host.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '.' || c == '-' || c == '_';
  });
  if (out.host.empty() || out.host.size() > 253 || !plain || out.host.find("..") != std::string::npos ||
      out.host.starts_with('.')) {
    return wrong("the URL's host is no host name: letters, digits, hyphens and dots are allowed");
  }
  if (!ends_in_number(out.host)) return {};
  in_addr v4{};
  if (inet_aton(out.host.c_str(), &v4) == 0)
    return wrong("the URL's host ends in a number but is no IPv4 address");
  char text[INET_ADDRSTRLEN];
  out.address = IpAddress::parse(inet_ntop(AF_INET, &v4, text, sizeof text));
  return {};
}

}  // namespace

std::string TargetUrl::origin() const {
  const bool v6 = address && !address->is_v4();
  return fmt::format("{}://{}{}{}:{}", scheme, v6 ? "[" : "", host, v6 ? "]" : "", port);
}

Result<TargetUrl> TargetUrl::parse(const std::string& url) {
  HERALD_CHECK(check_spelling(url));
  const Url parsed(curl_url());
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
    return wrong("the URL cannot be read: it should look like https://host/path");
  if (part(parsed.get(), CURLUPART_USER) || part(parsed.get(), CURLUPART_PASSWORD)) {
    return wrong("the URL holds a user or password: put credentials into a header from a secret");
  }
  if (part(parsed.get(), CURLUPART_ZONEID))
    return wrong("the URL's address has a zone: only global addresses can be sent to");

  TargetUrl out;
  out.scheme = part(parsed.get(), CURLUPART_SCHEME).value();
  HERALD_CHECK(read_host(out, part(parsed.get(), CURLUPART_HOST).value_or("")));
  const int port = std::stoi(part(parsed.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT).value_or("0"));
  if (port < 1 || port > 65'535) return wrong("the URL's port must be from 1 to 65535");
  out.port = static_cast<std::uint16_t>(port);
  out.path = part(parsed.get(), CURLUPART_PATH).value_or("/");
  if (const auto query = part(parsed.get(), CURLUPART_QUERY)) out.path += "?" + *query;
  return out;
}

bool ends_in_number(std::string_view host) {
  while (host.ends_with('.')) host.remove_suffix(1);
  const std::string_view last = host.substr(host.rfind('.') + 1);
  if (last.empty()) return false;
  if (last.starts_with("0x") || last.starts_with("0X")) {
    return std::all_of(last.begin() + 2, last.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
  }
  return std::all_of(last.begin(), last.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::string canonical_host(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return lower(host);
}

}  // namespace herald::connectors
