// How texts differ, as a unified diff that `patch` takes. Pure.
//
// Lines are held against each other by their longest common subsequence, which takes as many steps, and four bytes for each, as
// the lines of the one that differ times those of the other: at most kMaxComparedCells. Beyond that all of the one goes and
// all of the other comes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace herald::projections {

// Lines that went and came, each change with up to three lines around it; empty for equal texts.
std::string unified_diff(std::string_view before, std::string_view after);
// `cells`: how many such steps may be taken; those that were are taken off.
std::string unified_diff(std::string_view before, std::string_view after, std::size_t& cells);

}  // namespace herald::projections
