// The name of a log: the `source` of its events (CloudEvents: a URI-reference) and the first line of its tree's heads (C2SP
// signed-note: no space, no "+"). It stays for ever, so it is checked before anything is written.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace herald::server {

// Errors: invalid_value, of --origin. Empty is none.
Result<void> check_origin(std::string_view origin);

// "herald.HOSTNAME/RANDOM": short, and another one for each log. What a host's name may have and an origin may not becomes "-".
std::string make_up_origin(std::string_view hostname);
std::string this_hostname();  // "localhost" where there is none

}  // namespace herald::server
