// Names for completion, asked of the server with little patience, and of the file of profiles.
#pragma once

#include "cli/completion.h"

namespace herald::cli {

// None when the server does not answer within half a second, or says no: a key that was pressed waits for it.
std::vector<Candidate> ask_for_names(const Question& question);

}  // namespace herald::cli
