// Patterns for names: `*` stands for any characters (none too), `?` for exactly one (a UTF-8 character, not a
// byte); all others for themselves. The whole text must match. Time grows with pattern times text at worst.
#pragma once

#include <string_view>

namespace herald::automations {

bool has_wildcard(std::string_view pattern);
bool wildcard_match(std::string_view pattern, std::string_view text);

}  // namespace herald::automations
