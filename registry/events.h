// The facts that the log holds: one struct for each event type (in events/, by noun), its fields in the order in which
// they are written.
// Names stand as they were; ids never change. A type's meaning never changes either: a new meaning is a new version
// (`...assigned.v2`) with an upcaster on read. registry/vocabulary.h lists the types with schema; a golden file of
// each is kept for ever in registry/golden/.
#pragma once

#include <variant>

#include "registry/events/access.h"
#include "registry/events/aliases.h"
#include "registry/events/artifacts.h"
#include "registry/events/automations.h"
#include "registry/events/lineage.h"
#include "registry/events/models.h"
#include "registry/events/registries.h"
#include "registry/events/usage.h"
#include "registry/events/versions.h"

namespace herald::registry {

// A type of its own and not an alias, so that copying, moving and destroying payloads of every kind is compiled once, in
// registry/events.cc, and not in each file that hands one on.
struct Payload
    : std::variant<RegistryCreated, RegistryUpdated, RegistryArchived, RegistryRestored, ModelRegistered,
                   ModelRenamed, ModelDescribed, ModelCarded, ModelOwned, ModelArchived, ModelRestored,
                   ModelDeleted, TagSet, TagRemoved, VersionRegistered, VersionUpdated, VersionCarded,
                   VersionStatusChanged, VersionLinked, VersionUnlinked, VersionDeleted, VersionRestored,
                   StageTransitioned, ArtifactCommitted, ArtifactDeleted, AliasAssigned, AliasRemoved,
                   AliasProtected, AliasUnprotected, CommentAdded, CommentEdited, CommentRemoved,
                   LineageRecorded, UsageRecorded, EvaluationRecorded, PrincipalCreated, PrincipalDisabled,
                   PrincipalEnabled, TeamJoined, TeamLeft, RoleGranted, RoleRevoked, TokenIssued,
                   TokenRevoked, AccessDenied, ErasurePerformed, AutomationCreated, AutomationUpdated,
                   AutomationEnabled, AutomationDisabled, AutomationDeleted, AutomationTriggered,
                   DeliverySucceeded, DeliveryFailing, DeliveryExhausted, DeliveryReplayed, DeliverySkipped,
                   SecretSet, SecretRemoved, PrincipalDescribed> {
  using variant::variant;
  Payload(const Payload&);
  Payload(Payload&&) noexcept;
  Payload& operator=(const Payload&);
  Payload& operator=(Payload&&) noexcept;
  ~Payload();
};

}  // namespace herald::registry
