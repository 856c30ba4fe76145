// Files and folders, written so that they outlive a power cut: what is made, renamed or deleted is on the disk only
// once the folder that holds it is synced too.
// Errors: storage_full (no room), unavailable (anything else); the sentence says what was done to which path.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace herald::disk {

// An open file or folder; closed with its owner.
class File {
 public:
  // As open(2), with O_CLOEXEC; `mode` is that of a file that is made.
  static Result<File> open(const std::string& path, int flags, unsigned int mode = 0600);
  File(File&& other) noexcept
      : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
  File& operator=(File&&) = delete;
  ~File();
  int get() const { return descriptor_; }
  Result<void> write_all(std::string_view bytes) const;
  Result<void> sync() const;

 private:
  File(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  std::string path_;
  int descriptor_;
};

// The error of a system call that failed with `code` while `doing` something.
Error file_error(int code, const std::string& doing);
Result<void> sync_folder(const std::string& path);
// Of a path: the folder that holds it.
std::string folder_of(const std::string& path);
// Makes it (0700) and what is missing above it, each synced into the folder that holds it. True: it was not there. What
// was there keeps its mode.
Result<bool> make_folder(const std::string& path);
// After a crash the file has its old bytes or the new ones (0600), never a part; PATH.new may be left.
Result<void> replace_file(const std::string& path, std::string_view bytes);

}  // namespace herald::disk
