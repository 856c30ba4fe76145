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

// Stores the model only where its `latest` is another now: a change of status is no change of the model itself.
void follow_latest(const Step& step, const OfVersion& of, VersionStatus status) {
  auto model = step.load<ModelRecord>(Table::models, of.model_id.bytes());
  const auto before = model.latest;
  if (status == VersionStatus::ready) {
    model.latest = std::max(before.value_or(of.version), of.version);
  } else if (before == of.version) {
    model.latest = highest_ready_below(step.state, of);
  }
  if (model.latest != before) step.store(Table::models, of.model_id.bytes(), model);
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
}

void apply(const Step& step, const VersionStatusChanged& fact) {
  change_version(step, fact, [&](VersionRecord& version) { version.status = fact.to; });
  index_status(step, fact, fact.to);
  follow_latest(step, fact, fact.to);
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

void apply(const Step& step, const ArtifactCommitted& fact) {
  step.store(Table::artifacts, fact.artifact_id.bytes(),
             ArtifactRecord{fact.artifact_id, fact.artifact, fact.kind, fact.digest, fact.files, fact.bytes,
                            step.mark});
}

void apply(const Step& step, const LineageRecorded& fact) {
  const EdgeRecord edge{fact.upstream, fact.relation, fact.downstream, step.mark};
  step.store(Table::upstream, keys::edge(fact.downstream, fact.upstream, fact.relation), edge);
  step.store(Table::downstream, keys::edge(fact.upstream, fact.downstream, fact.relation), edge);
}

}  // namespace herald::registry::evolving
