// The positions of those who read the log from where they stopped: engine, dispatcher, sweeper.
#pragma once

#include <chrono>

namespace herald::automations {

// A position is written this long after the last time, if nothing else has to be: what is read twice after a crash.
inline constexpr std::chrono::seconds kPositionKept{1};

}  // namespace herald::automations
