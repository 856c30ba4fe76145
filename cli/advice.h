// What somebody at a command line does about a refusal: the line "try: ..." below its sentence.
#pragma once

#include <string>

#include "base/result.h"

namespace herald::cli {

// Empty of what no other command helps against (no server, a full disk, a defect): there the sentence says all.
std::string advice_on(const Error& error);

}  // namespace herald::cli
