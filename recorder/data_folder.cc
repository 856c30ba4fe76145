#include "recorder/data_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

namespace herald::recorder {
namespace {

namespace fs = std::filesystem;
using disk::File;

constexpr std::string_view kFormat = "herald data 1";
constexpr const char* kLockFile = "lock";
constexpr const char* kFormatFile = "format";
constexpr const char* kNewFormatFile = "format.new";

Error unusable(const std::string& path, std::string_view why) {
  return error(Cause::unavailable, fmt::format("the data folder {} cannot be used: {}", path, why));
}

// What a process that died between making the lock and writing the format leaves behind.
bool may_become_ours(const fs::path& entry) {
  return entry.filename() == kLockFile || entry.filename() == kNewFormatFile;
}

// Looked at before anything is written, so that a wrong --data leaves no trace.
Result<void> refuse_what_is_somebody_elses(const std::string& path) {
  std::error_code failure;
  if (!fs::exists(path, failure) && !failure) return {};
  if (fs::exists(path + "/" + kFormatFile, failure)) return {};
  for (fs::directory_iterator entry(path, failure); !failure && entry != fs::directory_iterator();
       entry.increment(failure)) {
    if (!may_become_ours(entry->path())) {
      return unusable(
          path, fmt::format("it holds \"{}\" and is not Herald's: name an empty folder or one that does "
                            "not exist",
                            entry->path().filename().string()));
    }
  }
  if (failure) return unusable(path, failure.message());
  return {};
}

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

Error held_by_another(const std::string& path) {
  const std::string holder = first_line(path + "/" + kLockFile);
  return error(Cause::already_exists,
               fmt::format("the data folder {} is used by {}: stop it first, or name another folder", path,
                           holder.empty() ? "another process" : "process " + holder));
}

Result<File> lock(const std::string& path, const char* name, int if_absent) {
  HERALD_TRY(File file, File::open(path + "/" + name, O_RDWR | if_absent));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return file;
  if (errno == EWOULDBLOCK) return held_by_another(path);
  return disk::file_error(errno, "locking the data folder " + path);
}

// For the sentence that refuses the next process.
Result<void> write_holder(const File& lock, const std::string& path) {
  if (::ftruncate(lock.get(), 0) != 0) return disk::file_error(errno, "writing into the data folder " + path);
  return lock.write_all(std::to_string(::getpid()) + "\n");
}

Result<void> check_or_write_format(const std::string& path) {
  std::error_code ignored;
  if (!fs::exists(path + "/" + kFormatFile, ignored))
    return disk::replace_file(path + "/" + kFormatFile, std::string(kFormat) + "\n");
  const std::string found = first_line(path + "/" + kFormatFile);
  if (found == kFormat) return {};
  return unusable(
      path, fmt::format("its format is \"{}\" and this version of Herald reads \"{}\": start the version "
                        "that wrote it",
                        found.substr(0, 64), kFormat));
}

}  // namespace

Result<std::unique_ptr<DataFolder>> DataFolder::open(const std::string& path) {
  HERALD_CHECK(refuse_what_is_somebody_elses(path));
  HERALD_CHECK(disk::make_folder(path));
  HERALD_TRY(File begun, lock(path, kLockFile, O_CREAT));
  HERALD_CHECK(check_or_write_format(path));
  HERALD_TRY(File held, lock(path, kFormatFile, 0));
  std::unique_ptr<DataFolder> folder(new DataFolder(path, std::move(begun), std::move(held)));
  HERALD_CHECK(write_holder(folder->lock_, path));
  return folder;
}

// The log is made, durably, before any of the others; where they are and it is not, the truth was lost, and they would
// be replaced by those of an empty log.
Result<void> DataFolder::refuse_without_its_log() const {
  std::error_code unknown;
  if (fs::exists(log() + "/data.mdb", unknown)) return {};
  for (const std::string& other : {head(), views(), work()}) {
    if (!fs::exists(other + "/data.mdb", unknown)) continue;
    return unusable(
        path_,
        fmt::format("{} is there and the log, {}/data.mdb, is not: the log is the only truth, and "
                    "nothing can stand in for it. Restore the folder from a backup, or name another one",
                    other, log()));
  }
  return {};
}

}  // namespace herald::recorder
