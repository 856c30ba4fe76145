// Questions of more than one record, over any Reader: of now (HeadReader), of then (AsOf), of a test
// (MemoryState). Pages run over immutable keys, so that they neither skip nor repeat; `after` is the key a
// page ended with (Page::next). A page holds at most kMaxPageSize records, whatever is asked for, and ends early, with
// a `next`, behind kMaxPageBytes of them as they are stored, or when a filtered one has looked at kMaxRowsScanned.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "registry/state.h"

namespace herald::projections {

struct PageRequest {
  std::string after;  // Page::next of the page before; empty: the first
  std::size_t limit = limits::kDefaultPageSize;
};

template <class Record>
struct Page {
  std::vector<Record> items;
  std::vector<std::string> keys;    // of each item: `next`, were the page cut behind it
  std::optional<std::string> next;  // absent: this is the last page
};

// Which of them the asker is shown; empty: all.
template <class Record>
using Shown = std::function<bool(const Record&)>;

Page<registry::RegistryRecord> list_registries(const registry::Reader& reader, const PageRequest& page,
                                               const Shown<registry::RegistryRecord>& shown = {});
// In the order of their ids, which is that in which the server was asked for them (IdSource). `name_part`: only names
// that contain it (empty: all).
Page<registry::ModelRecord> list_models(const registry::Reader& reader,
                                        std::optional<registry::RegistryId> registry,
                                        std::string_view name_part, const PageRequest& page,
                                        const Shown<registry::ModelRecord>& shown = {});
// The same of one registry, without what was deleted: those of a small one are looked up by name, so that what other registries
// hold costs nothing.
Page<registry::ModelRecord> list_models_in(const registry::Reader& reader, registry::RegistryId registry,
                                           std::string_view name_part, const PageRequest& page,
                                           const Shown<registry::ModelRecord>& shown = {});
// Newest first; as of an early moment it costs no more for what was registered since. What was deleted is among them.
Page<registry::VersionRecord> list_versions(const registry::Reader& reader, registry::ModelId model,
                                            const PageRequest& page,
                                            const Shown<registry::VersionRecord>& shown = {});
// Those that are in a stage, by the ids of their models; without what was deleted.
struct StagedVersion {
  registry::ModelRecord model;
  registry::VersionRecord version;
};
Page<StagedVersion> list_stage(const registry::Reader& reader, registry::RegistryId registry,
                               const registry::StageName& stage, const PageRequest& page,
                               const Shown<registry::ModelRecord>& shown = {});
// All of a model (at most kMaxAliasesPerModel), by name; without `latest`.
std::vector<registry::AliasRecord> list_aliases(const registry::Reader& reader, registry::ModelId model);
// The same, by the version that each is at.
std::map<registry::VersionNumber, std::vector<registry::AliasName>> aliases_by_version(
    const registry::Reader& reader, registry::ModelId model);
// Of the model and all its versions when `version` is absent, else of that version; oldest first.
Page<registry::CommentRecord> list_comments(const registry::Reader& reader, registry::ModelId model,
                                            std::optional<registry::VersionNumber> version,
                                            const PageRequest& page);
// The versions that an artifact is linked to, as far as `wanted` keeps them.
struct LinkedVersion {
  registry::ModelId model_id;
  registry::VersionNumber version;
};
Page<LinkedVersion> list_versions_of(const registry::Reader& reader, registry::ArtifactId artifact,
                                     const PageRequest& page,
                                     const std::function<bool(const LinkedVersion&)>& wanted);
// Those that are not deleted, as far as `wanted` keeps them.
Page<registry::ArtifactRecord> list_artifacts(
    const registry::Reader& reader, const PageRequest& page,
    const std::function<bool(const registry::ArtifactRecord&)>& wanted = {});
Page<registry::AutomationRecord> list_automations(const registry::Reader& reader, const PageRequest& page);
// Newest first.
Page<registry::DeliveryRecord> list_deliveries(const registry::Reader& reader,
                                               std::optional<registry::AutomationId> automation,
                                               std::optional<registry::DeliveryState> state,
                                               const PageRequest& page);
std::vector<registry::SecretRecord> list_secrets(const registry::Reader& reader);  // those in force

// ---- what was done with versions ----
// Of the model and all its versions when `version` is absent, else of that version. `wanted` may add to a record what is
// known of it elsewhere; what it refuses is left out.
Page<registry::UsageRecord> list_usage(const registry::Reader& reader, registry::ModelId model,
                                       std::optional<registry::VersionNumber> version,
                                       const std::function<bool(registry::UsageRecord&)>& wanted,
                                       const PageRequest& page);
// The same, of the newest version first, and of each the newest evaluation first.
Page<registry::EvaluationRecord> list_evaluations(
    const registry::Reader& reader, registry::ModelId model, std::optional<registry::VersionNumber> version,
    const std::function<bool(const registry::EvaluationRecord&)>& wanted, const PageRequest& page);

}  // namespace herald::projections
