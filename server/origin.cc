#include "server/origin.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/url/parse.hpp>

#include "base/hex.h"
#include "base/ids.h"
#include "base/limits.h"

namespace herald::server {
namespace {

Error no_origin(std::string_view origin, std::string_view why) {
  const std::string shown(origin.substr(0, 64));
  const bool is_plain =
      std::all_of(shown.begin(), shown.end(), [](char c) { return c >= ' ' && c <= '~' && c != '"'; });
  return error(
      Cause::invalid_value,
      fmt::format("{}is no name of a log: {}. A URI-reference without \"+\" is expected, as "
                  "models.example.com/prod. A log that is there has its name already: leave --origin out",
                  is_plain ? "\"" + shown + "\" " : "this ", why),
      "--origin");
}

bool fits_a_hostname(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

}  // namespace

Result<void> check_origin(std::string_view origin) {
  if (origin.empty()) return {};
  if (origin.size() > limits::kMaxOriginBytes) {
    return no_origin(origin, fmt::format("it has {} bytes, and at most {} are allowed", origin.size(),
                                         limits::kMaxOriginBytes));
  }
  if (origin.find('+') != std::string_view::npos) return no_origin(origin, "it has a \"+\"");
  if (!boost::urls::parse_uri_reference({origin.data(), origin.size()}))
    return no_origin(origin, "it has a character, or a colon, where a URI has none");
  return {};
}

std::string make_up_origin(std::string_view hostname) {
  std::string host(hostname.substr(0, 64));
  std::replace_if(
      host.begin(), host.end(), [](char c) { return !fits_a_hostname(c); }, '-');
  return fmt::format("herald.{}/{}", host.empty() ? "localhost" : host, to_hex(random_bytes(8)));
}

std::string this_hostname() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

}  // namespace herald::server
