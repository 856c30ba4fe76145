// Artifacts: named sets of files, each file a blob. What belongs to one is a blob too, its manifest: compact JSON,
// [{"path","bytes","digest"}] sorted by path.
#include <algorithm>
#include <unordered_set>

#include "api/authorisation.h"
#include "api/handlers.h"
#include "api/named_blobs.h"
#include "api/sight.h"
#include "api/writing.h"

namespace herald::api {

struct FileEntry {
  registry::FilePath path;
  std::uint64_t bytes = 0;
  Digest digest;
};
BOOST_DESCRIBE_STRUCT(FileEntry, (), (path, bytes, digest))

// Either files whose blobs are here, or a reference to bytes elsewhere, with what they hash to.
struct ArtifactRequest {
  registry::Label name;
  registry::Label kind;
  std::optional<std::vector<FileEntry>> files;
  std::optional<registry::Uri> reference;
  std::optional<Digest> digest;        // of a reference
  std::optional<std::uint64_t> bytes;  // of a reference, where known
};
BOOST_DESCRIBE_STRUCT(ArtifactRequest, (), (name, kind, files, reference, digest, bytes))

// What a decision says of the artifact it made.
struct ArtifactMade {
  registry::ArtifactId id;
};
BOOST_DESCRIBE_STRUCT(ArtifactMade, (), (id))

namespace {

std::string field_of_file(std::size_t index, std::string_view member) {
  return "files[" + std::to_string(index) + "]." + std::string(member);
}

// Each blob is there and has the size that was said.
Result<void> check_blobs(const Call& call, const std::vector<FileEntry>& files) {
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto size = size_of_named(call, files[i].digest);
    if (!size) return not_to_be_named(call, files[i].digest, files[i].path.str(), field_of_file(i, "digest"));
    if (*size != files[i].bytes) {
      return error(Cause::invalid_value,
                   shown(files[i].path.str()) + " has " + std::to_string(*size) + " bytes, not " +
                       std::to_string(files[i].bytes),
                   field_of_file(i, "bytes"));
    }
  }
  return {};
}

// Sorts; refuses a path that comes twice, or that is a file here and a folder there.
Result<void> sort_paths(std::vector<FileEntry>& files) {
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  std::unordered_set<std::string_view> paths;
  for (const FileEntry& file : files) paths.insert(file.path.str());
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string& path = files[i].path.str();
    if (i > 0 && path == files[i - 1].path.str()) {
      return error(Cause::duplicate_field, "the path " + shown(path) + " comes twice", "files");
    }
    for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
      const std::string_view folder = std::string_view(path).substr(0, slash);
      if (paths.contains(folder))
        return error(Cause::invalid_value, shown(folder) + " is a file and a folder at once", "files");
    }
  }
  return {};
}

Result<Digest> store_manifest(BlobStore& blobs, const std::string& manifest) {
  const Digest digest = sha256(manifest);
  if (blobs.size(digest)) return digest;
  HERALD_TRY(const auto upload, blobs.begin(digest, manifest.size()));
  HERALD_CHECK(upload->write(manifest));
  HERALD_CHECK(upload->finish());
  return digest;
}

Result<Answer> present_artifact(const registry::Reader& state, const work::Store& work,
                                const recorder::Recorded& recorded) {
  HERALD_TRY(const auto made, json::from_json<ArtifactMade>(recorded.answer, json::Mode::stored));
  const auto artifact =
      registry::find<registry::ArtifactRecord>(state, registry::Table::artifacts, made.id.bytes());
  if (!artifact)
    return error(Cause::not_found, "artifact " + made.id.str() + " is no longer there", "artifact");
  return answer_with(Presenter(state, work).artifact(*artifact), std::nullopt);
}

Result<registry::CommitArtifact> referenced(const Call& call, const ArtifactRequest& request) {
  if (request.files) {
    return error(Cause::invalid_value,
                 "an artifact has files, or is a reference to what is elsewhere: not both", "files");
  }
  if (!request.digest) {
    return error(
        Cause::missing_field,
        "\"digest\" is missing: the SHA-256 of what the reference leads to, so that what comes from there "
        "can be held against it",
        "digest");
  }
  return registry::CommitArtifact{
      call.new_id<registry::ArtifactId>(), request.name,     request.kind, *request.digest, 0,
      request.bytes.value_or(0),           request.reference};
}

