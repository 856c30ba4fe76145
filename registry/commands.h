// What may be asked of the registry. A command has been parsed: its names keep their rules, new ids come with it.
// Whether it is allowed is decided against the state at the moment it is recorded (decide.h).
#pragma once

#include <variant>

#include "registry/commands/access.h"
#include "registry/commands/aliases.h"
#include "registry/commands/artifacts.h"
#include "registry/commands/automations.h"
#include "registry/commands/lineage.h"
#include "registry/commands/models.h"
#include "registry/commands/registries.h"
#include "registry/commands/together.h"
#include "registry/commands/versions.h"

namespace herald::registry {

// A type of its own and not an alias, so that copying, moving and destroying commands of every kind is compiled once, in
// registry/commands.cc, and not in each file that hands one on.
struct Command
    : std::variant<CreateRegistry, UpdateRegistry, SetRegistryArchived, SetAliasProtected, RegisterModel,
                   RenameModel, DescribeModel, SetCard, SetOwner, SetModelArchived, DeleteModel, ChangeTags,
                   AddComment, EditComment, RemoveComment, RegisterVersion, UpdateVersion, DeleteVersion,
                   RestoreVersion, TransitionStage, ChangeTogether, CommitArtifact, DeleteArtifact,
                   LinkArtifact, UnlinkArtifact, MoveAliases, SwapAliases, RollBackAlias, RecordLineage,
                   RecordUsage, RecordEvaluation, CreatePrincipal, SetPrincipalEnabled, ChangeTeam, GrantRole,
                   RevokeRole, IssueToken, RevokeToken, ClaimServer, RecordDenials, Erase, CreateAutomation,
                   UpdateAutomation, SetAutomationEnabled, DeleteAutomation, TestAutomation, SetSecret,
                   RemoveSecret, ReplayDelivery, RecordTriggers, RecordOutcome, DescribePrincipal> {
  using variant::variant;
  Command(const Command&);
  Command(Command&&) noexcept;
  Command& operator=(const Command&);
  Command& operator=(Command&&) noexcept;
  ~Command();
};

}  // namespace herald::registry
