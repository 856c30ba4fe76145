// The files of versions that are compared, read from the lists of their artifacts.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "api/ports.h"
#include "projections/compare.h"

namespace herald::api {

using ArtifactsById = std::map<registry::ArtifactId, registry::ArtifactRecord>;

// The files of versions, whatever artifacts they are in and in whatever order those are linked. Lists of files are read all or
// none, since of a version whose files are not known nothing could be said to differ: where they have more than
// kMaxManifestBytes together, or one is not there, artifacts are told by their digests, under their names.
//
// One thread; reads blobs, and so belongs into the pool. Errors: unavailable, of reading them; busy, of one that went meanwhile.
class ComparedFiles {
 public:
  // Borrows both. `artifacts`: those of the versions, as far as there are any.
  ComparedFiles(const BlobStore& blobs, const ArtifactsById& artifacts, projections::Show show)
      : blobs_(blobs), artifacts_(artifacts), show_(show) {}

  // Fills in Comparable::files. Where differences alone are shown, without those that all versions have alike by an artifact
  // that all of them have: same() counts them.
  Result<void> read(std::vector<projections::Comparable>& versions);
  std::uint64_t same() const { return same_; }
  bool truncated() const { return truncated_; }  // artifacts were told by their digests

 private:
  struct FilesOfArtifact {
    projections::Comparable* of;
    std::size_t place;  // of the artifact in the version
    const registry::LinkedArtifact& linked() const { return of->version.artifacts[place]; }
  };

  std::set<Digest> common_lists(const std::vector<projections::Comparable>& versions) const;
  std::vector<FilesOfArtifact> own_files(std::vector<projections::Comparable>& versions,
                                         const std::set<Digest>& common) const;
  bool can_be_read(const std::vector<FilesOfArtifact>& own, const std::set<Digest>& common) const;
  const registry::ArtifactRecord* artifact_of(const registry::LinkedArtifact& linked) const;
  std::optional<registry::Uri> reference_of_artifact(const registry::LinkedArtifact& linked) const;
  Result<void> add(projections::Comparable& of, std::size_t place) const;
  Result<void> add_common(std::vector<projections::Comparable>& versions, const Digest& digest);
  std::size_t place_of(const projections::Comparable& of, const Digest& digest) const;
  void count_common(const std::vector<projections::Comparable>& versions, const Digest& digest);

  const BlobStore& blobs_;
  const ArtifactsById& artifacts_;
  projections::Show show_;
  std::set<std::string> common_paths_;  // at which there is nothing else
  std::uint64_t same_ = 0;
  bool truncated_ = false;
};

}  // namespace herald::api
