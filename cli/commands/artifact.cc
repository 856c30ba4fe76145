#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <set>

#include "cli/commands/commands.h"
#include "cli/commands/saying.h"
#include "cli/commands/shared.h"
#include "cli/files.h"
#include "cli/text.h"
#include "registry/names.h"

namespace herald::cli {
namespace {

std::string linked_versions(const json::Value& artifact) {
  std::string out;
  const auto versions = member_at(artifact, "versions");
  if (!versions) return out;
  for (const json::Value version : versions->elements()) {
    const auto reference = version.string();
    out += (out.empty() ? "" : ", ") + (reference ? std::string(*reference) : text_at(version, "reference"));
  }
  return out;
}

const View& artifact_view() {
  static const View view{
      .id = text("id"),
      .table = {{"ID", text("id")},
                {"NAME", text("name")},
                {"KIND", text("kind")},
                {"FILES", text("files"), true},
                {"SIZE", bytes("bytes"), true},
                {"CREATED", time("created.time")},
                {"BY", text("created.actor")}},
      .details = {{"artifact", text("id")},
                  {"name", text("name")},
                  {"kind", text("kind")},
                  {"files", text("files")},
                  {"size", bytes("bytes")},
                  {"digest", text("digest")},
                  {"reference", text("reference")},
                  {"versions", linked_versions},
                  {"created", mark("created")}},
  };
  return view;
}

std::string artifact_path(const std::string& id) {
  return "/v1/artifacts/" + percent_encode(id);
}

// "a/b c" -> "a/b%20c"
std::string encode_segments(std::string_view path) {
  std::string out;
  for (std::size_t from = 0; from <= path.size();) {
    const auto slash = std::min(path.find('/', from), path.size());
    out += (from == 0 ? "" : "/") + percent_encode(path.substr(from, slash - from));
    from = slash + 1;
  }
  return out;
}

std::string sent_text(const Uploaded& uploaded, std::size_t files) {
  if (uploaded.sent == 0) return "nothing to send: the server has it all";
  const std::string sent = fmt::format("{} file{} sent ({})", uploaded.sent, uploaded.sent == 1 ? "" : "s",
                                       human_bytes(uploaded.sent_bytes));
  return uploaded.sent == files ? sent
                                : fmt::format("{}; the other {} the server had", sent, files - uploaded.sent);
}

struct Upload {
  std::string name;
  std::vector<std::string> files;
  std::optional<std::string> kind;
  bool follow_links = false;
};
void declare(Options& options, Upload& args) {
  options.word("NAME", args.name, "what to call it")
      .words("FILE|DIR", args.files, "files, and folders with all that is in them")
      .option("--kind", "WORD", args.kind, "what it is: model, dataset, report, ... (default model)")
      .flag("--follow-links", args.follow_links,
            "take files along that links in a folder lead to outside of it");
}
Result<void> run(Session& session, const Upload& args) {
  HERALD_TRY(auto files, find_files(args.files, args.follow_links ? LinksOut::taken : LinksOut::refused));
  if (files.empty()) return error(Cause::missing_field, "there is no file in what was named");
  HERALD_CHECK(check_paths(files));
  HERALD_TRY(const Uploaded uploaded,
             upload(files, session.client_options(), standard_error_is_a_terminal()));
  session.note(sent_text(uploaded, files.size()));
  return session.show(with_body("POST", "/v1/artifacts",
                                [&](json::ObjectWriter& body) {
                                  body.member("name", args.name).member("kind", args.kind.value_or("model"));
                                  std::vector<json::Raw> manifest;
                                  for (const LocalFile& file : files) {
                                    std::string entry;
                                    json::ObjectWriter(entry)
                                        .member("path", file.path)
                                        .member("digest", file.digest)
                                        .member("bytes", file.bytes)
                                        .close();
                                    manifest.push_back(json::Raw(entry));
                                  }
                                  body.member("files", manifest);
                                }),
                      artifact_view());
}

struct Reference {
  std::string name, uri;
  std::optional<std::string> digest, kind;
  std::optional<std::uint64_t> bytes;
};
void declare(Options& options, Reference& args) {
  options.word("NAME", args.name, "what to call it")
      .word("URI", args.uri, "where the bytes are, as s3://bucket/customers.parquet")
      .option("--digest", "SHA256", args.digest, "what they hash to (needed)")
      .option("--bytes", "N", args.bytes, "how many they are")
      .option("--kind", "WORD", args.kind, "what it is: model, dataset, report, ... (default dataset)");
}
Result<void> run(Session& session, const Reference& args) {
  if (!args.digest) return error(Cause::missing_field, "the SHA-256 of what is there is needed", "--digest");
  return session.show(with_body("POST", "/v1/artifacts",
                                [&](json::ObjectWriter& body) {
                                  body.member("name", args.name)
                                      .member("kind", args.kind.value_or("dataset"))
                                      .member("reference", args.uri)
                                      .member("digest", args.digest)
                                      .member("bytes", args.bytes);
                                }),
                      artifact_view());
}

Result<void> list(Session& session, const Paging& paging) {
  return session.list(Query("/v1/artifacts"), artifact_view(), paging);
}

struct Show {
  std::string id;
};
void declare(Options& options, Show& args) {
  options.word("ID", args.id, "the artifact's id");
}
Result<void> run(Session& session, const Show& args) {
  return session.show({.target = artifact_path(args.id)}, artifact_view());
}

struct DeleteOne : Show {
  std::optional<std::string> reason;
};
void declare(Options& options, DeleteOne& args) {
  declare(options, static_cast<Show&>(args));
  declare_reason(options, args.reason);
}
Result<void> run(Session& session, const DeleteOne& args) {
  return session.tell(with_reason({.method = "DELETE", .target = artifact_path(args.id)}, args.reason),
                      "artifact " + args.id + " is deleted");
}

struct ListOwners : Show {
  std::optional<std::string> as_of;
};
void declare(Options& options, ListOwners& args) {
  declare(options, static_cast<Show&>(args));
  declare_as_of(options, args.as_of);
}
Result<void> run(Session& session, const ListOwners& args) {
  static const View view{.id = text("reference"),
                         .table = {{"VERSION", text("reference")},
                                   {"STATUS", text("status")},
                                   {"STAGE", text("stage")},
                                   {"ALIASES", words("aliases")}}};
  return session.list(Query(artifact_path(args.id) + "/versions").add("as_of", args.as_of.value_or("")), view,
                      {.limit = {}, .all = true});
}

struct Files {
  std::string id;
  Paging paging;
};
void declare(Options& options, Files& args) {
  options.word("ID", args.id, "the artifact's id");
  declare_paging(options, args.paging);
}
Result<void> run(Session& session, const Files& args) {
  static const View view{
      .id = text("path"),
      .table = {{"PATH", text("path")}, {"BYTES", bytes("bytes"), true}, {"DIGEST", text("digest")}},
      .details = {}};
  return session.list(Query(artifact_path(args.id) + "/files"), view, args.paging);
}

struct Download {
  std::string what;
  std::optional<std::string> to;
};
void declare(Options& options, Download& args) {
  options
      .word("REFERENCE", args.what,
            "MODEL:v3, MODEL:latest or MODEL:ALIAS, for all artifacts of that version; or an artifact's id")
      .option("--to", "DIR", args.to, "where its files go (default: here)");
}

// `into`: what they must not leave; `folder`: where they go in it.
Result<void> add_files(Client& client, const std::string& id, const std::filesystem::path& into,
                       const std::filesystem::path& folder, std::vector<RemoteFile>& files) {
  HERALD_TRY(const Answer answer, client.get(artifact_path(id) + "/manifest"));
  HERALD_TRY(const auto document, json::Document::parse(answer.body));
  const json::Value manifest = member_at(document.root(), "items").value_or(document.root());
  for (const json::Value entry : manifest.elements()) {
    // Checked again: a path that leads out of the folder must not come from any server.
    HERALD_TRY(const auto path, registry::FilePath::parse(string_at(entry, "path")));
    HERALD_TRY(const Digest digest, Digest::parse(text_at(entry, "digest")));
    files.push_back({.target = artifact_path(id) + "/files/" + encode_segments(path.str()),
                     .on_disk = (folder / path.str()).string(),
                     .bytes = number_at(entry, "bytes"),
                     .digest = digest,
                     .folder = into.string()});
  }
  return {};
}

// Each of several artifacts into a folder of its own: under its name where that can be one, else under its id.
Result<void> add_files_of_version(Client& client, const std::string& reference,
                                  const std::filesystem::path& folder, std::vector<RemoteFile>& files) {
  HERALD_TRY(const auto version, VersionArgument::parse(reference));
  HERALD_TRY(const Answer answer, client.get(version.path()));
  HERALD_TRY(const auto document, json::Document::parse(answer.body));
  const auto linked = member_at(document.root(), "artifacts");
  std::map<std::string, std::string> names;  // by id
  if (linked) {
    for (const json::Value artifact : linked->elements())
      names[string_at(artifact, "id")] = string_at(artifact, "name");
  }
  if (names.empty()) {
    const std::string source = text_at(document.root(), "source");
    return error(
        Cause::not_found,
        fmt::format("{} has no artifact here{}", text_at(document.root(), "reference"),
                    source.empty() ? ": herald version link gives it one" : ": its files are at " + source));
  }
  std::set<std::string> taken;
  for (const auto& [id, name] : names) {
    const bool can_be_a_folder = registry::FilePath::parse(name) && name.find('/') == std::string::npos;
    const bool by_name = can_be_a_folder && taken.insert(name).second;
    HERALD_CHECK(
        add_files(client, id, folder, names.size() == 1 ? folder : folder / (by_name ? name : id), files));
  }
  return {};
}

Result<void> run(Session& session, const Download& args) {
  const std::filesystem::path folder(args.to.value_or("."));
  std::vector<RemoteFile> files;
  HERALD_CHECK(args.what.find(':') == std::string::npos
                   ? add_files(session.client(), args.what, folder, folder, files)
                   : add_files_of_version(session.client(), args.what, folder, files));
  HERALD_CHECK(download(files, session.client_options(), standard_error_is_a_terminal()));
  return say_files(session, files);
}

struct BlobPut {
  std::string file;
};
void declare(Options& options, BlobPut& args) {
  options.word("FILE", args.file, "the file");
}
Result<void> run(Session& session, const BlobPut& args) {
  HERALD_TRY(auto files, find_files({args.file}));
  if (files.size() != 1 || files[0].on_disk != args.file) {
    return error(Cause::invalid_value,
                 "one file is expected; for folders there is \"herald artifact upload\"");
  }
  HERALD_CHECK(upload(files, session.client_options(), standard_error_is_a_terminal()));
  const std::string digest = files[0].digest.str();
  std::string object;
  json::ObjectWriter(object).member("digest", digest).member("bytes", files[0].bytes).close();
  return say(session, digest + "\n", object, digest);
}

struct BlobGet {
  std::string digest;
  std::optional<std::string> to;
};
void declare(Options& options, BlobGet& args) {
  options.word("SHA256", args.digest, "its digest")
      .option("--to", "FILE", args.to, "where it goes (default: standard output)");
}
Result<void> run(Session& session, const BlobGet& args) {
  HERALD_TRY(const Digest digest, Digest::parse(args.digest));
  const std::string target = "/v1/blobs/" + digest.hex();
  if (args.to) {
    return download({{.target = target, .on_disk = *args.to, .bytes = 0, .digest = digest}},
                    session.client_options(), false);
  }
  Sha256 seen;
  HERALD_CHECK(session.client().stream({.target = target}, [&](std::string_view bytes) {
    seen.update(bytes);
    session.print(bytes);
    return true;
  }));
  if (seen.finish() != digest) return error(Cause::digest_mismatch, "what came is not what was asked for");
  return {};
}

}  // namespace

void add_artifact_commands(Program& program) {
  const Group artifact = program.group({"artifact", "Artifacts: named sets of files, kept by their content.",
                                        "herald artifact upload churn-2 model.joblib report/ --kind model\n"
                                        "herald artifact download 0192f3... --to ./restored",
                                        kFilesSection});
  program.command<Upload>(artifact,
                          {"upload", "Upload files as an artifact. Only what the server lacks is sent.",
                           "herald artifact upload churn-2 model.joblib requirements.txt\n"
                           "id=$(herald artifact upload churn-2 ./out --kind model -o id)"},
                          declare, run);
  program.command<Reference>(
      artifact,
      {"reference", "Record where bytes are that do not come here, and what they hash to.",
       "herald artifact reference customers s3://data/customers.parquet --digest "
       "sha256:9f86d0... --bytes 1048576"},
      declare, run);
  program.command<Paging>(artifact, {"list", "List artifacts.", "herald artifact list"}, declare_paging,
                          list);
  program.command<Show>(
      artifact, {"show", "Show one, with the versions that it belongs to.", "herald artifact show 0192f3..."},
      declare, run);
  program.command<DeleteOne>(artifact,
                             {"delete", "Delete one that no version is linked to.",
                              "herald artifact delete 0192f3... --reason superseded"},
                             declare, run);
  program.command<ListOwners>(artifact,
                              {"versions", "The versions, of whatever models, that it belongs to.",
                               "herald artifact versions 0192f3..."},
                              declare, run);
  program.command<Files>(
      artifact,
      {"files", "List the files of an artifact, by path.", "herald artifact files 0192f3... --limit 20"},
      declare, run);
  program.command<Download>(
      artifact,
      {"download", "Fetch the files of an artifact or of a version, each held against its digest.",
       "herald artifact download churn:production --to ./serving\n"
       "herald artifact download 0192f3... --to ./restored"},
      declare, run);
  const Group blob = program.group(
      {"blob", "Single contents by their SHA-256.",
       "herald blob put weights.bin\nherald blob get sha256:9f86d0... --to weights.bin", kFilesSection});
  program.command<BlobPut>(blob, {"put", "Store a file, print its digest.", "herald blob put weights.bin"},
                           declare, run);
  program.command<BlobGet>(
      blob, {"get", "Fetch a content.", "herald blob get sha256:9f86d0... --to weights.bin"}, declare, run);
}

}  // namespace herald::cli
