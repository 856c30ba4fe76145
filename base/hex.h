// Bytes as text: lower-case hexadecimal, and base64 with padding (RFC 4648, 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace herald {

std::string to_hex(std::string_view bytes);
// Upper and lower case; nothing when a character is no hex digit or the length is odd.
std::optional<std::string> from_hex(std::string_view text);

std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

}  // namespace herald
