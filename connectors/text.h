// Text for others' limits. Characters are those of UTF-8; input that is no UTF-8 is mended.
#pragma once

#include <cstddef>
#include <span>
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
// Each occurrence of a secret of at least `kShortestRedacted` bytes, in whatever case, becomes "[redacted]".
inline constexpr std::size_t kShortestRedacted = 8;
inline constexpr std::size_t kShortestRedactedPart = 12;  // of a part of a secret, such as a segment of a URL
std::vector<std::string_view> parts_of(std::string_view text, std::string_view separators);
std::string redacted(std::string text, std::span<const std::string> secrets);

}  // namespace herald::connectors
