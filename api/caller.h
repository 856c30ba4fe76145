// Who calls, and what that caller may do: a value, cheap to copy.
#pragma once

#include <optional>
#include <string>

#include "registry/access.h"
#include "registry/actor.h"

namespace herald::api {

struct Caller {
  registry::Actor actor;
  registry::Access access;
  std::optional<registry::TokenId> token = {};  // by which it came in; absent: through the open door
};

// By what a caller's share of something is counted; empty: nobody signed in.
inline std::string holder_of(const Caller& caller) {
  return caller.token ? caller.actor.id : std::string();
}

}  // namespace herald::api
