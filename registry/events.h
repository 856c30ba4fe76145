// The facts that the log holds: one struct for each event type, its fields in the order in which they are written.
// Names stand as they were; ids never change. A type's meaning never changes either: a new meaning is a new version
// (`...assigned.v2`) with an upcaster on read. registry/vocabulary.h lists the types with schema; a golden file of
// each is kept for ever in registry/golden/.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "registry/facts.h"

namespace herald::registry {

struct RegistryCreated {
  static constexpr std::string_view kType = "registry.created";
  RegistryId registry_id;
  RegistryName registry;
  RegistryKind kind = RegistryKind::model;
};
BOOST_DESCRIBE_STRUCT(RegistryCreated, (), (registry_id, registry, kind))

// The head of every event about a model.
struct OfModel {
  RegistryId registry_id;
  RegistryName registry;
  ModelId model_id;
  ModelName model;
  friend bool operator==(const OfModel&, const OfModel&) = default;
};
BOOST_DESCRIBE_STRUCT(OfModel, (), (registry_id, registry, model_id, model))

// The head of every event about one version.
struct OfVersion : OfModel {
  VersionNumber version;
};
BOOST_DESCRIBE_STRUCT(OfVersion, (OfModel), (version))

struct ModelRegistered : OfModel {
  static constexpr std::string_view kType = "model.registered";
};
BOOST_DESCRIBE_STRUCT(ModelRegistered, (OfModel), ())

struct ModelDescribed : OfModel {
  static constexpr std::string_view kType = "model.described";
  std::optional<TextRef> from, to;
};
BOOST_DESCRIBE_STRUCT(ModelDescribed, (OfModel), (from, to))

// On a version where `version` is there, else on the model.
struct TagSet : OfModel {
  static constexpr std::string_view kType = "tag.set";
  std::optional<VersionNumber> version;
  TagKey key;
  std::optional<TagValue> from;
  TagValue to;
};
BOOST_DESCRIBE_STRUCT(TagSet, (OfModel), (version, key, from, to))

struct TagRemoved : OfModel {
  static constexpr std::string_view kType = "tag.removed";
  std::optional<VersionNumber> version;
  TagKey key;
  TagValue from;
};
BOOST_DESCRIBE_STRUCT(TagRemoved, (OfModel), (version, key, from))

struct VersionRegistered : OfVersion {
  static constexpr std::string_view kType = "version.registered";
  std::optional<Uri> source;
  std::optional<Digest> digest;
  std::optional<Run> run;
  json::Raw metadata;  // an object
  std::map<std::string, double> metrics;
  VersionStatus status = VersionStatus::ready;
  std::optional<TextRef> description;
};
BOOST_DESCRIBE_STRUCT(VersionRegistered, (OfVersion),
                      (source, digest, run, metadata, metrics, status, description))

// Those parts that changed, as they were and as they are.
struct VersionFacts {
  std::optional<Run> run;
  std::optional<json::Raw> metadata;
  std::optional<std::map<std::string, double>> metrics;
  std::optional<TextRef> description;
  friend bool operator==(const VersionFacts&, const VersionFacts&) = default;
};
BOOST_DESCRIBE_STRUCT(VersionFacts, (), (run, metadata, metrics, description))

struct VersionUpdated : OfVersion {
  static constexpr std::string_view kType = "version.updated";
  VersionFacts from, to;
};
BOOST_DESCRIBE_STRUCT(VersionUpdated, (OfVersion), (from, to))

struct VersionStatusChanged : OfVersion {
  static constexpr std::string_view kType = "version.status-changed";
  VersionStatus from = VersionStatus::pending, to = VersionStatus::ready;
  std::optional<Reason> reason;
};
BOOST_DESCRIBE_STRUCT(VersionStatusChanged, (OfVersion), (from, to, reason))

struct VersionLinked : OfVersion {
  static constexpr std::string_view kType = "version.linked";
  ArtifactId artifact_id;
  Label artifact;
  Digest artifact_digest;
};
BOOST_DESCRIBE_STRUCT(VersionLinked, (OfVersion), (artifact_id, artifact, artifact_digest))

struct VersionUnlinked : OfVersion {
  static constexpr std::string_view kType = "version.unlinked";
  ArtifactId artifact_id;
  Label artifact;
  Digest artifact_digest;
};
BOOST_DESCRIBE_STRUCT(VersionUnlinked, (OfVersion), (artifact_id, artifact, artifact_digest))

// `digest`: of the manifest, a blob: compact JSON [{"path","bytes","digest"}] sorted by path.
struct ArtifactCommitted {
  static constexpr std::string_view kType = "artifact.committed";
  ArtifactId artifact_id;
  Label artifact;
  Label kind;  // "model", "dataset", ...: free
  Digest digest;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};
BOOST_DESCRIBE_STRUCT(ArtifactCommitted, (), (artifact_id, artifact, kind, digest, files, bytes))

struct AliasAssigned : OfModel {
  static constexpr std::string_view kType = "alias.assigned";
  AliasName alias;
  std::optional<VersionNumber> from;  // the version that it displaced
  VersionNumber to;
  std::optional<Reason> reason;
};
BOOST_DESCRIBE_STRUCT(AliasAssigned, (OfModel), (alias, from, to, reason))

struct AliasRemoved : OfModel {
  static constexpr std::string_view kType = "alias.removed";
  AliasName alias;
  VersionNumber from;
  std::optional<Reason> reason;
};
BOOST_DESCRIBE_STRUCT(AliasRemoved, (OfModel), (alias, from, reason))

struct CommentAdded : OfModel {
  static constexpr std::string_view kType = "comment.added";
  std::optional<VersionNumber> version;
  CommentId comment_id;
  TextRef text;
};
BOOST_DESCRIBE_STRUCT(CommentAdded, (OfModel), (version, comment_id, text))

struct LineageRecorded {
  static constexpr std::string_view kType = "lineage.recorded";
  Node upstream;
  Relation relation = Relation::used;
  Node downstream;
};
BOOST_DESCRIBE_STRUCT(LineageRecorded, (), (upstream, relation, downstream))

struct AutomationCreated {
  static constexpr std::string_view kType = "automation.created";
  AutomationId automation_id;
  AutomationDefinition definition;
};
BOOST_DESCRIBE_STRUCT(AutomationCreated, (), (automation_id, definition))

struct AutomationUpdated {
  static constexpr std::string_view kType = "automation.updated";
  AutomationId automation_id;
  AutomationDefinition from, to;
};
BOOST_DESCRIBE_STRUCT(AutomationUpdated, (), (automation_id, from, to))

// The head of the short automation events.
struct OfAutomation {
  AutomationId automation_id;
  Label automation;
};
BOOST_DESCRIBE_STRUCT(OfAutomation, (), (automation_id, automation))

struct AutomationEnabled : OfAutomation {
  static constexpr std::string_view kType = "automation.enabled";
};
BOOST_DESCRIBE_STRUCT(AutomationEnabled, (OfAutomation), ())
struct AutomationDisabled : OfAutomation {
  static constexpr std::string_view kType = "automation.disabled";
};
BOOST_DESCRIBE_STRUCT(AutomationDisabled, (OfAutomation), ())
struct AutomationDeleted : OfAutomation {
  static constexpr std::string_view kType = "automation.deleted";
};
BOOST_DESCRIBE_STRUCT(AutomationDeleted, (OfAutomation), ())

// `test`: sent by hand, for the event named; it may fire again for the same event.
struct AutomationTriggered : OfAutomation {
  static constexpr std::string_view kType = "automation.triggered";
  std::uint64_t event_sequence = 0;
  std::string event_type;
  bool test = false;
  std::vector<PlannedDelivery> deliveries;
};
BOOST_DESCRIBE_STRUCT(AutomationTriggered, (OfAutomation), (event_sequence, event_type, test, deliveries))

// The head of delivery outcomes.
struct OfDelivery : OfAutomation {
  DeliveryId delivery_id;
  ActionKind kind = ActionKind::webhook;
  std::uint64_t event_sequence = 0;
  std::uint32_t attempts = 0;
};
BOOST_DESCRIBE_STRUCT(OfDelivery, (OfAutomation), (delivery_id, kind, event_sequence, attempts))

// `status`: the HTTP status of the last attempt. For Teams this means accepted, not shown.
struct DeliverySucceeded : OfDelivery {
  static constexpr std::string_view kType = "delivery.succeeded";
  std::uint32_t status = 0;
};
BOOST_DESCRIBE_STRUCT(DeliverySucceeded, (OfDelivery), (status))

// Said once, when the first attempt of a delivery has failed and more will follow.
struct DeliveryFailing : OfDelivery {
  static constexpr std::string_view kType = "delivery.failing";
  std::string error;
};
BOOST_DESCRIBE_STRUCT(DeliveryFailing, (OfDelivery), (error))

struct DeliveryExhausted : OfDelivery {
  static constexpr std::string_view kType = "delivery.exhausted";
  std::string error;
};
BOOST_DESCRIBE_STRUCT(DeliveryExhausted, (OfDelivery), (error))

struct DeliveryReplayed : OfDelivery {
  static constexpr std::string_view kType = "delivery.replayed";
};
BOOST_DESCRIBE_STRUCT(DeliveryReplayed, (OfDelivery), ())

// A match that was not sent, and why.
struct DeliverySkipped : OfAutomation {
  static constexpr std::string_view kType = "delivery.skipped";
  std::uint64_t event_sequence = 0;
  SkipCause cause = SkipCause::rate_limit;
};
BOOST_DESCRIBE_STRUCT(DeliverySkipped, (OfAutomation), (event_sequence, cause))

// The value is in the work store, encrypted, under (name, number).
struct SecretSet {
  static constexpr std::string_view kType = "secret.set";
  SecretName secret;
  std::uint64_t number = 0;  // of this value, from 1
};
BOOST_DESCRIBE_STRUCT(SecretSet, (), (secret, number))

struct SecretRemoved {
  static constexpr std::string_view kType = "secret.removed";
  SecretName secret;
};
BOOST_DESCRIBE_STRUCT(SecretRemoved, (), (secret))

// A type of its own and not an alias, so that copying, moving and destroying payloads of every kind is compiled once, in
// registry/events.cc, and not in each file that hands one on.
struct Payload
    : std::variant<RegistryCreated, ModelRegistered, ModelDescribed, TagSet, TagRemoved, VersionRegistered,
                   VersionUpdated, VersionStatusChanged, VersionLinked, VersionUnlinked, ArtifactCommitted,
                   AliasAssigned, AliasRemoved, CommentAdded, LineageRecorded, AutomationCreated,
                   AutomationUpdated, AutomationEnabled, AutomationDisabled, AutomationDeleted,
                   AutomationTriggered, DeliverySucceeded, DeliveryFailing, DeliveryExhausted,
                   DeliveryReplayed, DeliverySkipped, SecretSet, SecretRemoved> {
  using variant::variant;
  Payload(const Payload&);
  Payload(Payload&&) noexcept;
  Payload& operator=(const Payload&);
  Payload& operator=(Payload&&) noexcept;
  ~Payload();
};

}  // namespace herald::registry
