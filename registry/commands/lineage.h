// What may be asked of lineage, and of what was done with versions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "registry/access.h"
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
// An edge that is there is a no-op; one that would close a circle is refused, and the way around it named: of the
// versions on it only those that `access` sees.
struct RecordLineage {
  NodeAddress upstream;
  Relation relation = Relation::used;
  NodeAddress downstream;
  Access access = Access::unlimited();
};

// One report of a consumer. It is recorded when it is the first one of its clock hour (UTC); else it is a no-op, and what it
// reported is recorded when the hour is over, by a command whose `count` is 0. So of each version and consumer the log has two
// events for an hour, and one more for each stop of the server in it, which together count all that was reported. `total` is
// all that the consumer ever reported of this version, this report among it: what the log has already is not recorded again.
// `model_id`: the model that is meant, of which alone it counts. Where `count` is 0, it stands in place of registry and name: by
// then it may have been renamed or deleted, and its name be another's. Else a name that is another's by now is refused.
struct RecordUsage : VersionAddress {
  Label consumer;
  std::optional<AliasName> alias;
  std::uint64_t count = 1, total = 1;
  Timestamp at;
  std::optional<ModelId> model_id = {};
};

// `dataset`: a data set, an artifact that is one, or a version of a registry of data sets.
struct RecordEvaluation : VersionAddress {
  EvaluationId new_id;
  std::optional<Label> name;
  std::optional<NodeAddress> dataset;
  std::optional<Label> run;
  std::map<std::string, double> metrics;
  std::vector<EvaluationFile> files;  // durable blobs
};

}  // namespace herald::registry
