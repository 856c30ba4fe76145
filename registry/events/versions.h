// What can happen to a version of a model.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "registry/events/of.h"

namespace herald::registry {

struct VersionRegistered : OfVersion {
  static constexpr std::string_view kType = "version.registered";
  std::optional<Uri> source;
  std::optional<Digest> digest;
  std::optional<Run> run;
  json::Raw metadata;  // an object
  std::map<std::string, double> metrics;
  VersionStatus status = VersionStatus::ready;
  std::optional<TextRef> description;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(VersionRegistered, (OfVersion),
                      (source, digest, run, metadata, metrics, status, description, reason))

// Those parts that changed, as they were and as they are.
struct VersionFacts {
  std::optional<Run> run;
  std::optional<json::Raw> metadata;
  std::optional<std::map<std::string, double>> metrics;
  std::optional<TextRef> description;
  friend bool operator==(const VersionFacts&, const VersionFacts&) = default;
};
BOOST_DESCRIBE_STRUCT(VersionFacts, (), (run, metadata, metrics, description))

struct VersionUpdated : OfVersion {
  static constexpr std::string_view kType = "version.updated";
  VersionFacts from, to;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(VersionUpdated, (OfVersion), (from, to, reason))

struct VersionStatusChanged : OfVersion {
  static constexpr std::string_view kType = "version.status-changed";
  VersionStatus from = VersionStatus::pending, to = VersionStatus::ready;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(VersionStatusChanged, (OfVersion), (from, to, reason))

struct VersionLinked : OfVersion {
  static constexpr std::string_view kType = "version.linked";
  ArtifactId artifact_id;
  Label artifact;
  Digest artifact_digest;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(VersionLinked, (OfVersion), (artifact_id, artifact, artifact_digest, reason))

struct VersionUnlinked : OfVersion {
  static constexpr std::string_view kType = "version.unlinked";
  ArtifactId artifact_id;
  Label artifact;
  Digest artifact_digest;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(VersionUnlinked, (OfVersion), (artifact_id, artifact, artifact_digest, reason))

struct VersionCarded : OfVersion {
  static constexpr std::string_view kType = "version.carded";
  std::optional<Card> from, to;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(VersionCarded, (OfVersion), (from, to, reason))

// A tombstone: the number stays taken, and the facts can be read as of before.
struct VersionDeleted : OfVersion {
  static constexpr std::string_view kType = "version.deleted";
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(VersionDeleted, (OfVersion), (reason))

struct VersionRestored : OfVersion {
  static constexpr std::string_view kType = "version.restored";
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(VersionRestored, (OfVersion), (reason))

// Absent: in no stage.
struct StageTransitioned : OfVersion {
  static constexpr std::string_view kType = "stage.transitioned";
  std::optional<StageName> from, to;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(StageTransitioned, (OfVersion), (from, to, reason))

}  // namespace herald::registry
