// For refusals of a word that is nearly one that is known.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace herald::automations {

// ` (did you mean "alias.assigned"?)`, or nothing when no known word is near (a third of its letters at most
// differ).
std::string did_you_mean(std::string_view wrong, std::span<const std::string_view> known);
// "a, b, c"
std::string listed(std::span<const std::string_view> words);

}  // namespace herald::automations
