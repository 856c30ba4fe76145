#include "connectors/blobs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "base/hex.h"
#include "base/ids.h"
#include "base/limits.h"

namespace herald::connectors {
namespace {

namespace fs = std::filesystem;

Error failed(int code, const std::string& doing) {
  const bool full = code == ENOSPC || code == EDQUOT;
  return error(full ? Cause::storage_full : Cause::unavailable,
               fmt::format("{}: {}", doing, std::generic_category().message(code)));
}

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  File& operator=(File&&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }

  static Result<File> open(const std::string& path, int flags, mode_t mode = 0) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    if (descriptor < 0) return failed(errno, "opening " + path);
    return File(descriptor);
  }

 private:
  int descriptor_;
};

Result<void> sync_folder(const std::string& path) {
  HERALD_TRY(const File folder, File::open(path, O_RDONLY | O_DIRECTORY));
  if (::fsync(folder.get()) != 0) return failed(errno, "syncing " + path);
  return {};
}

Result<void> make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failed(errno, "making " + path);
  return {};
}

class Upload final : public api::BlobStore::Upload {
 public:
  Upload(std::string folder, std::string incoming, File file, const Digest& digest)
      : folder_(std::move(folder)), incoming_(std::move(incoming)), file_(std::move(file)), digest_(digest) {}
  ~Upload() override {
    if (!finished_) ::unlink(incoming_.c_str());
  }

  Result<void> write(std::string_view bytes) override {
    size_ += bytes.size();
    if (size_ > limits::kMaxBlobBytes) {
      return error(Cause::too_large, fmt::format("a blob has at most {} bytes", limits::kMaxBlobBytes));
    }
    hash_.update(bytes);
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return failed(errno, "writing a blob");
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  Result<void> finish() override {
    const Digest found = hash_.finish();
    if (found != digest_) {
      return error(Cause::digest_mismatch,
                   fmt::format("the {} bytes that came have the digest {}, not {}: they "
                               "were cut or changed on the way, or the digest is another file's",
                               size_, found.str(), digest_.str()));
    }
    const std::string hex = digest_.hex();
    const std::string shelf = folder_ + "/" + hex.substr(0, 2);
    if (::fchmod(file_.get(), 0400) != 0) return failed(errno, "making a blob read-only");
    if (::fsync(file_.get()) != 0) return failed(errno, "syncing a blob");
    HERALD_CHECK(make_folder(shelf));
    if (::rename(incoming_.c_str(), (shelf + "/" + hex.substr(2)).c_str()) != 0) {
      return failed(errno, "putting a blob in its place");
    }
    finished_ = true;
    HERALD_CHECK(sync_folder(shelf));
    return sync_folder(folder_);
  }

 private:
  std::string folder_, incoming_;
  File file_;
  Digest digest_;
  Sha256 hash_;
  std::uint64_t size_ = 0;
  bool finished_ = false;
};

class Blob final : public api::BlobStore::Blob {
 public:
  Blob(File file, std::uint64_t size) : file_(std::move(file)), size_(size) {}
  std::uint64_t size() const override { return size_; }

  Result<std::string> read(std::uint64_t offset, std::size_t count) const override {
    std::string bytes(count, '\0');
    std::size_t have = 0;
    while (have < count) {
      const ssize_t got =
          ::pread(file_.get(), bytes.data() + have, count - have, static_cast<off_t>(offset + have));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failed(errno, "reading a blob");
      if (got == 0) break;
      have += static_cast<std::size_t>(got);
    }
    bytes.resize(have);
    return bytes;
  }

 private:
  File file_;
  std::uint64_t size_;
};

class FolderBlobs final : public api::BlobStore {
 public:
  FolderBlobs(std::string folder, std::uint64_t reserve) : folder_(std::move(folder)), reserve_(reserve) {}

  Result<std::unique_ptr<api::BlobStore::Upload>> begin(const Digest& digest) override {
    HERALD_CHECK(check_space());
    std::string incoming = folder_ + "/incoming/" + to_hex(random_bytes(16));
    HERALD_TRY(File file, File::open(incoming, O_WRONLY | O_CREAT | O_EXCL, 0600));
    return std::unique_ptr<api::BlobStore::Upload>(
        std::make_unique<connectors::Upload>(folder_, std::move(incoming), std::move(file), digest));
  }

  Result<std::unique_ptr<api::BlobStore::Blob>> open(const Digest& digest) const override {
    const int descriptor = ::open(path_of(digest).c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 && errno == ENOENT) return std::unique_ptr<api::BlobStore::Blob>();
    if (descriptor < 0) return failed(errno, "opening a blob");
    File file(descriptor);
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) return failed(errno, "looking at a blob");
    return std::unique_ptr<api::BlobStore::Blob>(
        std::make_unique<connectors::Blob>(std::move(file), static_cast<std::uint64_t>(status.st_size)));
  }

  std::optional<std::uint64_t> size(const Digest& digest) const override {
    struct stat status {};
    if (::stat(path_of(digest).c_str(), &status) != 0) return std::nullopt;
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  std::string path_of(const Digest& digest) const {
    const std::string hex = digest.hex();
    return folder_ + "/" + hex.substr(0, 2) + "/" + hex.substr(2);
  }

  Result<void> check_space() const {
    struct statvfs disk {};
    if (::statvfs(folder_.c_str(), &disk) != 0) return failed(errno, "asking how full the disk is");
    if (static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize >= reserve_) return {};
    return error(
        Cause::storage_full,
        fmt::format("the disk of the data folder has less than {} MiB free: uploads are refused until "
                    "there is room",
                    reserve_ >> 20));
  }

  std::string folder_;
  std::uint64_t reserve_;
};

}  // namespace

Result<std::unique_ptr<api::BlobStore>> open_folder_blobs(const std::string& folder,
                                                          std::uint64_t disk_reserve) {
  const std::string incoming = folder + "/incoming";
  std::error_code swept;
  fs::remove_all(incoming, swept);
  if (swept) return failed(swept.value(), "sweeping " + incoming);
  HERALD_CHECK(make_folder(folder));
  HERALD_CHECK(make_folder(incoming));
  HERALD_CHECK(sync_folder(folder));
  return std::unique_ptr<api::BlobStore>(std::make_unique<FolderBlobs>(folder, disk_reserve));
}

}  // namespace herald::connectors
