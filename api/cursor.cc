#include "api/cursor.h"

#include "base/digest.h"
#include "base/hex.h"

namespace herald::api {

namespace {

constexpr std::size_t kTagBytes = 12;

// RFC 4648, 5, without padding: safe in a query as it is.
std::string to_base64url(std::string_view bytes) {
  std::string text = to_base64(bytes);
  while (!text.empty() && text.back() == '=') text.pop_back();
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string standard(text);
  for (char& c : standard) {
    if (c == '+' || c == '/' || c == '=') return std::nullopt;
    c = c == '-' ? '+' : c == '_' ? '/' : c;
  }
  standard.append((4 - standard.size() % 4) % 4, '=');
  return from_base64(standard);
}

}  // namespace

std::string Cursors::tag(std::string_view list, std::string_view position) const {
  std::string text("cursor");
  text.push_back('\0');
  text.append(list);
  text.push_back('\0');
  text.append(position);
  return std::string(hmac_sha256(key_, text).bytes().substr(0, kTagBytes));
}

std::string Cursors::seal(std::string_view list, std::string_view position) const {
  return to_base64url(tag(list, position) + std::string(position));
}

Result<std::string> Cursors::open(std::string_view list, std::string_view cursor) const {
  const auto bytes = from_base64url(cursor);
  if (bytes && bytes->size() >= kTagBytes) {
    std::string position = bytes->substr(kTagBytes);
    if (equal_in_constant_time(tag(list, position), std::string_view(*bytes).substr(0, kTagBytes)))
      return position;
  }
  return error(Cause::invalid_value,
               "the cursor is not one that this list gave: take \"next\" of a page as it is, or begin "
               "without a cursor",
               "cursor");
}

}  // namespace herald::api
