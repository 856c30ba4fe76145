#include "api/compared_files.h"

#include <algorithm>

#include "base/limits.h"
#include "reflect/json_read.h"

namespace herald::api {

// An entry of an artifact's list of files.
struct ListedEntry {
  std::string path;
  std::uint64_t bytes = 0;
  Digest digest;
};
BOOST_DESCRIBE_STRUCT(ListedEntry, (), (path, bytes, digest))

namespace {

Result<std::vector<ListedEntry>> listed_entries(const BlobStore& blobs, const Digest& digest) {
  HERALD_TRY(const auto blob, blobs.open(digest));
  if (!blob) return error(Cause::busy, "files of an artifact are on their way: try again");
  HERALD_TRY(const std::string text, blob->read(0, blob->size()));
  return json::from_json<std::vector<ListedEntry>>(text, json::Mode::stored);
}

}  // namespace

Result<void> ComparedFiles::read(std::vector<projections::Comparable>& versions) {
  std::set<Digest> common;
  if (show_ == projections::Show::differences) common = common_lists(versions);
  const std::vector<FilesOfArtifact> own = own_files(versions, common);
  if (own.empty() && common.size() == 1) {
    count_common(versions, *common.begin());
    return {};
  }
  truncated_ = !can_be_read(own, common);
  for (const FilesOfArtifact& files : own) HERALD_CHECK(add(*files.of, files.place));
  for (const Digest& digest : common) HERALD_CHECK(add_common(versions, digest));
  same_ += common_paths_.size();
  return {};
}

// Lists of files that all versions have: what is in them alone does not differ.
std::set<Digest> ComparedFiles::common_lists(const std::vector<projections::Comparable>& versions) const {
  std::map<Digest, std::size_t> having;
  for (const projections::Comparable& of : versions) {
    std::set<Digest> lists;
    for (const registry::LinkedArtifact& linked : of.version.artifacts)
      if (!reference_of_artifact(linked)) lists.insert(linked.digest);
    for (const Digest& digest : lists) ++having[digest];
  }
  std::set<Digest> common;
  for (const auto& [digest, count] : having)
    if (count == versions.size()) common.insert(digest);
  return common;
}

std::vector<ComparedFiles::FilesOfArtifact> ComparedFiles::own_files(
    std::vector<projections::Comparable>& versions, const std::set<Digest>& common) const {
  std::vector<FilesOfArtifact> own;
  for (projections::Comparable& of : versions) {
    for (std::size_t place = 0; place < of.version.artifacts.size(); ++place) {
      const registry::LinkedArtifact& linked = of.version.artifacts[place];
      if (reference_of_artifact(linked) || !common.contains(linked.digest)) own.push_back({&of, place});
    }
  }
  return own;
}

bool ComparedFiles::can_be_read(const std::vector<FilesOfArtifact>& own,
                                const std::set<Digest>& common) const {
  std::vector<Digest> lists(common.begin(), common.end());
  for (const FilesOfArtifact& files : own)
    if (!reference_of_artifact(files.linked())) lists.push_back(files.linked().digest);
  std::uint64_t bytes = 0;
  for (const Digest& digest : lists) {
    const auto size = blobs_.size(digest);
    if (!size || *size > limits::kMaxManifestBytes - bytes) return false;
    bytes += *size;
  }
  return true;
}

const registry::ArtifactRecord* ComparedFiles::artifact_of(const registry::LinkedArtifact& linked) const {
  const auto found = artifacts_.find(linked.artifact_id);
  return found == artifacts_.end() ? nullptr : &found->second;
}

std::optional<registry::Uri> ComparedFiles::reference_of_artifact(
    const registry::LinkedArtifact& linked) const {
  const auto* artifact = artifact_of(linked);
  return artifact == nullptr ? std::nullopt : artifact->reference;
}

Result<void> ComparedFiles::add(projections::Comparable& of, std::size_t place) const {
  const registry::LinkedArtifact& linked = of.version.artifacts[place];
  const auto reference = reference_of_artifact(linked);
  if (reference || truncated_) {
    of.files[linked.artifact.str()].push_back({linked.digest, place, std::nullopt, reference});
    return {};
  }
  HERALD_TRY(const auto entries, listed_entries(blobs_, linked.digest));
  for (const ListedEntry& entry : entries) of.files[entry.path].push_back({entry.digest, place, entry.bytes});
  return {};
}

// Files of a list that all versions have are beside the others at their paths, where there are such, and are the same elsewhere.
Result<void> ComparedFiles::add_common(std::vector<projections::Comparable>& versions, const Digest& digest) {
  if (truncated_) {
    count_common(versions, digest);
    return {};
  }
  HERALD_TRY(const auto entries, listed_entries(blobs_, digest));
  for (const ListedEntry& entry : entries) {
    const bool is_alone =
        std::none_of(versions.begin(), versions.end(),
                     [&](const projections::Comparable& of) { return of.files.contains(entry.path); });
    if (is_alone) {
      common_paths_.insert(entry.path);
      continue;
    }
    for (projections::Comparable& of : versions)
      of.files[entry.path].push_back({entry.digest, place_of(of, digest), entry.bytes});
  }
  return {};
}

// The first in the order of ids, in whatever order they are linked.
std::size_t ComparedFiles::place_of(const projections::Comparable& of, const Digest& digest) const {
  const auto& artifacts = of.version.artifacts;
  std::size_t found = artifacts.size();
  for (std::size_t place = 0; place < artifacts.size(); ++place) {
    const bool has_it = artifacts[place].digest == digest && !reference_of_artifact(artifacts[place]);
    const bool is_first =
        found == artifacts.size() || artifacts[place].artifact_id < artifacts[found].artifact_id;
    if (has_it && is_first) found = place;
  }
  return found;
}

void ComparedFiles::count_common(const std::vector<projections::Comparable>& versions, const Digest& digest) {
  const projections::Comparable& first = versions.front();
  const auto* artifact = artifact_of(first.version.artifacts[place_of(first, digest)]);
  same_ += artifact == nullptr ? 1 : std::max<std::uint64_t>(artifact->files, 1);
}

}  // namespace herald::api
