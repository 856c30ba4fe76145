// What decisions and current-state questions need to know, as records in named tables of bytes.
//
// Three things implement the byte level: the head (LMDB), the history (LMDB, as of any sequence) and a map in memory
// (tests, simulation). decide() reads through Reader, evolve() writes through Writer, and the queries of projections/
// read through Reader, so that a question about now and a question about then are the same code.
//
// Threads: as the implementation says; none of them is used by two threads at once.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "reflect/record.h"
#include "registry/actor.h"
#include "registry/facts.h"

namespace herald::registry {

enum class Table : std::uint8_t {
  registries,        // registry id                        -> RegistryRecord
  registry_names,    // name                               -> registry id
  models,            // model id                           -> ModelRecord
  model_names,       // registry id, name                  -> model id
  versions,          // model id, be64 number              -> VersionRecord
  ready_versions,    // model id, be64 number              -> (empty): what may become ModelRecord::latest
  aliases,           // model id, alias                    -> AliasRecord
  artifacts,         // artifact id                        -> ArtifactRecord
  artifact_links,    // artifact id, model id, be64 number -> (empty)
  comments,          // model id, comment id               -> CommentRecord
  upstream,          // downstream node key, 0, upstream node key, relation -> EdgeRecord
  downstream,        // upstream node key, 0, downstream node key, relation -> EdgeRecord
  automations,       // automation id                      -> AutomationRecord
  automation_names,  // name                               -> automation id
  triggers,          // automation id, be64 event sequence -> be64 sequence of the automation.triggered event
  deliveries,        // delivery id                        -> DeliveryRecord
  secrets,           // name                               -> SecretRecord
};
inline constexpr std::size_t kTableCount = 17;
std::string_view to_string(Table table);

class Reader {
 public:
  virtual ~Reader() = default;
  virtual std::optional<std::string> get(Table table, std::string_view key) const = 0;
  // Calls visit(key, value) for the keys that begin with `prefix` and are greater than `after`, in order, until it
  // returns false. The views end with the call.
  using Visit = std::function<bool(std::string_view key, std::string_view value)>;
  virtual void scan(Table table, std::string_view prefix, std::string_view after,
                    const Visit& visit) const = 0;
  // The same downwards, over keys less than `before` (empty: from the last).
  virtual void scan_back(Table table, std::string_view prefix, std::string_view before,
                         const Visit& visit) const = 0;
};

class Writer : public Reader {
 public:
  virtual void put(Table table, std::string_view key, std::string_view value) = 0;
  virtual void erase(Table table, std::string_view key) = 0;
};

// ---- records ----
// `created`/`changed`: sequence and recorded time of the events that made and last touched the thing.

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
  Mark created;
};
BOOST_DESCRIBE_STRUCT(RegistryRecord, (), (id, name, kind, created))

struct ModelRecord {
  ModelId id;
  RegistryId registry_id;
  ModelName name;
  std::optional<TextRef> description;
  std::map<std::string, std::string> tags;
  VersionNumber last_version;           // highest ever given; 0: none
  std::optional<VersionNumber> latest;  // highest that is ready; here, so that now and then it is one look-up
  std::uint32_t aliases = 0;
  Mark created, changed;
};
BOOST_DESCRIBE_STRUCT(ModelRecord, (),
                      (id, registry_id, name, description, tags, last_version, latest, aliases, created,
                       changed))

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
  std::map<std::string, std::string> tags;
  std::vector<LinkedArtifact> artifacts;
  Mark created, changed;
};
BOOST_DESCRIBE_STRUCT(VersionRecord, (),
                      (model_id, number, source, digest, run, metadata, metrics, status, description, tags,
                       artifacts, created, changed))

struct AliasRecord {
  AliasName alias;
  VersionNumber version;
  std::optional<VersionNumber> previous;  // what it displaced
  std::optional<Reason> reason;
  Mark assigned;
};
BOOST_DESCRIBE_STRUCT(AliasRecord, (), (alias, version, previous, reason, assigned))

struct ArtifactRecord {
  ArtifactId id;
  Label name;
  Label kind;
  Digest digest;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  Mark created;
};
BOOST_DESCRIBE_STRUCT(ArtifactRecord, (), (id, name, kind, digest, files, bytes, created))

struct CommentRecord {
  CommentId id;
  ModelId model_id;
  std::optional<VersionNumber> version;
  TextRef text;
  Mark created;
};
BOOST_DESCRIBE_STRUCT(CommentRecord, (), (id, model_id, version, text, created))

struct EdgeRecord {
  Node upstream;
  Relation relation = Relation::used;
  Node downstream;
  Mark recorded;
};
BOOST_DESCRIBE_STRUCT(EdgeRecord, (), (upstream, relation, downstream, recorded))

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

// ---- keys ----
namespace keys {
inline std::string model(ModelId id) {
  return std::string(id.bytes());
}
inline std::string model_name(RegistryId id, std::string_view name) {
  return std::string(id.bytes()) + std::string(name);
}
inline std::string version(ModelId id, VersionNumber n) {
  std::string key(id.bytes());
  append_be64(key, n.value());
  return key;
}
inline std::string alias(ModelId id, std::string_view alias) {
  return std::string(id.bytes()) + std::string(alias);
}
inline std::string artifact_link(ArtifactId a, ModelId m, VersionNumber n) {
  return std::string(a.bytes()) + version(m, n);
}
inline std::string comment(ModelId m, CommentId c) {
  return std::string(m.bytes()) + std::string(c.bytes());
}
inline std::string trigger(AutomationId a, std::uint64_t event_sequence) {
  return std::string(a.bytes()) + be64(event_sequence);
}
// "version/<id>", ...: short enough for an LMDB key pair (the caller's ids are cut to a digest beyond 128 bytes).
std::string node(const Node& node);
std::string edge(const Node& near, const Node& far, Relation relation);
}  // namespace keys

// ---- typed access ----
template <class Record>
std::optional<Record> find(const Reader& reader, Table table, std::string_view key) {
  const auto bytes = reader.get(table, key);
  if (!bytes) return std::nullopt;
  return record::decode<Record>(*bytes);
}

std::optional<RegistryRecord> find_registry(const Reader& reader, const RegistryName& name);
std::optional<ModelRecord> find_model(const Reader& reader, RegistryId registry, const ModelName& name);
std::optional<ModelRecord> find_model(const Reader& reader, ModelId id);
std::optional<VersionRecord> find_version(const Reader& reader, ModelId id, VersionNumber number);
std::optional<AliasRecord> find_alias(const Reader& reader, ModelId id, const AliasName& alias);
std::optional<AutomationRecord> find_automation(const Reader& reader, const Label& name);
// The highest-numbered version that is ready.
std::optional<VersionNumber> latest_version(const Reader& reader, ModelId id);

// The same, or a not_found Error whose sentence names what is missing and what is there instead.
struct FoundModel {
  RegistryRecord registry;
  ModelRecord model;
};
Result<RegistryRecord> require_registry(const Reader& reader, const RegistryName& name);
Result<FoundModel> require_model(const Reader& reader, const RegistryName& registry, const ModelName& model);
Result<VersionRecord> require_version(const Reader& reader, const FoundModel& model, VersionNumber number);
// What a selector points at now (or, with a reader of the past, then).
Result<VersionRecord> resolve(const Reader& reader, const FoundModel& model, const VersionSelector& selector);

}  // namespace herald::registry
