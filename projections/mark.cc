#include "projections/mark.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace herald::projections {
namespace {

// The whole file is one line of these; anything else is not a mark. `size`: of the environment's file then.
std::string open_text(const std::string& boot, std::uintmax_t size) {
  return fmt::format("herald mark 2 open {} {}\n", boot, size);
}
std::string clean_text(std::uintmax_t size) {
  return fmt::format("herald mark 2 clean {}\n", size);
}

std::uintmax_t size_of(const std::string& file) {
  std::error_code absent;
  const std::uintmax_t size = std::filesystem::file_size(file, absent);
  return absent ? 0 : size;
}

// The number that a mark ends with; zero where there is none.
std::uintmax_t size_in(const std::string& mark) {
  std::uintmax_t size = 0;
  const std::size_t number = mark.rfind(' ') + 1;
  std::from_chars(mark.data() + number, mark.data() + mark.size(), size);
  return size;
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Error cannot_write(const std::string& path, int code) {
  const bool full = code == ENOSPC || code == EDQUOT;
  return error(full ? Cause::storage_full : Cause::unavailable,
               fmt::format("writing {}: {}", path, std::strerror(code)));
}

class File {
 public:
  File(const std::string& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  explicit operator bool() const { return descriptor_ >= 0; }
  bool write(std::string_view text) {
    return ::write(descriptor_, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  }
  bool sync() { return ::fsync(descriptor_) == 0; }

 private:
  int descriptor_;
};

}  // namespace

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string line;
  std::getline(file, line);
  return line;
}

// A system that does not say which boot this is could have been cut off since: only a clean mark counts then.
std::optional<std::string> Mark::why_not_trusted(const std::string& this_boot) const {
  const std::string text = contents(path_);
  const std::uintmax_t size = size_in(text);
  const bool is_whole =
      text == clean_text(size) || (!this_boot.empty() && text == open_text(this_boot, size));
  if (!is_whole)
    return "the machine was stopped while it was open, so a part of it may never have reached the disk";
  if (const std::uintmax_t now = size_of(data_); now < size)
    return fmt::format("its file was cut off: it has {} bytes and had {}", now, size);
  return std::nullopt;
}

Result<void> Mark::set_open(const std::string& this_boot) {
  return write(open_text(this_boot, size_of(data_)));
}
Result<void> Mark::set_clean() {
  return write(clean_text(size_of(data_)));
}

Result<void> Mark::write(const std::string& text) {
  const std::string beside = path_ + ".new";
  {
    File file(beside, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file || !file.write(text) || !file.sync()) return cannot_write(beside, errno);
  }
  if (::rename(beside.c_str(), path_.c_str()) != 0) return cannot_write(path_, errno);
  const std::string parent = std::filesystem::path(path_).parent_path().string();
  File folder(parent.empty() ? "." : parent, O_RDONLY | O_DIRECTORY);
  if (!folder || !folder.sync()) return cannot_write(path_, errno);
  return {};
}

}  // namespace herald::projections
