#include "connectors/judgement.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>

namespace herald::connectors {
namespace {

using automations::Verdict;

constexpr std::chrono::seconds kLongestWait = std::chrono::hours(24 * 365);

std::string_view reason_phrase(std::uint32_t status) {
  switch (status) {
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 425:
      return "Too Early";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return {};
  }
}

std::optional<double> parse_seconds(std::string_view text) {
  double seconds = 0;
  const auto [end, failed] =
      std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
  if (failed == std::errc::result_out_of_range) return HUGE_VAL;
  if (failed != std::errc{} || end != text.data() + text.size() || !std::isfinite(seconds))
    return std::nullopt;
  return seconds;
}

// RFC 9110, 5.6.7: IMF-fixdate.
std::optional<double> parse_date(const std::string& text, Timestamp now) {
  std::tm when{};
  const char* end = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &when);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return static_cast<double>(timegm(&when)) - static_cast<double>(now.unix_ms()) / 1'000;
}

}  // namespace

Judgement judge_failure(const HttpAnswer& answer) {
  const bool stays = answer.error_class == "refused-address" || answer.error_class == "configuration";
  return {stays ? Verdict::permanent : Verdict::retry, answer.error_class, answer.error};
}

std::string status_words(std::uint32_t status) {
  const std::string_view phrase = reason_phrase(status);
  return phrase.empty() ? std::to_string(status) : fmt::format("{} {}", status, phrase);
}

bool is_transient(std::uint32_t status) {
  return status == 408 || status == 425 || status == 429 || status >= 500;
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, Timestamp now) {
  auto seconds = parse_seconds(text);
  if (!seconds) seconds = parse_date(std::string(text), now);
  if (!seconds) return std::nullopt;
  const double longest = static_cast<double>(kLongestWait.count());
  return std::chrono::seconds(static_cast<std::int64_t>(std::ceil(std::clamp(*seconds, 0.0, longest))));
}

}  // namespace herald::connectors
