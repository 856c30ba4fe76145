// What decisions and current-state questions need to know, as records in named tables of bytes.
//
// Three things implement the byte level: the head (LMDB), the history (LMDB, as of any sequence) and a map in memory
// (tests, simulation). decide() reads through Reader, evolve() writes through Writer, and the queries of projections/
// read through Reader, so that a question about now and a question about then are the same code.
//
// Threads: as the implementation says; none of them is used by two threads at once.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "reflect/record.h"
#include "registry/records.h"

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
  stage_versions,    // registry id, stage, 0, model id, be64 number -> (empty)
  upstream,          // downstream node key, 0, upstream node key, relation -> EdgeRecord
  downstream,        // upstream node key, 0, downstream node key, relation -> EdgeRecord
  automations,       // automation id                      -> AutomationRecord
  automation_names,  // name                               -> automation id
  triggers,          // automation id, be64 event sequence -> be64 sequence of the automation.triggered event
  deliveries,        // delivery id                        -> DeliveryRecord
  secrets,           // name                               -> SecretRecord
  run_versions,      // run key, 0, model id, be64 number  -> (empty): the versions that name it as their run
  run_evaluations,   // run key, 0, model id, be64 number, evaluation id -> (empty): those that it made
  usage,             // model id, be64 number, consumer    -> UsageRecord
  evaluations,       // model id, be64 number, evaluation id -> EvaluationRecord
  principals,        // principal id                       -> PrincipalRecord
  team_members,      // team id, principal id              -> (empty)
  teams_of,          // principal id, team id              -> (empty)
  roles,             // principal id, scope (roles.h)      -> RoleRecord
  role_holders,      // scope, principal id                -> (empty)
  tokens,            // token id                           -> TokenRecord
  tokens_of,         // principal id, token id             -> (empty)
  former_holders,    // model id, alias                    -> FormerHoldersRecord
  erased_texts,      // digest                             -> (empty)
};
inline constexpr std::size_t kTableCount = 31;
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
inline std::string of_version(ModelId m, VersionNumber n, std::string_view rest) {
  return version(m, n).append(rest);
}
inline std::string pair(std::string_view first_id, std::string_view second_id) {
  return std::string(first_id).append(second_id);
}
inline std::string stage_version(RegistryId r, std::string_view stage, ModelId m, VersionNumber n) {
  return std::string(r.bytes()).append(stage).append(1, '\0').append(version(m, n));
}
// Of 0, 16 or 32 bytes: the whole server, a registry, a model.
std::string scope(const RoleScope& scope);
// Among the holders of all roles: the length of the scope first, so that none begins like another.
std::string role_holder(const RoleScope& on, PrincipalId holder);
// "version/<id>", ...: short enough for an LMDB key pair (the caller's ids are cut to a digest beyond 128 bytes).
std::string node(const Node& node);
std::string edge(const Node& near, const Node& far, Relation relation);
// What stands behind it in run_versions and run_evaluations begins with a model's id.
std::string of_run(const Label& run);
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
std::optional<UsageRecord> find_usage(const Reader& reader, ModelId id, VersionNumber version,
                                      const Label& consumer);
std::optional<AutomationRecord> find_automation(const Reader& reader, const Label& name);
std::optional<PrincipalRecord> find_principal(const Reader& reader, PrincipalId id);
std::optional<TokenRecord> find_token(const Reader& reader, TokenId id);
// Whether a token was ever issued: from then on nobody comes in without one.
bool is_locked(const Reader& reader);
// Nobody can read it any more.
bool is_erased(const Reader& reader, const TextRef& text);
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
