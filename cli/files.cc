#include "cli/files.h"

#include <fmt/format.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

#include "base/ids.h"
#include "cli/progress.h"
#include "cli/text.h"
#include "reflect/json_value.h"
#include "registry/names.h"

namespace herald::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kAtOnce = 4;
constexpr std::size_t kReadBytes = 1 << 20;

Error cannot(const std::string& what, const std::string& file, const std::string& why) {
  return error(Cause::unavailable, fmt::format("{} cannot be {}: {}", file, what, why));
}

Result<void> add_file(std::vector<LocalFile>& out, const fs::path& file, const std::string& path) {
  std::error_code wrong;
  const auto bytes = fs::file_size(file, wrong);
  if (wrong) return cannot("read", file.string(), wrong.message());
  out.push_back({.on_disk = file.string(), .path = path, .bytes = bytes, .digest = {}});
  return {};
}

// What a folder is said to hold goes up, and nothing that merely can be reached from it.
Result<void> check_link(const fs::path& folder, const fs::directory_entry& entry, LinksOut links_out) {
  std::error_code wrong;
  if (!entry.is_symlink(wrong)) return {};
  const fs::path to = fs::canonical(entry.path(), wrong);
  if (wrong) return {};  // to nowhere, which is no file
  if (fs::is_directory(to, wrong)) {
    return error(Cause::invalid_value, fmt::format("{} is a link to the folder {}: name that folder itself",
                                                   entry.path().string(), to.string()));
  }
  const fs::path within = to.lexically_relative(fs::canonical(folder, wrong));
  const bool leads_out = within.empty() || *within.begin() == "..";
  if (!leads_out || links_out == LinksOut::taken) return {};
  return error(
      Cause::invalid_value,
      fmt::format("{} is a link out of the folder, to {}: name that file itself, or take such links along "
                  "with --follow-links",
                  entry.path().string(), to.string()));
}

Result<void> add_folder(std::vector<LocalFile>& out, const fs::path& folder, LinksOut links_out) {
  std::error_code wrong;
  for (fs::recursive_directory_iterator at(folder, wrong), end; !wrong && at != end; at.increment(wrong)) {
    HERALD_CHECK(check_link(folder, *at, links_out));
    if (at->is_directory(wrong)) continue;
    if (!at->is_regular_file(wrong)) {
      return error(Cause::invalid_value,
                   fmt::format("{} is neither a file nor a folder", at->path().string()));
    }
    HERALD_CHECK(add_file(out, at->path(), at->path().lexically_relative(folder).generic_string()));
  }
  if (wrong) return cannot("read", folder.string(), wrong.message());
  return {};
}

// Calls work(i) for each i below `count` on a few threads; the first error stops what has not begun.
Result<void> in_parallel(std::size_t count,
                         const std::function<std::function<Result<void>(std::size_t)>()>& make_worker) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex guard;
  Result<void> result;
  const auto work = [&] {
    const auto worker = make_worker();
    while (!failed) {
      const std::size_t i = next++;
      if (i >= count) return;
      if (Result<void> one = worker(i); !one) {
        const std::lock_guard lock(guard);
        if (!failed.exchange(true)) result = std::move(one);
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < std::min(count, kAtOnce); ++i) threads.emplace_back(work);
    work();
  }
  return result;
}

std::uint64_t total_bytes(const auto& files) {
  std::uint64_t bytes = 0;
  for (const auto& file : files) bytes += file.bytes;
  return bytes;
}

// What is fetched into a folder stays in it, whatever links stand there.
Result<void> check_way(const RemoteFile& file) {
  if (file.folder.empty()) return {};
  fs::path at(file.folder);
  for (const fs::path& part : fs::path(file.on_disk).lexically_relative(file.folder).parent_path()) {
    at /= part;
    std::error_code wrong;
    if (!fs::is_symlink(at, wrong)) continue;
    return error(
        Cause::invalid_value,
        fmt::format("{} is a link to {}, and {} would be written through it: remove the link, or fetch "
                    "into another folder; nothing was fetched",
                    at.string(), fs::read_symlink(at, wrong).string(), file.on_disk),
        "--to");
  }
  return {};
}

