#include "api/target.h"

#include <algorithm>
#include <boost/url/pct_string_view.hpp>
#include <charconv>

#include "reflect/json_value.h"

namespace herald::api {

std::string shown(std::string_view text) {
  constexpr std::size_t kShown = 120;
  const bool utf8 = json::is_utf8(text);
  const auto beyond_ascii = [](char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; };
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  std::size_t size = std::min(text.size(), kShown);
  while (utf8 && size < text.size() && continues(text[size])) --size;
  std::string out = "\"";
  for (const char c : text.substr(0, size)) {
    const bool printable = beyond_ascii(c) ? utf8 : c >= ' ' && c != 0x7F;
    out.push_back(printable ? c : '?');
  }
  return out + (size == text.size() ? "\"" : "...\"");
}

Result<std::string> percent_decoded(std::string_view text, std::string_view what) {
  const auto encoded = boost::urls::make_pct_string_view({text.data(), text.size()});
  if (!encoded) {
    return error(Cause::malformed,
                 std::string(what) +
                     " has a \"%\" that two hex digits do not follow: write \"%25\" for the character itself",
                 std::string(what.substr(what.rfind(' ') + 1)));
  }
  std::string out = encoded->decode();
  if (out.find('\0') != std::string::npos)
    return error(Cause::malformed, std::string(what) + " holds a NUL character, which is not allowed",
                 std::string(what.substr(what.rfind(' ') + 1)));
  if (!json::is_utf8(out))
    return error(Cause::malformed, std::string(what) + " must be UTF-8 below its percent-encoding",
                 std::string(what.substr(what.rfind(' ') + 1)));
  return out;
}

Result<std::vector<std::string>> path_segments(std::string_view path) {
  if (path.empty() || path.front() != '/')
    return error(Cause::malformed, "a request target must begin with \"/\"", "path");
  std::vector<std::string> segments;
  path.remove_prefix(1);
  if (path.empty()) return segments;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    HERALD_TRY(std::string segment, percent_decoded(path.substr(begin, end - begin), "the path"));
    segments.push_back(std::move(segment));
    begin = end + 1;
  }
  return segments;
}

Result<Query> Query::parse(std::string_view text) {
  Query query;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::string value(pair.substr(std::min(equals + 1, pair.size())));
    for (char& c : value) c = c == '+' ? ' ' : c;
    HERALD_TRY(std::string name, percent_decoded(pair.substr(0, equals), "the query"));
    HERALD_TRY(value, percent_decoded(value, "the query"));
    if (query.get(name))
      return error(Cause::duplicate_field, "the query parameter " + shown(name) + " comes twice", name);
    query.parameters_.emplace_back(std::move(name), std::move(value));
  }
  return query;
}

std::optional<std::string_view> Query::get(std::string_view name) const {
  for (const auto& [key, value] : parameters_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string> split_at_commas(std::string_view list) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    parts.emplace_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

Result<std::uint64_t> whole_number(std::string_view text, std::string_view parameter, std::uint64_t lowest,
                                   std::uint64_t highest) {
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size() || value < lowest || value > highest) {
    return error(Cause::invalid_value,
                 "\"" + std::string(parameter) + "\" must be a whole number from " + std::to_string(lowest) +
                     " to " + std::to_string(highest) + ", not " + shown(text),
                 std::string(parameter));
  }
  return value;
}

}  // namespace herald::api
