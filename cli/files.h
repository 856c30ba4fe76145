// Files between this machine and the blob store: hashed, sent when missing, fetched and held against their
// digest; a few at once, each on a thread and a connection of its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "cli/client.h"

namespace herald::cli {

struct LocalFile {
  std::string on_disk;
  std::string path;  // within the artifact
  std::uint64_t bytes = 0;
  Digest digest;
};

// The files that arguments mean, by path: a file under its own name, of a folder all regular files beneath it
// under their path within it. A link in a folder stands for a file, which is in that folder unless links out of it are taken along.
// Errors: not_found, invalid_value (neither file nor folder, a link to a folder or out of it), duplicate_field (two under one path).
enum class LinksOut : bool { refused, taken };
Result<std::vector<LocalFile>> find_files(const std::vector<std::string>& arguments,
                                          LinksOut links_out = LinksOut::refused);

// Whether each can be a file of an artifact: to be asked before anything is sent.
Result<void> check_paths(const std::vector<LocalFile>& files);

Result<Digest> digest_of_file(const std::string& file);

struct Uploaded {
  std::uint64_t sent = 0, sent_bytes = 0;  // the rest was there
};
// Fills in the digests. `show`: a progress line on standard error.
Result<Uploaded> upload(std::vector<LocalFile>& files, const ClientOptions& options, bool show);

struct RemoteFile {
  std::string target;  // of the API
  std::string on_disk;
  std::uint64_t bytes = 0;
  Digest digest;
  std::string folder = {};  // that it is fetched into; empty: on_disk is where somebody said it goes
};
// A file that is there with the right digest is left alone; one with another is replaced by a rename once the
// new one is whole. Errors besides: invalid_value (on the way from the folder to a file there is a link, which could lead
// anywhere; nothing is fetched then).
Result<void> download(const std::vector<RemoteFile>& files, const ClientOptions& options, bool show);

}  // namespace herald::cli
