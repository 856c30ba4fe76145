// How many steps LMDB's cursors have made in this program: the test program's own mdb_cursor_get() stands before the
// library's.
#pragma once

#include <cstdint>

namespace herald::projections::testing {

std::uint64_t cursor_steps();

}  // namespace herald::projections::testing
