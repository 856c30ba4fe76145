#include "recorder/data_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace herald::recorder {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFormat = "herald data 1";
constexpr const char* kLockFile = "lock";
constexpr const char* kFormatFile = "format";
constexpr const char* kNewFormatFile = "format.new";

Error unusable(const std::string& path, std::string_view why) {
  return error(Cause::unavailable, fmt::format("the data folder {} cannot be used: {}", path, why));
}

std::string why(int code) {
  return std::strerror(code);
}

Result<void> make_folder(const std::string& path) {
  std::error_code failure;
  fs::create_directories(path, failure);
  if (failure) return unusable(path, failure.message());
  fs::permissions(path, fs::perms::owner_all, failure);
  if (failure) return unusable(path, failure.message());
  return {};
}

// What a process that died between making the lock and writing the format leaves behind.
bool may_become_ours(const fs::path& entry) {
  return entry.filename() == kLockFile || entry.filename() == kNewFormatFile;
}

// Looked at before anything is written, so that a wrong --data leaves no trace.
Result<void> refuse_what_is_somebody_elses(const std::string& path) {
  std::error_code failure;
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
               fmt::format("the data folder {} is used by process {}: stop it first, or name another folder",
                           path, holder.empty() ? "(unknown)" : holder));
}

Result<void> write_all(int file, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return unusable(path, why(errno));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<int> lock(const std::string& path) {
  const int file = ::open((path + "/" + kLockFile).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return unusable(path, why(errno));
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) return file;
  const int code = errno;
  ::close(file);
  if (code == EWOULDBLOCK) return held_by_another(path);
  return unusable(path, why(code));
}

// For the sentence that refuses the next process.
Result<void> write_holder(int lock, const std::string& path) {
  if (::ftruncate(lock, 0) != 0) return unusable(path, why(errno));
  return write_all(lock, std::to_string(::getpid()) + "\n", path);
}

Result<void> sync_folder(const std::string& path) {
  const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return unusable(path, why(errno));
  const int code = ::fsync(folder) == 0 ? 0 : errno;
  ::close(folder);
  if (code != 0) return unusable(path, why(code));
  return {};
}

Result<void> write_synced(const std::string& file_path, std::string_view text, const std::string& path) {
  const int file = ::open(file_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return unusable(path, why(errno));
  Result<void> result = write_all(file, text, path);
  if (result && ::fsync(file) != 0) result = unusable(path, why(errno));
  ::close(file);
  return result;
}

Result<void> write_format(const std::string& path) {
  const std::string unfinished = path + "/" + kNewFormatFile;
  HERALD_CHECK(write_synced(unfinished, std::string(kFormat) + "\n", path));
  if (::rename(unfinished.c_str(), (path + "/" + kFormatFile).c_str()) != 0)
    return unusable(path, why(errno));
  return sync_folder(path);
}

Result<void> check_or_write_format(const std::string& path) {
  std::error_code ignored;
  if (!fs::exists(path + "/" + kFormatFile, ignored)) return write_format(path);
  const std::string found = first_line(path + "/" + kFormatFile);
  if (found == kFormat) return {};
  return unusable(
      path, fmt::format("its format is \"{}\" and this version of Herald reads \"{}\": start the version "
                        "that wrote it",
                        found.substr(0, 64), kFormat));
}

}  // namespace

Result<std::unique_ptr<DataFolder>> DataFolder::open(const std::string& path) {
  HERALD_CHECK(make_folder(path));
  HERALD_CHECK(refuse_what_is_somebody_elses(path));
  HERALD_TRY(const int locked, lock(path));
  std::unique_ptr<DataFolder> folder(new DataFolder(path, locked));
  HERALD_CHECK(check_or_write_format(path));
  HERALD_CHECK(write_holder(locked, path));
  return folder;
}

// The lock file stays: deleting it would let two processes lock two files of one name.
DataFolder::~DataFolder() {
  ::close(lock_);
}

}  // namespace herald::recorder
