#include "api/header_fields.h"

#include <algorithm>

namespace herald::api {

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

bool equals_ignoring_case(std::string_view text, std::string_view wanted) {
  return std::equal(text.begin(), text.end(), wanted.begin(), wanted.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

std::string_view media_type(std::string_view content_type) {
  return trimmed(content_type.substr(0, content_type.find(';')));
}

bool is_utf8_json(std::string_view content_type) {
  if (!equals_ignoring_case(media_type(content_type), "application/json")) return false;
  constexpr std::string_view kCharset = "charset=";
  for (std::size_t semicolon = content_type.find(';'); semicolon != std::string_view::npos;) {
    const std::size_t next = content_type.find(';', semicolon + 1);
    const std::string_view parameter = trimmed(content_type.substr(semicolon + 1, next - semicolon - 1));
    if (equals_ignoring_case(parameter.substr(0, kCharset.size()), kCharset)) {
      const std::string_view charset = parameter.substr(kCharset.size());
      if (!equals_ignoring_case(charset, "utf-8") && !equals_ignoring_case(charset, "\"utf-8\""))
        return false;
    }
    semicolon = next;
  }
  return true;
}

}  // namespace herald::api
