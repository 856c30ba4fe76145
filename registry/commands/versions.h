// What may be asked of a version of a model.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reflect/describe.h"
#include "registry/commands/addresses.h"
#include "registry/commands/aliases.h"
#include "registry/facts.h"

namespace herald::registry {

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
  std::optional<Card> card;
  MovesProtected moves_protected = MovesProtected::no;
  std::optional<Reason> reason = {};
};

// Absent: left as it is. Metadata and metrics are replaced as a whole. `expected_changed`: refuse when the version
// was changed by an event after that sequence. `reason`: of what changes, and refused where nothing is to. A version
// that is ready may fail but cannot become pending again; every other change of status is allowed.
struct UpdateVersion : VersionAddress {
  std::optional<Run> run;
  std::optional<json::Raw> metadata;
  std::optional<std::map<std::string, double>> metrics;
  std::optional<TextRef> description;
  std::optional<VersionStatus> status;
  std::optional<Reason> reason;
  std::optional<std::uint64_t> expected_changed;
  MovesProtected moves_protected =
      MovesProtected::no;  // run, metadata and status are what an alias stands for
};

// Its aliases go with `remove_aliases`; a version that has some is not deleted without. Nothing but restoring changes a
// deleted version, and no alias comes to it.
struct DeleteVersion : VersionAddress {
  bool remove_aliases = false;
  MovesProtected moves_protected = MovesProtected::no;
  std::optional<Reason> reason;
};
struct RestoreVersion : VersionAddress {
  std::optional<Reason> reason;
};

// `to` absent: out of its stage. `expected`: the stage that it must be in now.
struct TransitionStage : VersionAddress {
  std::optional<StageName> to;
  reflect::Nullable<StageName> expected;
  std::optional<Reason> reason;
};

}  // namespace herald::registry
