// What may be asked of an artifact.
#pragma once

#include <cstdint>
#include <optional>

#include "registry/commands/addresses.h"
#include "registry/commands/aliases.h"
#include "registry/facts.h"

namespace herald::registry {

struct CommitArtifact {
  ArtifactId new_id;
  Label name;
  Label kind;
  Digest manifest;  // a durable blob; of a reference, what the caller says that the bytes hash to
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::optional<Uri> reference = {};  // the bytes are there, and `files` may be zero
};

struct LinkArtifact : VersionAddress {
  ArtifactId artifact_id;
  MovesProtected moves_protected = MovesProtected::no;
  std::optional<Reason> reason = {};
};
struct UnlinkArtifact : VersionAddress {
  ArtifactId artifact_id;
  MovesProtected moves_protected = MovesProtected::no;
  std::optional<Reason> reason = {};
};

// Refused while a version is linked to it. Its blobs stay.
struct DeleteArtifact {
  ArtifactId artifact_id;
  std::optional<Reason> reason;
};

}  // namespace herald::registry
