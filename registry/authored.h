// The erasable texts that an event brought into the registry: those of its actor, not those that it put others in place of.
#pragma once

#include <vector>

#include "registry/events.h"

namespace herald::registry {

std::vector<Digest> texts_written_in(const Payload& payload);

}  // namespace herald::registry
