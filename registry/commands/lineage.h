// What may be asked of lineage, and of what was done with versions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "registry/commands/addresses.h"
#include "registry/events/usage.h"
#include "registry/facts.h"

namespace herald::registry {

// A node as callers write it: exactly one of these.
struct NodeAddress {
  std::optional<VersionAddress> version;
  std::optional<ArtifactId> artifact;
  std::optional<Label> run;
  std::optional<Label> dataset;
  std::optional<Label> deployment = {};
};
// An edge that is there is a no-op; one that would close a circle is refused.
struct RecordLineage {
  NodeAddress upstream;
  Relation relation = Relation::used;
  NodeAddress downstream;
};

// Said by a consumer, or counted from what it resolved. `until` is not before `since`.
struct RecordUsage : VersionAddress {
  Label consumer;
  std::optional<AliasName> alias;
  std::uint64_t count = 1;
  Timestamp since, until;
};

// `dataset`: a data set, or an artifact that is one.
struct RecordEvaluation : VersionAddress {
  EvaluationId new_id;
  std::optional<Label> name;
  std::optional<NodeAddress> dataset;
  std::optional<Label> run;
  std::map<std::string, double> metrics;
  std::vector<EvaluationFile> files;  // durable blobs
};

}  // namespace herald::registry
