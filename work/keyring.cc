#include "work/keyring.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "base/digest.h"
#include "base/hex.h"
#include "base/ids.h"

namespace herald::work {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMasterBytes = 32;
constexpr std::size_t kFileBytes = 2 * kMasterBytes + 1;  // hex and a line's end

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

Error unavailable(std::string_view doing, const std::string& path) {
  return error(Cause::unavailable, fmt::format("{} the key file {}: {}", doing, path, std::strerror(errno)));
}

bool lies_inside(const std::string& path, const std::string& folder) {
  const fs::path inner = fs::weakly_canonical(fs::absolute(path));
  const fs::path relative = inner.lexically_relative(fs::weakly_canonical(fs::absolute(folder)));
  return !relative.empty() && *relative.begin() != "..";
}

Result<void> write_durably(int file, const std::string& text, const std::string& path) {
  for (std::size_t written = 0; written < text.size();) {
    const ssize_t count = ::write(file, text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unavailable("writing", path);
    written += static_cast<std::size_t>(count);
  }
  if (::fsync(file) != 0) return unavailable("syncing", path);
  return {};
}

Result<void> sync_folder(const fs::path& folder, const std::string& path) {
  const File opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.is_open() || ::fsync(opened.get()) != 0) return unavailable("syncing the folder of", path);
  return {};
}

fs::path folder_of(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

// Written whole under another name first: a crash leaves no half key under the real one, and of two processes
// that begin at once both use the same.
Result<void> make(const std::string& path) {
  std::error_code failed;
  if (fs::create_directories(folder_of(path), failed)) {
    fs::permissions(folder_of(path), fs::perms::owner_all, failed);
  }
  const std::string draft = fmt::format("{}.{}.new", path, to_hex(random_bytes(8)));
  {
    const File file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file.is_open()) return unavailable("making", path);
    HERALD_CHECK(write_durably(file.get(), to_hex(random_bytes(kMasterBytes)) + "\n", path));
  }
  const bool linked = ::link(draft.c_str(), path.c_str()) == 0;
  const int why = errno;
  ::unlink(draft.c_str());
  errno = why;
  if (!linked && why != EEXIST) return unavailable("making", path);
  return sync_folder(folder_of(path), path);
}

Result<std::string> read_master(int file, const std::string& path) {
  struct stat status {};
  if (::fstat(file, &status) != 0) return unavailable("reading", path);
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return error(
        Cause::unavailable,
        fmt::format(
            "the key file {} may be read by others (mode {:04o}): run `chmod 600 {}`, and change the secrets "
            "if somebody might have read it",
            path, status.st_mode & 07777, path));
  }
  std::string text(kFileBytes + 1, '\0');
  const ssize_t count = ::read(file, text.data(), text.size());
  if (count < 0) return unavailable("reading", path);
  text.resize(static_cast<std::size_t>(count));
  if (text.ends_with('\n')) text.pop_back();
  auto master = from_hex(text);
  if (!master || master->size() != kMasterBytes) {
    return error(Cause::unavailable,
                 fmt::format("the key file {} is damaged: it should hold {} hex digits. Restore it from a "
                             "backup; without it the stored secrets cannot be read",
                             path, 2 * kMasterBytes));
  }
  return std::move(*master);
}

}  // namespace

Result<Keyring> Keyring::open(const std::string& path, const std::string& data_folder) {
  if (lies_inside(path, data_folder)) {
    return error(Cause::invalid_value,
                 fmt::format("the key file {} lies inside the data folder {}: a copy of the folder would "
                             "give the secrets away. "
                             "Keep it elsewhere",
                             path, data_folder),
                 "key_file");
  }
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 && errno == ENOENT) {
    HERALD_CHECK(make(path));
    descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  }
  const File file(descriptor);
  if (!file.is_open()) return unavailable("opening", path);
  HERALD_TRY(std::string master, read_master(file.get(), path));
  return Keyring(std::move(master));
}

std::string Keyring::key(std::string_view use) const {
  return std::string(hmac_sha256(master_, use).bytes());
}

}  // namespace herald::work
