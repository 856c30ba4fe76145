// Whether somebody looks at what is written, how wide it may be, and what that person answers.
#pragma once

#include <cstddef>
#include <string>

namespace herald::cli {

bool standard_error_is_a_terminal();
bool standard_output_is_a_terminal();
// Of standard output, which must be a terminal; never when NO_COLOR is set (https://no-color.org) or TERM is "dumb".
bool colours_wanted();
// Whether the answer to a question on standard error, read from standard input, is "y" or "yes".
bool says_yes(const std::string& question);
// Columns of standard output: COLUMNS, else what the terminal says of itself; 0 when it is none, and has no edge.
std::size_t terminal_width();

}  // namespace herald::cli
