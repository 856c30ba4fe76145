#include "api/range.h"

#include <algorithm>
#include <charconv>

#include "api/header_fields.h"

namespace herald::api {

namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Whether a tag that is only as good as another one (W/) counts (RFC 9110, 8.8.3.2).
enum class Comparison { weak, strong };

bool matches_any(std::string_view list, std::string_view etag, Comparison comparison) {
  if (trimmed(list) == "*") return true;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view one = trimmed(list.substr(0, comma));
    if (comparison == Comparison::weak && one.starts_with("W/")) one.remove_prefix(2);
    if (one == etag) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

// Nothing: to be passed over. A count of zero: cannot be satisfied.
std::optional<ByteRange> parse_range(std::string_view text, std::uint64_t size) {
  if (!text.starts_with("bytes=")) return std::nullopt;
  text = trimmed(text.substr(6));
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos || text.find(',') != std::string_view::npos) return std::nullopt;
  const std::string_view from = text.substr(0, dash), to = text.substr(dash + 1);
  const auto first = number(from), last = number(to);
  if ((!from.empty() && !first) || (!to.empty() && !last) || (from.empty() && to.empty()))
    return std::nullopt;
  if (!first) {
    const std::uint64_t count = std::min(*last, size);
    return ByteRange{size - count, count};
  }
  if (last && *last < *first) return std::nullopt;
  if (*first >= size) return ByteRange{0, 0};
  const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
  return ByteRange{*first, end - *first + 1};
}

}  // namespace

std::string etag_of(const Digest& digest) {
  return "\"" + digest.hex() + "\"";
}

std::string weak_etag_of(std::string_view body) {
  constexpr std::size_t kHexDigits = 32;
  return "W/\"" + sha256(body).hex().substr(0, kHexDigits) + "\"";
}

bool is_known(const Request& request, std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  return !request.if_none_match.empty() && matches_any(request.if_none_match, etag, Comparison::weak);
}

Portion portion_of(const Request& request, const Digest& digest, std::uint64_t size) {
  const std::string etag = etag_of(digest);
  if (!request.if_match.empty() && !matches_any(request.if_match, etag, Comparison::strong))
    return {Portion::Kind::another, {}};
  if (is_known(request, etag)) return {Portion::Kind::not_modified, {}};
  const bool same_content = request.if_range.empty() || trimmed(request.if_range) == etag;
  if (request.range.empty() || !same_content || request.method != Method::get)
    return {Portion::Kind::whole, {0, size}};
  const auto range = parse_range(request.range, size);
  if (!range) return {Portion::Kind::whole, {0, size}};
  if (range->count == 0) return {Portion::Kind::not_satisfiable, {}};
  return {Portion::Kind::part, *range};
}

}  // namespace herald::api
