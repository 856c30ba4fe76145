// The same kind of change to many versions or models, recorded as one.
#pragma once

#include <boost/describe.hpp>
#include <variant>
#include <vector>

#include "registry/commands/aliases.h"
#include "registry/commands/models.h"
#include "registry/commands/versions.h"

namespace herald::registry {

// What the changes are about, each of another one; as the command's list is called.
BOOST_DEFINE_ENUM_CLASS(ChangedTogether, versions, models)

// All or none. Each is decided as if it were alone, so no two may be about one version (of alias moves: one model), but for
// versions that are registered: of those each is decided as if the ones before it were there. A refusal is about "versions[i]"
// or "models[i]".
struct ChangeTogether {
  std::variant<std::vector<ChangeTags>, std::vector<TransitionStage>, std::vector<DeleteVersion>,
               std::vector<RestoreVersion>, std::vector<MoveAliases>, std::vector<RegisterVersion>,
               std::vector<SetOwner>, std::vector<SetModelArchived>, std::vector<DeleteModel>>
      changes;
  ChangedTogether what = ChangedTogether::versions;
};

}  // namespace herald::registry
