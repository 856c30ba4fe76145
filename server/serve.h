// `herald serve`: from its arguments to its exit code.
#pragma once

#include <string>
#include <vector>

namespace herald::server {

// 0: stopped as it was asked to. 1: could not start or go on, said in one line. 2: a mistake in the
// arguments.
int serve(std::vector<std::string> arguments);

}  // namespace herald::server
