// "did you mean ...?"
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace herald::cli {

// The choice that was probably meant: at most a third of its letters differ (two letters swapped count as one
// change). Empty when none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& choices);

}  // namespace herald::cli
