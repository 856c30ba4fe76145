// Runs one random history in a subject and in the simple model and compares what they say: the refusal's
// cause, the events, the answers now, and at the end the answers as of chosen moments.
#pragma once

#include <cstdint>

#include "tests/simulation/subject.h"

namespace herald::simulation {

// Fails the running test where they differ; says the seed and the step.
void expect_same_history(Subject& subject, std::uint64_t seed, std::size_t commands);

// HERALD_SEED alone when it is set, else HERALD_ROUNDS of them (or `rounds`) from 1.
std::vector<std::uint64_t> seeds(std::size_t rounds);

}  // namespace herald::simulation