// The files are durable, and so is the list of them.
Result<registry::CommitArtifact> of_files(const Call& call, const ArtifactRequest& request) {
  if (request.digest || request.bytes) {
    return error(Cause::invalid_value,
                 "\"digest\" and \"bytes\" are said of a reference; of files they are computed",
                 request.digest ? "digest" : "bytes");
  }
  if (!request.files) {
    return error(Cause::missing_field,
                 "\"files\" is missing: give files, or a reference to what is elsewhere", "files");
  }
  std::vector<FileEntry> files = *request.files;
  if (files.empty())
    return error(Cause::invalid_value, "\"files\" is empty: an artifact has at least one file", "files");
  if (files.size() > limits::kMaxFilesPerArtifact) {
    return error(Cause::too_many,
                 "\"files\" has " + std::to_string(files.size()) + " entries: at most " +
                     std::to_string(limits::kMaxFilesPerArtifact) + " are allowed",
                 "files");
  }
  HERALD_CHECK(check_blobs(call, files));
  HERALD_CHECK(sort_paths(files));
  HERALD_TRY(const Digest manifest, store_manifest(call.herald.parts.blobs, json::to_json(files)));
  registry::CommitArtifact command{
      call.new_id<registry::ArtifactId>(), request.name, request.kind, manifest, files.size(), 0};
  for (const FileEntry& file : files) command.bytes += file.bytes;
  return command;
}

Result<Outcome> prepare_artifact(const Call& call) {
  HERALD_TRY(const auto request, body_of<ArtifactRequest>(call));
  HERALD_TRY(auto command, request.reference ? referenced(call, request) : of_files(call, request));
  const auto present = [&work = call.herald.parts.work](const registry::Reader& state,
                                                        const recorder::Recorded& recorded) {
    return present_artifact(state, work, recorded);
  };
  return Write{std::move(command), {}, present};
}

Result<Outcome> commit_artifact(const Call& call) {
  return Blocking{[&call] { return prepare_artifact(call); }};
}

Result<registry::ArtifactRecord> artifact_in(const Call& call, const Sight& sight,
                                             const registry::Reader& state) {
  HERALD_TRY(const auto id, about("artifact", registry::ArtifactId::parse(call.path.at("artifact"))));
  HERALD_TRY(auto artifact, sight.artifact(state, id, "artifact"));
  if (artifact.deleted) {
    return error(
        Cause::not_found,
        "artifact " + id.str() + " was deleted by event " + std::to_string(artifact.deleted->sequence),
        "artifact");
  }
  return artifact;
}

Result<Outcome> get_artifact(const Call& call) {
  const Snapshot now = call.snapshot();
  const Sight sight(call);
  HERALD_TRY(const auto artifact, artifact_in(call, sight, now.state()));
  return answer_with(Presenter(now.state(), call.herald.parts.work)
                         .artifact(artifact, [&](registry::ModelId model) { return sight.sees(model); }),
                     now.sequence());
}

// Whether a version that the caller does not see holds it: one of a model that is there.
bool is_held_out_of_sight(const Sight& sight, const registry::Reader& state, registry::ArtifactId id) {
  bool is_held = false;
  std::string after;
  for (bool more = !sight.sees_all(); more && !is_held;) {
    more = false;
    state.scan(registry::Table::artifact_links, id.bytes(), after,
               [&](std::string_view key, std::string_view) {
                 const std::string_view holder = key.substr(0, 2 * id.bytes().size());
                 const registry::ModelId in(Uuid::from_bytes(holder.substr(id.bytes().size())));
                 const auto model = registry::find_model(state, in);
                 is_held = model && !model->deleted && !sight.sees(in);
                 after = std::string(holder).append(sizeof(std::uint64_t), '\xff');  // the next model
                 more = true;
                 return false;
               });
  }
  return is_held;
}

// Of nobody's versions any more. What somebody else made is deleted by a member of the whole server alone; a token of one
// registry or model, by which nobody can tell what was made for that, deletes nothing.
Result<Outcome> prepare_deletion(const Call& call) {
  HERALD_TRY(auto reason, reason_in_query(call));
  const Snapshot now = call.snapshot();
  const Sight sight(call);
  HERALD_TRY(const auto artifact, artifact_in(call, sight, now.state()));
  const bool may = call.access.on_server() >= registry::Role::member;
  if (!may && (call.access.is_scoped() || artifact.created.actor != call.actor.id)) {
    note_denied(call, to_string(Permission::write));
    return error(
        Cause::denied,
        "artifact " + artifact.id.str() +
            (call.access.is_scoped()
                 ? " is not deleted with a token of one registry or model: show one that is not limited to it"
                 : " was made by somebody else: a member of the whole server may delete it"),
        "artifact");
  }
  if (is_held_out_of_sight(sight, now.state(), artifact.id)) {
    return error(Cause::not_allowed_now,
                 "artifact " + shown(artifact.name.str()) +
                     " is in use: ask a member of the whole server, who sees by what",
                 "artifact");
  }
  return Write{
      registry::DeleteArtifact{artifact.id, std::move(reason)}, {}, present_removed(artifact.name.str())};
}

