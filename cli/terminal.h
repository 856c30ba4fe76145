// Whether somebody looks at what is written, and how wide it may be.
#pragma once

#include <cstddef>

namespace herald::cli {

bool standard_error_is_a_terminal();
bool standard_output_is_a_terminal();
// Of standard output, which must be a terminal; never when NO_COLOR is set (https://no-color.org) or TERM is "dumb".
bool colours_wanted();
// Columns of standard output: COLUMNS, else what the terminal says of itself; 0 when it is none, and has no edge.
std::size_t terminal_width();

}  // namespace herald::cli
