// The scripts that bring completion into shells. Each asks `herald __complete` at every key: what it answers is always that of
// the binary that is installed.
#pragma once

#include <string_view>

namespace herald::cli {

// `shell`: bash, zsh or fish; empty for another.
std::string_view completion_script(std::string_view shell);

}  // namespace herald::cli
