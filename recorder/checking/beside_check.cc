#include "recorder/checking/beside_check.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "base/digest.h"
#include "registry/digests.h"

namespace herald::recorder::checking {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTexts = "texts";
constexpr std::size_t kSlice = 1 << 20;

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Digest digest_of_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  Sha256 hash;
  std::string slice(kSlice, '\0');
  while (file) {
    file.read(slice.data(), static_cast<std::streamsize>(slice.size()));
    hash.update(std::string_view(slice).substr(0, static_cast<std::size_t>(file.gcount())));
  }
  return hash.finish();
}

}  // namespace

void WorkCheck::after(const registry::Event& event) {
  is_needed_ = is_needed_ || std::holds_alternative<registry::SecretSet>(event.payload) ||
               std::holds_alternative<registry::PrincipalCreated>(event.payload) ||
               std::holds_alternative<registry::CommentAdded>(event.payload) ||
               std::holds_alternative<registry::ModelDescribed>(event.payload) ||
               std::holds_alternative<registry::ModelCarded>(event.payload) ||
               std::holds_alternative<registry::VersionCarded>(event.payload);
}

void WorkCheck::finish() {
  if (!fs::exists(folder_ + "/data.mdb")) {
    if (is_needed_)
      findings_.add("work", "there is none, and events name texts, secrets or principals that were in it");
    return;
  }
  const auto environment = lmdb::Environment::open({.path = folder_, .map_size = kReadingMapSize});
  if (!environment) return findings_.add("work", environment.error().message);
  const auto names = (*environment)->table_names();
  if (!names) return findings_.add("work", names.error().message);
  for (const std::string& name : *names) {
    const auto table = (*environment)->table(name.c_str());
    if (!table) return findings_.add("work", table.error().message);
    walk((*environment)->read(), *table, fmt::format("work: {}", name), findings_,
         [&](const lmdb::Entry& row) {
           if (name == kTexts && sha256(row.value).bytes() != row.key)
             findings_.add("work: texts",
                           fmt::format("the text {} has other bytes than its digest says", to_hex(row.key)));
         });
  }
}

void BlobCheck::after(const registry::Event& event) {
  if (const auto* evaluation = std::get_if<registry::EvaluationRecorded>(&event.payload)) {
    for (const registry::EvaluationFile& file : evaluation->files) {
      if (!is_there(file.digest))
        findings_.add(event_place(Sequence(event.sequence)),
                      fmt::format("a file of the evaluation, blob {}, is missing", file.digest.str()));
    }
  }
  const auto* artifact = std::get_if<registry::ArtifactCommitted>(&event.payload);
  if (artifact == nullptr || artifact->reference) return;  // of a reference the bytes are elsewhere
  const std::string where = event_place(Sequence(event.sequence));
  if (!is_there(artifact->digest))
    return findings_.add(
        where, fmt::format("the list of the artifact's files, blob {}, is missing", artifact->digest.str()));
  for (const Digest& file : registry::digests_named_in(contents(path_of(artifact->digest)))) {
    if (!is_there(file))
      findings_.add(where, fmt::format("a file of the artifact, blob {}, is missing", file.str()));
  }
}

void BlobCheck::finish() {
  if (!fs::exists(folder_)) return;
  for (const fs::directory_entry& shelf : fs::directory_iterator(folder_)) {
    if (!shelf.is_directory() || shelf.path().filename() == "incoming") continue;
    for (const fs::directory_entry& blob : fs::directory_iterator(shelf.path())) {
      const std::string name = shelf.path().filename().string() + blob.path().filename().string();
      if (digest_of_file(blob.path()).hex() != name)
        findings_.add("blobs", fmt::format("the blob {} has other bytes than its name says", name));
    }
  }
}

std::string BlobCheck::path_of(const Digest& digest) const {
  const std::string hex = digest.hex();
  return folder_ + "/" + hex.substr(0, 2) + "/" + hex.substr(2);
}

bool BlobCheck::is_there(const Digest& digest) const {
  return fs::exists(path_of(digest));
}

}  // namespace herald::recorder::checking
