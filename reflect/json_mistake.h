// Where a text that is no JSON document stops being one, and what belongs there: for the sentence that tells who sent it. simdjson,
// which reads, says neither. Pure; any thread. Looks at each byte once, and only when reading has failed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace herald::json {

// "line 2, column 5", both counted from 1, columns in bytes.
std::string place_in(std::string_view text, std::size_t at);

// As `line 1, column 13: a name in double quotes after the comma is expected, not "}"`; nothing where this finds no mistake.
// `text` is UTF-8.
std::string mistake_in(std::string_view text);

// Where the first byte stands that is no UTF-8; the size of the text where there is none.
std::size_t end_of_utf8(std::string_view text);

}  // namespace herald::json
