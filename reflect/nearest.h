// "did you mean ...?"
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace herald::reflect {

// The choice that was probably meant: at most a third of its letters differ (two neighbours swapped count as one
// change). Empty when none is near. Borrows from `choices`.
std::string_view nearest(std::string_view word, std::span<const std::string_view> choices);
std::string nearest(std::string_view word, const std::vector<std::string>& choices);

}  // namespace herald::reflect