// Of all that hold it, which may be many: not on a thread that others wait for.
Result<Outcome> delete_artifact(const Call& call) {
  return Blocking{[&call] { return prepare_deletion(call); }};
}

Result<Outcome> list_artifacts(const Call& call) {
  HERALD_TRY(const auto request, page_in(call));
  const Snapshot now = call.snapshot();
  const Sight sight(call);
  const auto page = projections::list_artifacts(
      now.state(), request, [&](const registry::ArtifactRecord& artifact) { return sight.sees(artifact); });
  const Presenter presenter(now.state(), call.herald.parts.work);
  const auto sees = [&](registry::ModelId model) { return sight.sees(model); };
  return list_answer(call, page, now.sequence(),
                     [&](std::string& out, const registry::ArtifactRecord& artifact) {
                       json::write(out, presenter.artifact(artifact, sees));
                     });
}

Result<std::unique_ptr<BlobStore::Blob>> open_part(const BlobStore& blobs, const Digest& digest) {
  HERALD_TRY(auto blob, blobs.open(digest));
  if (!blob)
    return error(Cause::unavailable,
                 "the content " + digest.str() +
                     " was recorded and is not in the blob store: bring it back from a backup");
  return blob;
}

// Of a reference there is nothing here to be listed or sent.
Result<registry::ArtifactRecord> artifact_with_files(const Call& call, const Sight& sight,
                                                     const registry::Reader& state) {
  HERALD_TRY(auto artifact, artifact_in(call, sight, state));
  if (!artifact.reference) return artifact;
  return error(Cause::not_found,
               "artifact " + shown(artifact.name.str()) + " is a reference: its bytes are at " +
                   shown(artifact.reference->str()),
               "artifact");
}

Result<Outcome> get_manifest(const Call& call) {
  const Snapshot now = call.snapshot();
  const Sight sight(call);
  HERALD_TRY(const auto artifact, artifact_with_files(call, sight, now.state()));
  return Blocking{[&call, digest = artifact.digest]() -> Result<Outcome> {
    HERALD_TRY(auto blob, open_part(call.herald.parts.blobs, digest));
    return Content{std::move(blob), digest, kJson};
  }};
}

// Found by its bytes, since a manifest may list 100,000 files. It is compact JSON as we wrote it, and in a string a
// quotation mark stands behind a backslash: so {"path":"..." is nowhere but where an entry begins.
Result<FileEntry> entry_of(std::string_view manifest, std::string_view path) {
  const std::string beginning = R"({"path":)" + json::to_json(std::string(path)) + ",";
  const std::size_t begin = manifest.find(beginning);
  if (begin == std::string_view::npos)
    return error(Cause::not_found, "the artifact has no file " + shown(path), "path");
  const std::size_t end = manifest.find('}', begin + beginning.size());
  return json::from_json<FileEntry>(manifest.substr(begin, end - begin + 1), json::Mode::stored);
}

// Behind the entry that begins there. Its path is the only text in it that may hold a brace.
std::size_t end_of_entry(std::string_view manifest, std::size_t begin) {
  constexpr std::string_view kOpening = R"({"path":")";
  std::size_t at = begin + kOpening.size();
  while (at < manifest.size() && manifest[at] != '"') at += manifest[at] == '\\' ? 2 : 1;
  return std::min(manifest.find('}', at), manifest.size() - 1) + 1;
}

// From the entry behind that of `after` on, or from the first.
Result<projections::Page<FileEntry>> files_after(std::string_view manifest,
                                                 const projections::PageRequest& request) {
  std::size_t at = 1;  // behind the bracket
  if (!request.after.empty()) {
    const std::string beginning = R"({"path":)" + json::to_json(request.after) + ",";
    const std::size_t begin = manifest.find(beginning);
    if (begin == std::string_view::npos)
      return error(Cause::invalid_value, "this cursor is of another list", "cursor");
    at = end_of_entry(manifest, begin) + 1;  // and behind the comma
  }
  projections::Page<FileEntry> page;
  while (at < manifest.size() && manifest[at] == '{') {
    if (page.items.size() == request.limit) {
      page.next = page.keys.back();
      break;
    }
    const std::size_t end = end_of_entry(manifest, at);
    HERALD_TRY(auto entry, json::from_json<FileEntry>(manifest.substr(at, end - at), json::Mode::stored));
    page.keys.push_back(entry.path.str());
    page.items.push_back(std::move(entry));
    at = end + 1;
  }
  return page;
}

