// How many files and connections the process may have open at once (RLIMIT_NOFILE). Systems start a process with a low
// soft limit, often 1,024, for the sake of programs that select(): ours do not. For the start, before other threads.
#pragma once

#include <cstddef>

namespace herald::server {

// Raises the soft limit to the hard one, and says what it is then.
std::size_t raise_descriptor_limit();

// Of kMaxConnections those that so many descriptors suffice for: kReservedDescriptors are left for what is not a connection,
// or half of them all where that is less.
std::size_t connections_within(std::size_t descriptors);

}  // namespace herald::server
