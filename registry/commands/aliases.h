// What may be asked of aliases.
#pragma once

#include <optional>
#include <vector>

#include "registry/commands/addresses.h"

namespace herald::registry {

// Whether the caller may move what its registry protects (decided at the door, by his role).
enum class MovesProtected : bool { no, yes };

// What the alias must hold now for the move to happen.
struct Expected {
  enum class Kind { anything, nothing, version } kind = Kind::anything;
  VersionNumber version;
};

struct AliasMove {
  AliasName alias;
  std::optional<VersionNumber> to;  // absent: the alias is removed
  Expected expected;
};

// All or none: each is held against `expected` first, then its version must exist (in any status). An alias that
// already is where it should go, or is to be removed and is not there, yields no event.
struct MoveAliases : ModelAddress {
  std::vector<AliasMove> moves;
  std::optional<Reason> reason;
  MovesProtected moves_protected = MovesProtected::no;
};

// Each goes to where the other is; both must be there. `expect_...`: where they must be now.
struct SwapAliases : ModelAddress {
  AliasName first, second;
  std::optional<Reason> reason;
  MovesProtected moves_protected = MovesProtected::no;
  Expected expect_first = {}, expect_second = {};
};

// Back to the version that held it before what holds it now, or that held it last where it was removed. Versions that were deleted
// are passed over. What held it once may hold it again although the registry asks more of its card by now: both are said in the
// event. `expected`: what it must hold now; after a rollback it must be given, so that two who press at once go back once.
struct RollBackAlias : ModelAddress {
  AliasName alias;
  Expected expected;
  std::optional<Reason> reason;
  MovesProtected moves_protected = MovesProtected::no;
};

}  // namespace herald::registry
