#include <algorithm>

#include "registry/evolving/apply.h"

namespace herald::registry::evolving {
namespace {

template <class Change>
void change_version(const Step& step, const OfVersion& of, Change&& change) {
  step.update<VersionRecord>(Table::versions, keys::version(of.model_id, of.version),
                             [&](VersionRecord& version) {
                               change(version);
                               version.changed = step.mark;
                             });
}

void index_status(const Step& step, const OfVersion& of, VersionStatus status) {
  const std::string key = keys::version(of.model_id, of.version);
  if (status == VersionStatus::ready) {
    step.state.put(Table::ready_versions, key, {});
  } else {
    step.state.erase(Table::ready_versions, key);
  }
}

void index_run(const Step& step, const OfVersion& of, const std::optional<Run>& before,
               const std::optional<Run>& now) {
  const std::string version = keys::version(of.model_id, of.version);
  if (before) step.state.erase(Table::run_versions, keys::of_run(before->id) + version);
  if (now) step.state.put(Table::run_versions, keys::of_run(now->id) + version, {});
}

std::optional<VersionNumber> highest_ready_below(const Reader& state, const OfVersion& of) {
  const std::string_view model = of.model_id.bytes();
  std::optional<VersionNumber> highest;
  state.scan_back(Table::ready_versions, model, keys::version(of.model_id, of.version),
                  [&](std::string_view key, std::string_view) {
                    highest = VersionNumber(read_be64(key.substr(model.size())));
                    return false;
                  });
  return highest;
}

// Both store the model only where its `latest` is another now: a change of a version's status is none of the model's.
void become_latest(const Step& step, const OfVersion& of) {
  auto model = step.load<ModelRecord>(Table::models, of.model_id.bytes());
  if (model.latest && *model.latest >= of.version) return;
  model.latest = of.version;
  step.store(Table::models, of.model_id.bytes(), model);
}

void leave_latest(const Step& step, const OfVersion& of) {
  auto model = step.load<ModelRecord>(Table::models, of.model_id.bytes());
  if (model.latest != of.version) return;
  model.latest = highest_ready_below(step.state, of);
  step.store(Table::models, of.model_id.bytes(), model);
}

}  // namespace

void apply(const Step& step, const VersionRegistered& fact) {
  VersionRecord version;
  version.model_id = fact.model_id;
  version.number = fact.version;
  version.source = fact.source;
  version.digest = fact.digest;
  version.run = fact.run;
  version.metadata = fact.metadata;
  version.metrics = fact.metrics;
  version.status = fact.status;
  version.description = fact.description;
  version.created = version.changed = step.mark;
  step.store(Table::versions, keys::version(fact.model_id, fact.version), version);
  index_status(step, fact, fact.status);
  index_run(step, fact, std::nullopt, fact.run);
  step.update<ModelRecord>(Table::models, fact.model_id.bytes(), [&](ModelRecord& model) {
    model.last_version = fact.version;
    if (fact.status == VersionStatus::ready) model.latest = fact.version;
    model.changed = step.mark;
  });
}

void apply(const Step& step, const VersionUpdated& fact) {
  change_version(step, fact, [&](VersionRecord& version) {
    if (fact.to.run) version.run = fact.to.run;
    if (fact.to.metadata) version.metadata = *fact.to.metadata;
    if (fact.to.metrics) version.metrics = *fact.to.metrics;
    if (fact.to.description) version.description = fact.to.description;
  });
  if (fact.to.run) index_run(step, fact, fact.from.run, fact.to.run);
}

void apply(const Step& step, const VersionCarded& fact) {
  change_version(step, fact, [&](VersionRecord& version) { version.card = fact.to; });
}

void apply(const Step& step, const VersionStatusChanged& fact) {
  change_version(step, fact, [&](VersionRecord& version) { version.status = fact.to; });
  index_status(step, fact, fact.to);
  if (fact.to == VersionStatus::ready) {
    become_latest(step, fact);
  } else {
    leave_latest(step, fact);
  }
}

void apply(const Step& step, const VersionLinked& fact) {
  change_version(step, fact, [&](VersionRecord& version) {
    version.artifacts.push_back({fact.artifact_id, fact.artifact, fact.artifact_digest});
  });
  step.state.put(Table::artifact_links, keys::artifact_link(fact.artifact_id, fact.model_id, fact.version),
                 {});
}

void apply(const Step& step, const VersionUnlinked& fact) {
  change_version(step, fact, [&](VersionRecord& version) {
    std::erase_if(version.artifacts,
                  [&](const LinkedArtifact& link) { return link.artifact_id == fact.artifact_id; });
  });
  step.state.erase(Table::artifact_links, keys::artifact_link(fact.artifact_id, fact.model_id, fact.version));
}

// What was ready before it was deleted is ready again when it is restored.
void apply(const Step& step, const VersionDeleted& fact) {
  change_version(step, fact, [&](VersionRecord& version) { version.deleted = step.mark; });
  step.state.erase(Table::ready_versions, keys::version(fact.model_id, fact.version));
  leave_latest(step, fact);
}

void apply(const Step& step, const VersionRestored& fact) {
  VersionStatus status = VersionStatus::pending;
  change_version(step, fact, [&](VersionRecord& version) {
    version.deleted.reset();
    status = version.status;
  });
  index_status(step, fact, status);
  if (status == VersionStatus::ready) become_latest(step, fact);
}

void apply(const Step& step, const StageTransitioned& fact) {
  change_version(step, fact, [&](VersionRecord& version) {
    version.stage = fact.to;
    version.staged = step.mark;
  });
  const auto row = [&](const StageName& stage) {
    return keys::stage_version(fact.registry_id, stage.str(), fact.model_id, fact.version);
  };
  if (fact.from) step.state.erase(Table::stage_versions, row(*fact.from));
  if (fact.to) step.state.put(Table::stage_versions, row(*fact.to), {});
}

void apply(const Step& step, const ArtifactCommitted& fact) {
  ArtifactRecord artifact;
  artifact.id = fact.artifact_id;
  artifact.name = fact.artifact;
  artifact.kind = fact.kind;
  artifact.digest = fact.digest;
  artifact.files = fact.files;
  artifact.bytes = fact.bytes;
  artifact.reference = fact.reference;
  artifact.created = step.mark;
  step.store(Table::artifacts, fact.artifact_id.bytes(), artifact);
}

void apply(const Step& step, const ArtifactDeleted& fact) {
  step.update<ArtifactRecord>(Table::artifacts, fact.artifact_id.bytes(),
                              [&](ArtifactRecord& artifact) { artifact.deleted = step.mark; });
}

}  // namespace herald::registry::evolving
