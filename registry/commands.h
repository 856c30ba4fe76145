// What may be asked of the registry. A command has been parsed: its names keep their rules, new ids come with it.
// Whether it is allowed is decided against the state at the moment it is recorded (decide.h).
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "registry/events.h"

namespace herald::registry {

struct CreateRegistry {
  RegistryId new_id;
  RegistryName name;
  RegistryKind kind = RegistryKind::model;
};

struct ModelAddress {
  RegistryName registry;
  ModelName model;
};
struct VersionAddress : ModelAddress {
  VersionNumber version;
};

struct RegisterModel : ModelAddress {
  ModelId new_id;
  std::optional<TextRef> description;
  std::map<std::string, std::string> tags;  // TagKey -> TagValue, checked by decide
};

struct DescribeModel : ModelAddress {
  std::optional<TextRef> description;  // absent: taken away
};

// On the version where there is one, else on the model. `to` absent: the tag is removed (a tag that is not there
// is a no-op).
struct ChangeTags : ModelAddress {
  std::optional<VersionNumber> version;
  std::map<std::string, std::optional<std::string>> tags;
};

// The model is registered on the way when `new_model_id` is given and it does not exist.
struct RegisterVersion : ModelAddress {
  std::optional<ModelId> new_model_id;
  std::optional<VersionNumber> expected;  // the number it must get; absent: the next
  std::optional<Uri> source;
  std::optional<Digest> digest;
  std::optional<Run> run;
  json::Raw metadata{"{}"};
  std::map<std::string, double> metrics;
  VersionStatus status = VersionStatus::ready;
  std::optional<TextRef> description;
  std::map<std::string, std::string> tags;
  std::vector<ArtifactId> artifacts;  // linked in the same breath
  std::vector<AliasName> aliases;     // assigned to it in the same breath
};

// Absent: left as it is. Metadata and metrics are replaced as a whole. `expected_changed`: refuse when the version
// was changed by an event after that sequence. `reason`: of a change of status, and refused without one. A version
// that is ready may fail but cannot become pending again; every other change of status is allowed.
struct UpdateVersion : VersionAddress {
  std::optional<Run> run;
  std::optional<json::Raw> metadata;
  std::optional<std::map<std::string, double>> metrics;
  std::optional<TextRef> description;
  std::optional<VersionStatus> status;
  std::optional<Reason> reason;
  std::optional<std::uint64_t> expected_changed;
};

struct CommitArtifact {
  ArtifactId new_id;
  Label name;
  Label kind;
  Digest manifest;  // a durable blob
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

struct LinkArtifact : VersionAddress {
  ArtifactId artifact_id;
};
struct UnlinkArtifact : VersionAddress {
  ArtifactId artifact_id;
};

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
};

struct AddComment : ModelAddress {
  std::optional<VersionNumber> version;
  CommentId new_id;
  TextRef text;
};

// A node as callers write it: exactly one of these.
struct NodeAddress {
  std::optional<VersionAddress> version;
  std::optional<ArtifactId> artifact;
  std::optional<Label> run;
  std::optional<Label> dataset;
};
// An edge that is there is a no-op; one that would close a circle is refused.
struct RecordLineage {
  NodeAddress upstream;
  Relation relation = Relation::used;
  NodeAddress downstream;
};

struct CreateAutomation {
  AutomationId new_id;
  AutomationDefinition definition;
};
struct UpdateAutomation {
  Label name;
  AutomationDefinition definition;  // may carry a new name
  bool keeps_enabled = false;       // it stays on or off as it is, whatever the definition says
};
struct SetAutomationEnabled {
  Label name;
  bool enabled = true;
};
struct DeleteAutomation {
  Label name;
};

// Sends for one event by hand, whether the automation is enabled or not.
struct TestAutomation {
  Label name;
  std::uint64_t event_sequence = 0;
  std::string event_type;
  std::vector<DeliveryId> new_ids;  // at least one for each action
};

struct SetSecret {
  SecretName name;
  std::uint64_t number = 0;  // under which the value is durable in the work store already: the next
};
struct RemoveSecret {
  SecretName name;
};

// Only of a delivery that has succeeded or is exhausted, and whose automation is there.
struct ReplayDelivery {
  DeliveryId delivery_id;
};

// ---- asked by Herald's own parts ----

// By the automations follower: what the events in (after, upto] set off. Exactly once: the recorder refuses it when
// the follower's position is not `after` (recorder.h), and decide() leaves out what the state says was triggered or
// skipped; an automation that was deleted since is recorded as skipped, under the name it had. Deliveries follow the
// actions that the automation has when it is recorded, as far as `new_ids` go.
struct Trigger {
  AutomationId automation_id;
  Label automation;  // its name as of the event
  std::uint64_t event_sequence = 0;
  std::string event_type;
  Uuid event_id;
  std::uint32_t event_depth = 0;
  Uuid correlation;
  std::vector<DeliveryId> new_ids;  // one for each action
  std::optional<SkipCause> skip;
};
struct RecordTriggers {
  std::vector<Trigger> triggers;
};

// A no-op when it was recorded before, or when the delivery has ended.
struct RecordOutcome {
  enum class Kind { succeeded, failing, exhausted } kind = Kind::succeeded;
  DeliveryId delivery_id;
  std::uint32_t attempts = 0;
  std::uint32_t status = 0;
  std::string error;
};

// A type of its own and not an alias, so that copying, moving and destroying commands of every kind is compiled once, in
// registry/commands.cc, and not in each file that hands one on.
struct Command
    : std::variant<CreateRegistry, RegisterModel, DescribeModel, ChangeTags, RegisterVersion, UpdateVersion,
                   CommitArtifact, LinkArtifact, UnlinkArtifact, MoveAliases, AddComment, RecordLineage,
                   CreateAutomation, UpdateAutomation, SetAutomationEnabled, DeleteAutomation, TestAutomation,
                   SetSecret, RemoveSecret, ReplayDelivery, RecordTriggers, RecordOutcome> {
  using variant::variant;
  Command(const Command&);
  Command(Command&&) noexcept;
  Command& operator=(const Command&);
  Command& operator=(Command&&) noexcept;
  ~Command();
};

}  // namespace herald::registry