Result<Outcome> list_files_of(const Call& call, const Digest& manifest, Sequence now) {
  HERALD_TRY(const auto request, page_in(call));
  HERALD_TRY(const auto blob, open_part(call.herald.parts.blobs, manifest));
  HERALD_TRY(const std::string text, blob->read(0, blob->size()));
  HERALD_TRY(const auto page, files_after(text, request));
  return list_answer(call, page, now,
                     [](std::string& out, const FileEntry& file) { json::write(out, file); });
}

Result<Outcome> list_files(const Call& call) {
  HERALD_CHECK(page_in(call));
  const Snapshot now = call.snapshot();
  const Sight sight(call);
  HERALD_TRY(const auto artifact, artifact_with_files(call, sight, now.state()));
  return Blocking{[&call, digest = artifact.digest, sequence = now.sequence()] {
    return list_files_of(call, digest, sequence);
  }};
}

Result<Outcome> find_file(const Call& call, const Digest& manifest) {
  const BlobStore& blobs = call.herald.parts.blobs;
  HERALD_TRY(const auto blob, open_part(blobs, manifest));
  HERALD_TRY(const std::string text, blob->read(0, blob->size()));
  HERALD_TRY(const auto file, entry_of(text, call.path.at("path")));
  HERALD_TRY(auto content, open_part(blobs, file.digest));
  return Content{std::move(content), file.digest};
}

// Who sees it by a role that sees and does not download takes nothing.
Result<void> check_may_take(const Call& call, const Sight& sight, const registry::ArtifactRecord& artifact) {
  if (sight.on(artifact) >= registry::Role::viewer) return {};
  note_denied(call, to_string(Permission::download));
  return error(Cause::denied,
               "to download files of artifact " + artifact.id.str() +
                   " takes the role viewer on a model that it is linked in",
               "artifact");
}

Result<Outcome> get_file(const Call& call) {
  const Snapshot now = call.snapshot();
  const Sight sight(call);
  HERALD_TRY(const auto artifact, artifact_with_files(call, sight, now.state()));
  HERALD_CHECK(check_may_take(call, sight, artifact));
  return Blocking{[&call, digest = artifact.digest] { return find_file(call, digest); }};
}

}  // namespace

void add_artifact_routes(Router& router) {
  router.add({Method::get, "/v1/artifacts", Permission::read, ObjectScope::visible, list_artifacts,
              Doc("artifacts", "List the artifacts").lists<ArtifactBody>("Artifact").fresh()});
  router.add({Method::post, "/v1/artifacts", Permission::write, ObjectScope::visible, commit_artifact,
              Doc("artifacts", "Make an artifact of files whose content is there, or of a reference")
                  .takes<ArtifactRequest>("ArtifactRequest")
                  .at_most(limits::kMaxManifestBytes)
                  .gives<ArtifactBody>("Artifact")
                  .creates()});
  router.add({Method::get, "/v1/artifacts/{artifact}", Permission::read, ObjectScope::visible, get_artifact,
              Doc("artifacts", "Show an artifact, with the versions it is linked to")
                  .gives<ArtifactBody>("Artifact")
                  .fresh()});
  router.add(
      {Method::del, "/v1/artifacts/{artifact}", Permission::write, ObjectScope::visible, delete_artifact,
       Doc("artifacts", "Delete an artifact that no version is linked to; its events and contents stay")
           .says("A deleted version holds it while its model is there, since it can be restored; versions of "
                 "deleted models do not.")
           .gives<RemovedBody>("Removed")
           .records()
           .with(kReasonParameter)});
  router.add(
      {Method::get, "/v1/artifacts/{artifact}/files", Permission::read, ObjectScope::visible, list_files,
       Doc("artifacts", "List the files of an artifact, by path").lists<FileEntry>("ArtifactFile").fresh()});
  router.add(
      {Method::get, "/v1/artifacts/{artifact}/manifest", Permission::read, ObjectScope::visible, get_manifest,
       Doc("artifacts", "The files of an artifact as one document")
           .gives<std::vector<FileEntry>>("Manifest")
           .ranged()
           .says("Its SHA-256 is the artifact's digest. Of a long one, take ranges, or the list of files.")});
  router.add(
      {Method::get, "/v1/artifacts/{artifact}/files/{path...}", Permission::download, ObjectScope::visible,
       get_file,
       Doc("artifacts", "Download a file of an artifact").gives_media("application/octet-stream").ranged()});
}

}  // namespace herald::api
