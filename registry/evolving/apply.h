// How each fact changes the state, by noun; evolve() chooses among them. Facts about things that are not in
// the state are broken invariants and throw: the log was written by decide(), which checked.
#pragma once

#include <stdexcept>

#include "registry/event.h"
#include "registry/state.h"

namespace herald::registry::evolving {

// The state, and the event that is being made part of it.
struct Step {
  Writer& state;
  Mark mark;  // of the event

  template <class Record>
  Record load(Table table, std::string_view key) const {
    auto record = find<Record>(state, table, key);
    if (!record)
      throw std::logic_error(std::string("an event is about what is not in ") +
                             std::string(to_string(table)));
    return std::move(*record);
  }
  template <class Record>
  void store(Table table, std::string_view key, const Record& record) const {
    state.put(table, key, record::encode(record));
  }
  // Loads, lets `change` work on it, stores.
  template <class Record, class Change>
  void update(Table table, std::string_view key, Change&& change) const {
    auto record = load<Record>(table, key);
    change(record);
    store(table, key, record);
  }
};

void apply(const Step& step, const RegistryCreated& fact);
void apply(const Step& step, const RegistryUpdated& fact);
void apply(const Step& step, const RegistryArchived& fact);
void apply(const Step& step, const RegistryRestored& fact);
void apply(const Step& step, const AliasProtected& fact);
void apply(const Step& step, const AliasUnprotected& fact);

void apply(const Step& step, const ModelRegistered& fact);
void apply(const Step& step, const ModelRenamed& fact);
void apply(const Step& step, const ModelDescribed& fact);
void apply(const Step& step, const ModelCarded& fact);
void apply(const Step& step, const ModelOwned& fact);
void apply(const Step& step, const ModelArchived& fact);
void apply(const Step& step, const ModelRestored& fact);
void apply(const Step& step, const ModelDeleted& fact);
void apply(const Step& step, const TagSet& fact);
void apply(const Step& step, const TagRemoved& fact);
void apply(const Step& step, const CommentAdded& fact);
void apply(const Step& step, const CommentEdited& fact);
void apply(const Step& step, const CommentRemoved& fact);
void apply(const Step& step, const AliasAssigned& fact);
void apply(const Step& step, const AliasRemoved& fact);

void apply(const Step& step, const VersionRegistered& fact);
void apply(const Step& step, const VersionUpdated& fact);
void apply(const Step& step, const VersionCarded& fact);
void apply(const Step& step, const VersionStatusChanged& fact);
void apply(const Step& step, const VersionLinked& fact);
void apply(const Step& step, const VersionUnlinked& fact);
void apply(const Step& step, const VersionDeleted& fact);
void apply(const Step& step, const VersionRestored& fact);
void apply(const Step& step, const StageTransitioned& fact);
void apply(const Step& step, const ArtifactCommitted& fact);
void apply(const Step& step, const ArtifactDeleted& fact);
void apply(const Step& step, const LineageRecorded& fact);
void apply(const Step& step, const UsageRecorded& fact);
void apply(const Step& step, const EvaluationRecorded& fact);

void apply(const Step& step, const PrincipalCreated& fact);
void apply(const Step& step, const PrincipalDisabled& fact);
void apply(const Step& step, const PrincipalEnabled& fact);
void apply(const Step& step, const PrincipalDescribed& fact);
void apply(const Step& step, const TeamJoined& fact);
void apply(const Step& step, const TeamLeft& fact);
void apply(const Step& step, const RoleGranted& fact);
void apply(const Step& step, const RoleRevoked& fact);
void apply(const Step& step, const TokenIssued& fact);
void apply(const Step& step, const TokenRevoked& fact);
void apply(const Step& step, const AccessDenied& fact);
void apply(const Step& step, const ErasurePerformed& fact);

void apply(const Step& step, const AutomationCreated& fact);
void apply(const Step& step, const AutomationUpdated& fact);
void apply(const Step& step, const AutomationEnabled& fact);
void apply(const Step& step, const AutomationDisabled& fact);
void apply(const Step& step, const AutomationDeleted& fact);
void apply(const Step& step, const AutomationTriggered& fact);
void apply(const Step& step, const DeliverySucceeded& fact);
void apply(const Step& step, const DeliveryFailing& fact);
void apply(const Step& step, const DeliveryExhausted& fact);
void apply(const Step& step, const DeliveryReplayed& fact);
void apply(const Step& step, const DeliverySkipped& fact);
void apply(const Step& step, const SecretSet& fact);
void apply(const Step& step, const SecretRemoved& fact);

}  // namespace herald::registry::evolving
