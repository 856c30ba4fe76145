// Text for others' limits. Characters are those of UTF-8; input that is no UTF-8 is mended.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace herald::connectors {

inline constexpr std::string_view kEllipsis = "…";

// The same text when it is UTF-8; else each byte that is not becomes U+FFFD.
std::string valid_utf8(std::string_view bytes);
std::size_t count_characters(std::string_view text);
// At most so many characters, the last of them an ellipsis when something was cut.
std::string cut_characters(std::string_view text, std::size_t most);
// At most so many bytes, never within a character.
std::string_view cut_bytes(std::string_view text, std::size_t most);
// What stands between any of the separators; nothing empty.
std::vector<std::string_view> parts_of(std::string_view text, std::string_view separators);

}  // namespace herald::connectors
