#include "api/cursor.h"

#include <algorithm>

#include "base/bytes.h"
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

// Under a stream of bytes that follow from the key and the tag, which is another for each position.
std::string Cursors::masked(std::string_view tag, std::string text) const {
  std::string seed("cursor mask");
  seed.push_back('\0');
  seed.append(tag);
  for (std::size_t begin = 0; begin < text.size(); begin += Digest::kSize) {
    const Digest mask = hmac_sha256(key_, seed + be64(begin));
    const std::size_t end = std::min(begin + Digest::kSize, text.size());
    for (std::size_t i = begin; i < end; ++i) text[i] = static_cast<char>(text[i] ^ mask.bytes()[i - begin]);
  }
  return text;
}

std::string Cursors::seal(std::string_view list, std::string_view position) const {
  const std::string mark = tag(list, position);
  return to_base64url(mark + masked(mark, std::string(position)));
}

Result<std::string> Cursors::open(std::string_view list, std::string_view cursor) const {
  const auto bytes = from_base64url(cursor);
  if (bytes && bytes->size() >= kTagBytes) {
    const std::string_view mark = std::string_view(*bytes).substr(0, kTagBytes);
    std::string position = masked(mark, bytes->substr(kTagBytes));
    if (equal_in_constant_time(tag(list, position), mark)) return position;
  }
  return error(Cause::invalid_value,
               "the cursor is not one that this list gave: take \"next\" of a page as it is, or begin "
               "without a cursor",
               "cursor");
}

}  // namespace herald::api
