// The bodies that go out, as described structs (so that /openapi.json says exactly what is written), and how they are
// made of records. Erasable texts are put in here, where a reader sees them.
#pragma once

#include <boost/describe.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/names.h"
#include "projections/queries.h"
#include "reflect/describe.h"
#include "registry/state.h"
#include "work/deliveries.h"
#include "work/store.h"

namespace herald::api {

using registry::Mark;
using registry::VersionNumber;

struct RegistryBody {
  registry::RegistryId id;
  registry::RegistryName name;
  registry::RegistryKind kind = registry::RegistryKind::model;
  registry::Visibility visibility = registry::Visibility::organization;
  std::optional<std::string> description;
  std::optional<registry::StageSet> stages;
  std::optional<registry::CardPolicy> card_policy;
  std::vector<registry::AliasName> protected_aliases;
  std::optional<Stamp> archived;
  Stamp created, changed;
};
BOOST_DESCRIBE_STRUCT(RegistryBody, (),
                      (id, name, kind, visibility, description, stages, card_policy, protected_aliases,
                       archived, created, changed))

// That there is a card, and its headings; its text is asked for by itself.
struct CardSummaryBody {
  std::uint32_t bytes = 0;
  std::vector<registry::Label> sections;
};
BOOST_DESCRIBE_STRUCT(CardSummaryBody, (), (bytes, sections))

struct ModelBody {
  registry::RegistryName registry;
  registry::ModelName name;
  registry::ModelId id;
  std::optional<std::string> description;
  std::map<std::string, std::string> tags;
  std::map<std::string, std::uint64_t> aliases;
  std::optional<VersionNumber> latest;  // the highest-numbered version that is ready
  VersionNumber versions;               // the highest number given; 0: none yet
  std::optional<registry::PrincipalId> owner;
  std::optional<std::string> owner_name;  // absent: it was erased
  std::optional<CardSummaryBody> card;
  std::optional<Stamp> archived, deleted;
  Stamp created, changed;
};
BOOST_DESCRIBE_STRUCT(ModelBody, (),
                      (registry, name, id, description, tags, aliases, latest, versions, owner, owner_name,
                       card, archived, deleted, created, changed))

struct LinkedArtifactBody {
  registry::ArtifactId id;
  registry::Label name;
  Digest digest;
};
BOOST_DESCRIBE_STRUCT(LinkedArtifactBody, (), (id, name, digest))

struct VersionBody {
  registry::RegistryName registry;
  registry::ModelName model;
  registry::ModelId model_id;
  VersionNumber version;
  std::string reference;  // "churn:v3"
  std::optional<registry::Uri> source;
  std::optional<Digest> digest;
  std::optional<registry::Run> run;
  json::Raw metadata;
  std::map<std::string, double> metrics;
  registry::VersionStatus status = registry::VersionStatus::ready;
  std::optional<std::string> description;
  std::map<std::string, std::string> tags;
  std::vector<LinkedArtifactBody> artifacts;
  std::vector<registry::AliasName> aliases;
  std::optional<registry::StageName> stage;
  std::optional<Stamp> staged;  // when it came to where it is now, in a stage or in none
  std::optional<CardSummaryBody> card;
  std::optional<Stamp> deleted;
  Stamp created, changed;
};
BOOST_DESCRIBE_STRUCT(VersionBody, (),
                      (registry, model, model_id, version, reference, source, digest, run, metadata, metrics,
                       status, description, tags, artifacts, aliases, stage, staged, card, deleted, created,
                       changed))

struct AliasBody {
  std::string alias;
  VersionNumber version;
  std::optional<VersionNumber> previous;
  std::optional<registry::Reason> reason;
  std::optional<Stamp> assigned;
  std::optional<bool> computed;  // `latest`: follows from the versions, cannot be moved
  std::optional<registry::Rollback> rollback = {};
};
BOOST_DESCRIBE_STRUCT(AliasBody, (), (alias, version, previous, reason, assigned, computed, rollback))

// One step in the life of an alias. `held_seconds`: how long it stayed so; absent: until now.
struct AliasStepBody {
  std::uint64_t sequence = 0;
  Timestamp time;
  std::string actor;
  std::optional<std::string> name = {};  // of the actor
  std::optional<VersionNumber> from, to;
  std::optional<registry::Reason> reason;
  std::optional<double> held_seconds;
  std::optional<registry::Rollback> rollback = {};
};
BOOST_DESCRIBE_STRUCT(AliasStepBody, (),
                      (sequence, time, actor, name, from, to, reason, held_seconds, rollback))

// One step of a version from stage to stage; absent: no stage. `held_seconds` as of aliases.
struct StageStepBody {
  std::uint64_t sequence = 0;
  Timestamp time;
  std::string actor;
  std::optional<std::string> name = {};  // of the actor
  std::optional<registry::StageName> from, to;
  std::optional<registry::Reason> reason;
  std::optional<double> held_seconds;
};
BOOST_DESCRIBE_STRUCT(StageStepBody, (), (sequence, time, actor, name, from, to, reason, held_seconds))

// A version's time under an alias. `until` absent: it is there still, and `held_seconds` are those up to now, or up to `as_of`.
struct HolderBody {
  VersionNumber version;
  Stamp since;
  std::optional<Stamp> until;
  double held_seconds = 0;
  std::optional<registry::Reason> reason;  // why it came there
};
BOOST_DESCRIBE_STRUCT(HolderBody, (), (version, since, until, held_seconds, reason))

// `text` null: it was erased. `of_model`: the version has none of its own, so that the model's stands for it. `missing`: sections
// that the registry's policy asks for and that it has no heading for.
struct CardBody {
  reflect::Nullable<std::string> text;
  Digest digest;
  std::uint32_t bytes = 0;
  std::vector<registry::Label> sections;
  std::optional<bool> of_model;
  std::optional<std::vector<registry::Label>> missing;
};
BOOST_DESCRIBE_STRUCT(CardBody, (), (text, digest, bytes, sections, of_model, missing))

struct CommentBody {
  registry::CommentId id;
  std::optional<VersionNumber> version;
  reflect::Nullable<std::string> text;  // null: it was erased
  Stamp created;
  std::optional<Stamp> edited;
};
BOOST_DESCRIBE_STRUCT(CommentBody, (), (id, version, text, created, edited))

struct LinkedVersionBody {
  registry::RegistryName registry;
  registry::ModelName model;
  VersionNumber version;
  std::string reference;
};
BOOST_DESCRIBE_STRUCT(LinkedVersionBody, (), (registry, model, version, reference))

struct ArtifactBody {
  registry::ArtifactId id;
  registry::Label name, kind;
  Digest digest;  // of the manifest
  std::uint64_t files = 0, bytes = 0;
  std::optional<registry::Uri> reference;  // the bytes are there, and `digest` is theirs
  Stamp created;
  std::vector<LinkedVersionBody> versions;  // at most kMaxPageSize
  std::optional<bool> truncated = {};       // there are more: /v1/artifacts/{artifact}/versions
};
BOOST_DESCRIBE_STRUCT(ArtifactBody, (),
                      (id, name, kind, digest, files, bytes, reference, created, versions, truncated))

struct AutomationBody : registry::AutomationDefinition {
  registry::AutomationId id;
  Stamp created, changed;
};
BOOST_DESCRIBE_STRUCT(AutomationBody, (registry::AutomationDefinition), (id, created, changed))

struct DeliveryBody {
  registry::DeliveryId id;
  registry::AutomationId automation_id;
  registry::Label automation;
  std::uint32_t action = 0;
  registry::ActionKind kind = registry::ActionKind::webhook;
  std::uint64_t event_sequence = 0, triggered_sequence = 0;
  registry::DeliveryState state = registry::DeliveryState::pending;
  std::uint32_t attempts_made = 0;
  std::optional<Timestamp> due;  // of the next attempt, while it is open
  Stamp changed;
};
BOOST_DESCRIBE_STRUCT(DeliveryBody, (),
                      (id, automation_id, automation, action, kind, event_sequence, triggered_sequence, state,
                       attempts_made, due, changed))

struct DeliveryDetailBody : DeliveryBody {
  std::vector<work::Attempt> attempts;
  std::optional<bool> truncated = {};  // there are older ones
};
BOOST_DESCRIBE_STRUCT(DeliveryDetailBody, (DeliveryBody), (attempts, truncated))

struct SecretBody {
  registry::SecretName name;
  std::uint64_t number = 0;  // how many values it has had
  Stamp changed;
};
BOOST_DESCRIBE_STRUCT(SecretBody, (), (name, number, changed))

// What is gone, or was, when a DELETE has been recorded.
struct RemovedBody {
  std::string removed;  // its name
};
BOOST_DESCRIBE_STRUCT(RemovedBody, (), (removed))

using AliasesByVersion = std::map<VersionNumber, std::vector<registry::AliasName>>;

// Makes bodies of records; borrows both for its life.
class Presenter {
 public:
  Presenter(const registry::Reader& state, const work::Store& work)
      : state_(state), work_(work), names_(work) {}

