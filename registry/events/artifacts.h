// What can happen to an artifact.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

#include "registry/facts.h"

namespace herald::registry {

// `digest`: of the manifest, a blob: compact JSON [{"path","bytes","digest"}] sorted by path. With a `reference` the bytes
// are there and not here: `digest` is what the caller says of them, and there is no manifest.
struct ArtifactCommitted {
  static constexpr std::string_view kType = "artifact.committed";
  ArtifactId artifact_id;
  Label artifact;
  Label kind;  // "model", "dataset", ...: free
  Digest digest;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::optional<Uri> reference = {};
};
BOOST_DESCRIBE_STRUCT(ArtifactCommitted, (), (artifact_id, artifact, kind, digest, files, bytes, reference))

// No version is linked to it.
struct ArtifactDeleted {
  static constexpr std::string_view kType = "artifact.deleted";
  ArtifactId artifact_id;
  Label artifact;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(ArtifactDeleted, (), (artifact_id, artifact, reason))

}  // namespace herald::registry
