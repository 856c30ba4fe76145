#include "connectors/blobs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <mutex>
#include <set>
#include <utility>

#include "base/fail_point.h"
#include "base/hex.h"
#include "base/ids.h"
#include "base/limits.h"
#include "disk/file.h"

namespace herald::connectors {
namespace {

namespace fs = std::filesystem;
using disk::File;
using disk::file_error;

// How many bytes of an upload are taken between two looks at the free space.
constexpr std::uint64_t kBytesBetweenLooks = 16 << 20;

class Disk {
 public:
  Disk(std::string folder, std::uint64_t reserve) : folder_(std::move(folder)), reserve_(reserve) {}

  // Whether `coming` bytes more leave the reserve free.
  Result<void> check(std::uint64_t coming) const {
    struct statvfs disk {};
    if (::statvfs(folder_.c_str(), &disk) != 0) return file_error(errno, "asking how full the disk is");
    const std::uint64_t free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
    if (free >= reserve_ && free - reserve_ >= coming) return {};
    return error(
        Cause::storage_full,
        fmt::format("the disk of the data folder has {} MiB free, of which {} MiB are kept free, and "
                    "{} MiB are to come: uploads are refused until there is room",
                    free >> 20, reserve_ >> 20, coming >> 20));
  }

 private:
  std::string folder_;
  std::uint64_t reserve_;
};

// The blobs in their places. Thread-safe.
class Shelves {
 public:
  explicit Shelves(std::string folder) : folder_(std::move(folder)) {}

  const std::string& folder() const { return folder_; }
  std::string path_of(const Digest& digest) const { return shelf_of(digest) + "/" + digest.hex().substr(2); }

  bool shows(const Digest& digest) const {
    if (::access(path_of(digest).c_str(), F_OK) != 0) return false;
    const std::lock_guard lock(mutex_);
    return !unsettled_.contains(digest);
  }

  // Moves a file that is synced and whole to its place; durable when it returns.
  Result<void> take(const std::string& incoming, const Digest& digest) {
    HERALD_CHECK(disk::make_folder(shelf_of(digest)));
    hide_what_is_new(digest);
    if (::rename(incoming.c_str(), path_of(digest).c_str()) != 0)
      return file_error(errno, "putting a blob in its place");
    if (fail_point("blobs.before_folder_sync")) return file_error(EIO, "syncing " + shelf_of(digest));
    HERALD_CHECK(disk::sync_folder(shelf_of(digest)));
    HERALD_CHECK(disk::sync_folder(folder_));  // another upload may have made the shelf and not synced it yet
    const std::lock_guard lock(mutex_);
    unsettled_.erase(digest);
    return {};
  }

  // For what a process that was killed has renamed and not synced.
  Result<void> sync() const {
    std::error_code failure;
    for (fs::directory_iterator shelf(folder_, failure); !failure && shelf != fs::directory_iterator();
         shelf.increment(failure)) {
      if (shelf->is_directory(failure)) HERALD_CHECK(disk::sync_folder(shelf->path()));
    }
    if (failure) return file_error(failure.value(), "looking at the blobs in " + folder_);
    return disk::sync_folder(folder_);
  }

 private:
  std::string shelf_of(const Digest& digest) const { return folder_ + "/" + digest.hex().substr(0, 2); }

  void hide_what_is_new(const Digest& digest) {
    const std::lock_guard lock(mutex_);
    if (::access(path_of(digest).c_str(), F_OK) != 0) unsettled_.insert(digest);
  }

  const std::string folder_;
  mutable std::mutex mutex_;
  std::set<Digest> unsettled_;  // renamed, perhaps, and not known to be durable
};

class Upload final : public api::BlobStore::Upload {
 public:
  Upload(Shelves& shelves, const Disk& disk, std::string incoming, File file, const Digest& digest)
      : shelves_(shelves),
        disk_(disk),
        incoming_(std::move(incoming)),
        file_(std::move(file)),
        digest_(digest) {}
  ~Upload() override { ::unlink(incoming_.c_str()); }

  Result<void> write(std::string_view bytes) override {
    size_ += bytes.size();
    if (size_ > limits::kMaxBlobBytes) {
      return error(Cause::too_large, fmt::format("a blob has at most {} bytes", limits::kMaxBlobBytes));
    }
    if (size_ - looked_at_ >= kBytesBetweenLooks) {
      HERALD_CHECK(disk_.check(bytes.size()));
      looked_at_ = size_;
    }
    hash_.update(bytes);
    return file_.write_all(bytes);
  }

  Result<void> finish() override {
    const Digest found = hash_.finish();
    if (found != digest_) {
      return error(Cause::digest_mismatch,
                   fmt::format("the {} bytes that came have the digest {}, not {}: they "
                               "were cut or changed on the way, or the digest is another file's",
                               size_, found.str(), digest_.str()));
    }
    if (::fchmod(file_.get(), 0400) != 0) return file_error(errno, "making a blob read-only");
    HERALD_CHECK(file_.sync());
    return shelves_.take(incoming_, digest_);
  }

 private:
  Shelves& shelves_;
  const Disk& disk_;
  const std::string incoming_;
  File file_;
  Digest digest_;
  Sha256 hash_;
  std::uint64_t size_ = 0;
  std::uint64_t looked_at_ = 0;  // its size when the free space was asked last
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
      if (got < 0) return file_error(errno, "reading a blob");
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
  FolderBlobs(const std::string& folder, std::uint64_t reserve) : shelves_(folder), disk_(folder, reserve) {}

  Result<void> prepare() const {
    const std::string incoming = shelves_.folder() + "/incoming";
    std::error_code swept;
    fs::remove_all(incoming, swept);
    if (swept) return file_error(swept.value(), "sweeping " + incoming);
    HERALD_CHECK(disk::make_folder(incoming));
    return shelves_.sync();
  }

  Result<std::unique_ptr<api::BlobStore::Upload>> begin(const Digest& digest,
                                                        std::optional<std::uint64_t> announced) override {
    HERALD_CHECK(disk_.check(announced.value_or(0)));
    std::string incoming = shelves_.folder() + "/incoming/" + to_hex(random_bytes(16));
    HERALD_TRY(File file, File::open(incoming, O_WRONLY | O_CREAT | O_EXCL));
    return std::unique_ptr<api::BlobStore::Upload>(
        std::make_unique<connectors::Upload>(shelves_, disk_, std::move(incoming), std::move(file), digest));
  }

  Result<std::unique_ptr<api::BlobStore::Blob>> open(const Digest& digest) const override {
    if (!shelves_.shows(digest)) return std::unique_ptr<api::BlobStore::Blob>();
    HERALD_TRY(File file, File::open(shelves_.path_of(digest), O_RDONLY));
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return file_error(errno, "looking at a blob");
    return std::unique_ptr<api::BlobStore::Blob>(
        std::make_unique<connectors::Blob>(std::move(file), static_cast<std::uint64_t>(status.st_size)));
  }

  std::optional<std::uint64_t> size(const Digest& digest) const override {
    struct stat status {};
    if (!shelves_.shows(digest) || ::stat(shelves_.path_of(digest).c_str(), &status) != 0)
      return std::nullopt;
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  Shelves shelves_;
  Disk disk_;
};

}  // namespace

Result<std::unique_ptr<api::BlobStore>> open_folder_blobs(const std::string& folder,
                                                          std::uint64_t disk_reserve) {
  auto blobs = std::make_unique<FolderBlobs>(folder, disk_reserve);
  HERALD_CHECK(blobs->prepare());
  return std::unique_ptr<api::BlobStore>(std::move(blobs));
}

}  // namespace herald::connectors
