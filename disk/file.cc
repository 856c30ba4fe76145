#include "disk/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace herald::disk {

Result<File> File::open(const std::string& path, int flags, unsigned int mode) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  if (descriptor < 0) return file_error(errno, "opening " + path);
  return File(path, descriptor);
}

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> File::write_all(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_error(errno, "writing " + path_);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> File::sync() const {
  if (::fsync(descriptor_) != 0) return file_error(errno, "syncing " + path_);
  return {};
}

Error file_error(int code, const std::string& doing) {
  const bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
  return error(full ? Cause::storage_full : Cause::unavailable,
               doing + ": " + std::generic_category().message(code));
}

Result<void> sync_folder(const std::string& path) {
  HERALD_TRY(const File folder, File::open(path, O_RDONLY | O_DIRECTORY));
  return folder.sync();
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder;
}

Result<bool> make_folder(const std::string& path) {
  if (path.size() > 1 && path.ends_with('/')) return make_folder(path.substr(0, path.size() - 1));
  std::error_code unknown;
  if (std::filesystem::is_directory(path, unknown)) return false;
  const std::string parent = folder_of(path);
  if (parent != path) HERALD_CHECK(make_folder(parent));
  if (::mkdir(path.c_str(), 0700) != 0) {
    const int why = errno;
    if (why == EEXIST && std::filesystem::is_directory(path, unknown)) return false;  // another was faster
    return file_error(why, "making the folder " + path);
  }
  HERALD_CHECK(sync_folder(parent));
  return true;
}

Result<void> replace_file(const std::string& path, std::string_view bytes) {
  const std::string beside = path + ".new";
  {
    HERALD_TRY(const File file, File::open(beside, O_WRONLY | O_CREAT | O_TRUNC));
    HERALD_CHECK(file.write_all(bytes));
    HERALD_CHECK(file.sync());
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) return file_error(errno, "replacing " + path);
  return sync_folder(folder_of(path));
}

}  // namespace herald::disk
