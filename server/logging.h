// The server's own log: lines on standard error, for people or as JSON.
#pragma once

#include <string>

namespace herald::server {

// Sets spdlog's default logger. `level`: one of trace, debug, info, warn, error.
void set_up_logging(const std::string& level, bool as_json);

}  // namespace herald::server
