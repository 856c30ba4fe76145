// The same kind of change to many versions, recorded as one.
#pragma once

#include <variant>
#include <vector>

#include "registry/commands/aliases.h"
#include "registry/commands/models.h"
#include "registry/commands/versions.h"

namespace herald::registry {

// All or none. Each is decided as if it were alone, so no two may be about one version (of alias moves: one model). A refusal is
// about the field "versions[i]".
struct ChangeTogether {
  std::variant<std::vector<ChangeTags>, std::vector<TransitionStage>, std::vector<DeleteVersion>,
               std::vector<RestoreVersion>, std::vector<MoveAliases>>
      changes;
};

}  // namespace herald::registry
