// What the process says at its end, for scripts. docs/cli.md lists it for users.
#pragma once

#include <vector>

#include "base/result.h"

namespace herald::cli {

enum class ExitCode : int {
  ok = 0,
  failure = 1,  // no server, no space, a defect: the same command may work later
  usage = 2,    // the command, or a value in it, breaks a rule: it will not work as it is
  not_found = 3,
  conflict = 4,  // the state is another than the one the command needs
  denied = 5,
  timed_out = 124,  // what `herald wait` waited for did not come in time; as timeout(1) says it
};

ExitCode exit_code_of(Cause cause);

struct ExitCodeText {
  ExitCode code;
  const char* what;
};
// All of them, for manuals.
std::vector<ExitCodeText> exit_code_texts();

}  // namespace herald::cli