Result<void> fetch(Client& client, const RemoteFile& file, ProgressLine& line) {
  const fs::path target(file.on_disk);
  std::error_code wrong;
  if (fs::is_regular_file(target, wrong)) {
    HERALD_TRY(const Digest here, digest_of_file(file.on_disk));
    if (here == file.digest) {
      line.moved(static_cast<std::int64_t>(file.bytes));
      return {};
    }
  }
  if (target.has_parent_path()) fs::create_directories(target.parent_path(), wrong);
  if (wrong) return cannot("written", target.parent_path().string(), wrong.message());

  const std::string partial =
      fmt::format("{}.{}.partial", file.on_disk, random_ids().next(system_clock().now()).str());
  Sha256 digest;
  std::ofstream out(partial, std::ios::binary | std::ios::trunc);
  const auto answer = client.stream({.target = file.target}, [&](std::string_view bytes) {
    digest.update(bytes);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    line.moved(static_cast<std::int64_t>(bytes.size()));
    return out.good();
  });
  out.close();
  const bool whole = answer && out.good() && digest.finish() == file.digest;
  if (whole) fs::rename(partial, target, wrong);
  if (whole && !wrong) return {};
  fs::remove(partial, wrong);
  if (!answer) return answer.error();
  if (!out.good()) return cannot("written", file.on_disk, std::strerror(errno));
  return error(Cause::digest_mismatch,
               fmt::format("what came for {} is not what was recorded: nothing was kept", file.on_disk));
}

}  // namespace

Result<std::vector<LocalFile>> find_files(const std::vector<std::string>& arguments, LinksOut links_out) {
  std::vector<LocalFile> out;
  for (const std::string& argument : arguments) {
    std::error_code wrong;
    const auto status = fs::status(argument, wrong);
    if (fs::is_directory(status)) {
      HERALD_CHECK(add_folder(out, fs::path(argument), links_out));
    } else if (fs::is_regular_file(status)) {
      HERALD_CHECK(add_file(out, argument, fs::path(argument).filename().string()));
    } else if (!fs::exists(status)) {
      return error(Cause::not_found, fmt::format("there is no file or folder {}", argument));
    } else {
      return error(Cause::invalid_value, fmt::format("{} is neither a file nor a folder", argument));
    }
  }
  std::sort(out.begin(), out.end(), [](const LocalFile& a, const LocalFile& b) { return a.path < b.path; });
  for (std::size_t i = 1; i < out.size(); ++i) {
    if (out[i].path == out[i - 1].path) {
      return error(Cause::duplicate_field, fmt::format("{} and {} would both be {}", out[i - 1].on_disk,
                                                       out[i].on_disk, out[i].path));
    }
  }
  return out;
}

Result<void> check_paths(const std::vector<LocalFile>& files) {
  for (const LocalFile& file : files) {
    if (!json::is_utf8(file.path)) {
      return error(
          Cause::invalid_value,
          fmt::format("the name of {} is not UTF-8: rename it, nothing was sent", harmless(file.on_disk)));
    }
    if (const auto fine = registry::FilePath::parse(file.path); !fine) {
      return error(fine.error().cause, fmt::format("{}; nothing was sent", fine.error().message));
    }
  }
  return {};
}

Result<Digest> digest_of_file(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return cannot("read", file, std::strerror(errno));
  Sha256 digest;
  std::string buffer(kReadBytes, '\0');
  while (in) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    digest.update(std::string_view(buffer).substr(0, static_cast<std::size_t>(in.gcount())));
  }
  if (in.bad()) return cannot("read", file, std::strerror(errno));
  return digest.finish();
}

Result<Uploaded> upload(std::vector<LocalFile>& files, const ClientOptions& options, bool show) {
  Uploaded uploaded;
  std::mutex guard;
  std::set<Digest> begun;  // a content that comes twice is sent once
  ProgressLine line("uploading", total_bytes(files), show);
  const auto make_worker = [&] {
    return [&, client = std::make_shared<Client>(options)](std::size_t i) -> Result<void> {
      LocalFile& file = files[i];
      HERALD_TRY(file.digest, digest_of_file(file.on_disk));
      {
        const std::lock_guard lock(guard);
        if (!begun.insert(file.digest).second) return {};
      }
      const std::string target = "/v1/blobs/" + file.digest.hex();
      HERALD_TRY(const bool there, client->exists(target));
      if (there) {
        line.moved(static_cast<std::int64_t>(file.bytes));
        return {};
      }
      HERALD_CHECK(
          client->put_file(target, file.on_disk, file.bytes, [&](std::int64_t bytes) { line.moved(bytes); }));
      const std::lock_guard lock(guard);
      ++uploaded.sent;
      uploaded.sent_bytes += file.bytes;
      return {};
    };
  };
  HERALD_CHECK(in_parallel(files.size(), make_worker));
  return uploaded;
}

Result<void> download(const std::vector<RemoteFile>& files, const ClientOptions& options, bool show) {
  for (const RemoteFile& file : files) HERALD_CHECK(check_way(file));
  ProgressLine line("downloading", total_bytes(files), show);
  const auto make_worker = [&] {
    return [&, client = std::make_shared<Client>(options)](std::size_t i) {
      return fetch(*client, files[i], line);
    };
  };
  return in_parallel(files.size(), make_worker);
}

}  // namespace herald::cli
