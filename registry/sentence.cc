#include "registry/sentence.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "reflect/json_value.h"

namespace herald::registry {
namespace {

constexpr std::size_t kShownBytes = 64;

bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

std::string_view cut(std::string_view text) {
  if (text.size() <= kShownBytes) return text;
  std::size_t end = kShownBytes;
  while (end > 0 && !starts_character(text[end])) --end;
  return text.substr(0, end);
}

}  // namespace

std::string in_quotes(std::string_view text) {
  const bool readable = json::is_utf8(text);
  std::string out = "\"";
  const std::string_view shown = readable ? cut(text) : text.substr(0, kShownBytes);
  for (const char c : shown) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !readable) ? '?' : c);
  }
  out += shown.size() < text.size() ? "...\"" : "\"";
  return out;
}

std::string label(VersionNumber number) {
  return "v" + std::to_string(number.value());
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < kNamesListed; ++i) {
    out += (i == 0 ? "" : ", ") + in_quotes(names[i]);
  }
  return names.size() > kNamesListed ? out + " and more" : out;
}

Result<void> check_number_at_once(std::size_t number, std::string_view what, std::string_view done) {
  if (number <= limits::kMaxEventsPerCommand) return {};
  return error(Cause::too_many,
               fmt::format("{} {} cannot be {} at once: at most {} can", number, what, done,
                           limits::kMaxEventsPerCommand),
               std::string(what));
}

}  // namespace herald::registry
