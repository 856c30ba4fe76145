#include "api/target.h"

#include <charconv>

namespace herald::api {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The length of the well-formed sequence that `text` begins with; 0 when there is none (Unicode, table 3-7).
std::size_t utf8_sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto tail = [&](std::size_t i) { return byte(i) >= 0x80 && byte(i) <= 0xBF; };
  const unsigned int lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned int lowest = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned int highest = lead == 0xED ? 0x9F : 0xBF;
    return byte(1) >= lowest && byte(1) <= highest && tail(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned int lowest = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned int highest = lead == 0xF4 ? 0x8F : 0xBF;
    return byte(1) >= lowest && byte(1) <= highest && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

bool valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = utf8_sequence(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::string shown(std::string_view text) {
  constexpr std::size_t kShown = 120;
  std::string out = "\"";
  while (!text.empty() && out.size() < kShown) {
    const std::size_t size = utf8_sequence(text);
    const bool printable = size > 1 || (size == 1 && text[0] >= ' ' && text[0] != 0x7F);
    out += printable ? text.substr(0, size) : "?";
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return out + (text.empty() ? "\"" : "...\"");
}

Result<std::string> percent_decoded(std::string_view text, std::string_view what) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      return error(
          Cause::malformed,
          std::string(what) +
              " has a \"%\" that two hex digits do not follow: write \"%25\" for the character itself");
    }
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  if (out.find('\0') != std::string::npos)
    return error(Cause::malformed, std::string(what) + " holds a NUL character");
  if (!valid_utf8(out)) return error(Cause::malformed, std::string(what) + " is not UTF-8");
  return out;
}

std::string percent_encoded(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

Result<std::vector<std::string>> path_segments(std::string_view path) {
  if (path.empty() || path.front() != '/')
    return error(Cause::malformed, "a request target must begin with \"/\"");
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
