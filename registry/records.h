// The records of the state, by the noun that they tell of.
//
// `created`/`changed`: sequence and recorded time of the events that made and last touched the thing.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "registry/events/usage.h"
#include "registry/facts.h"
#include "registry/policies.h"
#include "registry/roles.h"

namespace herald::registry {

struct Mark {
  std::uint64_t sequence = 0;
  Timestamp time;
  std::string actor;  // id
  friend bool operator==(const Mark&, const Mark&) = default;
};
BOOST_DESCRIBE_STRUCT(Mark, (), (sequence, time, actor))

struct RegistryRecord {
  RegistryId id;
  RegistryName name;
  RegistryKind kind = RegistryKind::model;
  Visibility visibility = Visibility::organization;
  std::optional<TextRef> description;
  std::optional<StageSet> stages;
  std::optional<CardPolicy> card_policy;
  std::vector<AliasName> protected_aliases;  // sorted
  std::optional<Mark> archived;
  Mark created, changed;
};
BOOST_DESCRIBE_STRUCT(RegistryRecord, (),
                      (id, name, kind, visibility, description, stages, card_policy, protected_aliases,
                       archived, created, changed))

struct ModelRecord {
  ModelId id;
  RegistryId registry_id;
  ModelName name;
  std::optional<TextRef> description;
  std::optional<Card> card;
  std::optional<PrincipalId> owner;
  std::map<std::string, std::string> tags;
  VersionNumber last_version;           // highest ever given; 0: none
  std::optional<VersionNumber> latest;  // highest that is ready; here, so that now and then it is one look-up
  std::uint32_t aliases = 0;
  std::optional<Mark> archived, deleted;  // what is deleted has given its name back and has no aliases
  Mark created, changed;
};
BOOST_DESCRIBE_STRUCT(ModelRecord, (),
                      (id, registry_id, name, description, card, owner, tags, last_version, latest, aliases,
                       archived, deleted, created, changed))

struct LinkedArtifact {
  ArtifactId artifact_id;
  Label artifact;
  Digest digest;
  friend bool operator==(const LinkedArtifact&, const LinkedArtifact&) = default;
};
BOOST_DESCRIBE_STRUCT(LinkedArtifact, (), (artifact_id, artifact, digest))

struct VersionRecord {
  ModelId model_id;
  VersionNumber number;
  std::optional<Uri> source;
  std::optional<Digest> digest;
  std::optional<Run> run;
  json::Raw metadata;
  std::map<std::string, double> metrics;
  VersionStatus status = VersionStatus::ready;
  std::optional<TextRef> description;
  std::optional<Card> card;
  std::map<std::string, std::string> tags;
  std::vector<LinkedArtifact> artifacts;
  std::optional<StageName> stage;
  std::optional<Mark> staged, deleted;
  Mark created, changed;
};
BOOST_DESCRIBE_STRUCT(VersionRecord, (),
                      (model_id, number, source, digest, run, metadata, metrics, status, description, card,
                       tags, artifacts, stage, staged, deleted, created, changed))

struct AliasRecord {
  AliasName alias;
  VersionNumber version;
  std::optional<VersionNumber> previous;  // what it displaced
  std::optional<Reason> reason;
  Mark assigned;
  std::optional<Rollback> rollback = {};  // how it came there, if it was taken back
};
BOOST_DESCRIBE_STRUCT(AliasRecord, (), (alias, version, previous, reason, assigned, rollback))

// What held an alias before, also while the alias is removed: the last first, each once, at most kMaxFormerHolders.
struct FormerHoldersRecord {
  std::vector<VersionNumber> versions;
};
BOOST_DESCRIBE_STRUCT(FormerHoldersRecord, (), (versions))

struct ArtifactRecord {
  ArtifactId id;
  Label name;
  Label kind;
  Digest digest;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::optional<Uri> reference;
  std::optional<Mark> deleted;
  Mark created;
};
BOOST_DESCRIBE_STRUCT(ArtifactRecord, (), (id, name, kind, digest, files, bytes, reference, deleted, created))

struct CommentRecord {
  CommentId id;
  ModelId model_id;
  std::optional<VersionNumber> version;
  TextRef text;
  Mark created;
  std::optional<Mark> edited = {};
};
BOOST_DESCRIBE_STRUCT(CommentRecord, (), (id, model_id, version, text, created, edited))

struct EdgeRecord {
  Node upstream;
  Relation relation = Relation::used;
  Node downstream;
  Mark recorded;
};
BOOST_DESCRIBE_STRUCT(EdgeRecord, (), (upstream, relation, downstream, recorded))

// All that one consumer did with one version.
struct UsageRecord {
  ModelId model_id;
  VersionNumber version;
  Label consumer;
  std::optional<AliasName> alias;  // by which it was asked for last
  std::uint64_t count = 0;
  Timestamp first, last;
  Mark recorded;
};
BOOST_DESCRIBE_STRUCT(UsageRecord, (), (model_id, version, consumer, alias, count, first, last, recorded))

struct EvaluationRecord {
  EvaluationId id;
  ModelId model_id;
  VersionNumber version;
  std::optional<Label> name;
  std::optional<Node> dataset;
  std::optional<Label> run;
  std::map<std::string, double> metrics;
  std::vector<EvaluationFile> files;
  Mark recorded;
};
BOOST_DESCRIBE_STRUCT(EvaluationRecord, (),
                      (id, model_id, version, name, dataset, run, metrics, files, recorded))

struct PrincipalRecord {
  PrincipalId id;
  PrincipalKind kind = PrincipalKind::user;
  bool enabled = true;
  Mark created, changed;
  std::optional<EntryId> entry = {};  // in the directory; absent: as it was created
};
BOOST_DESCRIBE_STRUCT(PrincipalRecord, (), (id, kind, enabled, created, changed, entry))

struct RoleRecord {
  PrincipalId principal_id;
  RoleScope scope;
  Role role = Role::viewer;
  Mark granted;
};
BOOST_DESCRIBE_STRUCT(RoleRecord, (), (principal_id, scope, role, granted))

struct TokenRecord {
  TokenId id;
  PrincipalId principal_id;
  std::optional<Timestamp> expires;
  std::optional<Role> at_most;
  std::optional<RoleScope> scope;
  Mark issued;
  std::optional<Mark> revoked;
};
BOOST_DESCRIBE_STRUCT(TokenRecord, (), (id, principal_id, expires, at_most, scope, issued, revoked))

struct AutomationRecord {
  AutomationId id;
  AutomationDefinition definition;  // with its present `enabled`
  Mark created, changed;
};
BOOST_DESCRIBE_STRUCT(AutomationRecord, (), (id, definition, created, changed))

BOOST_DEFINE_ENUM_CLASS(DeliveryState, pending, failing, succeeded, exhausted)

// Kept after the end too, so that an outcome is recorded once and a replay finds what to send.
struct DeliveryRecord {
  DeliveryId id;
  AutomationId automation_id;
  Label automation;
  std::uint32_t action = 0;
  ActionKind kind = ActionKind::webhook;
  std::uint64_t event_sequence = 0;
  std::uint64_t triggered_sequence = 0;  // the automation.triggered or delivery.replayed event to send for
  DeliveryState state = DeliveryState::pending;
  std::uint32_t attempts = 0;  // as of the last outcome
  Mark changed;
};
BOOST_DESCRIBE_STRUCT(DeliveryRecord, (),
                      (id, automation_id, automation, action, kind, event_sequence, triggered_sequence, state,
                       attempts, changed))

struct SecretRecord {
  SecretName name;
  std::uint64_t number = 0;  // which value is in force; goes on counting when set again
  bool removed = false;
  Mark changed;
};
BOOST_DESCRIBE_STRUCT(SecretRecord, (), (name, number, removed, changed))

}  // namespace herald::registry
