// What the process says at its end, for scripts. docs/cli.md lists it for users.
#pragma once

#include "base/result.h"

namespace herald::cli {

enum class ExitCode : int {
  ok = 0,
  failure = 1,  // no server, no space, a defect: the same command may work later
  usage = 2,    // the command, or a value in it, breaks a rule: it will not work as it is
  not_found = 3,
  conflict = 4,  // the state is another than the one the command needs
  denied = 5,
};

ExitCode exit_code_of(Cause cause);

}  // namespace herald::cli