  RegistryBody registry(const registry::RegistryRecord& registry) const;
  ModelBody model(const registry::FoundModel& found) const;
  CardBody card(const registry::RegistryRecord& registry, const registry::Card& card) const;
  VersionBody version(const registry::FoundModel& found, const registry::VersionRecord& version) const;
  // For many versions of one model: its aliases are read once.
  AliasesByVersion aliases_of_model(const registry::FoundModel& found) const;
  VersionBody version(const registry::FoundModel& found, const registry::VersionRecord& version,
                      const AliasesByVersion& aliases) const;
  AliasBody alias(const registry::AliasRecord& alias) const;
  CommentBody comment(const registry::CommentRecord& comment) const;
  // `sees`: whose versions are shown; absent: all.
  ArtifactBody artifact(const registry::ArtifactRecord& artifact,
                        const std::function<bool(registry::ModelId)>& sees = {}) const;
  AutomationBody automation(const registry::AutomationRecord& automation) const;
  DeliveryBody delivery(const registry::DeliveryRecord& delivery) const;
  DeliveryDetailBody delivery_detail(const registry::DeliveryRecord& delivery) const;
  SecretBody secret(const registry::SecretRecord& secret) const;

  std::optional<std::string> text(const std::optional<registry::TextRef>& ref) const;
  const Names& names() const { return names_; }

 private:
  std::optional<CardSummaryBody> summary(const std::optional<registry::Card>& card) const;

  const registry::Reader& state_;
  const work::Store& work_;
  const Names names_;
};

// "churn:v3", "data/churn:v3".
std::string reference_of(const registry::RegistryName& registry, const registry::ModelName& model,
                         VersionNumber version);

}  // namespace herald::api
