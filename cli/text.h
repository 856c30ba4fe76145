// Texts for a terminal: how wide they are, how numbers and times look.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace herald::cli {

// Columns that valid UTF-8 takes: two for East Asian letters and emoji, none for combining marks.
std::size_t display_width(std::string_view text);
// Spaces up to `width`, behind or before.
std::string pad_right(std::string text, std::size_t width);
std::string pad_left(std::string text, std::size_t width);
// Lines of at most `width` columns, broken at spaces; a word that is wider has a line of its own. 0: one line.
std::vector<std::string> wrap(std::string_view text, std::size_t width);
// Ends with "…" when it was cut.
std::string cut(std::string_view text, std::size_t width);
// Control characters as "\n", "\x1b", ...: what others wrote must not steer the terminal.
std::string harmless(std::string_view text);
// The same line by line.
std::string harmless_lines(std::string_view text);

std::string human_bytes(std::uint64_t bytes);      // "3.4 MB"
std::string human_seconds(double seconds);         // "2 h 5 min", "12.3 s"
std::string human_time(std::string_view rfc3339);  // "2026-11-24 05:02:00 UTC"

}  // namespace herald::cli
