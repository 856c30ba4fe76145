// Blobs in memory, for tests of the API.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <stdexcept>

#include "api/ports.h"

namespace herald::api::testing {

class MemoryBlobs final : public BlobStore {
 public:
  Result<std::unique_ptr<Upload>> begin(const Digest& digest, std::optional<std::uint64_t>) override {
    return std::make_unique<Incoming>(*this, digest);
  }
  Result<std::unique_ptr<Blob>> open(const Digest& digest) const override {
    const std::lock_guard lock(mutex_);
    const auto found = blobs_.find(digest);
    if (found == blobs_.end()) return std::unique_ptr<Blob>();
    return std::make_unique<Kept>(found->second, broken_);
  }
  std::optional<std::uint64_t> size(const Digest& digest) const override {
    if (broken_) throw std::runtime_error("a blob without a size");
    const std::lock_guard lock(mutex_);
    const auto found = blobs_.find(digest);
    if (found == blobs_.end()) return std::nullopt;
    return found->second.size();
  }
  // From now on, looking for a blob and reading one throw, as only a defect would.
  void break_down() { broken_ = true; }
  std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return blobs_.size();
  }

 private:
  class Incoming final : public Upload {
   public:
    Incoming(MemoryBlobs& home, const Digest& digest) : home_(home), digest_(digest) {}
    Result<void> write(std::string_view bytes) override {
      bytes_ += bytes;
      return {};
    }
    Result<void> finish() override {
      if (sha256(bytes_) != digest_) return error(Cause::digest_mismatch, "the bytes have another digest");
      const std::lock_guard lock(home_.mutex_);
      home_.blobs_[digest_] = bytes_;
      return {};
    }

   private:
    MemoryBlobs& home_;
    Digest digest_;
    std::string bytes_;
  };
  class Kept final : public Blob {
   public:
    Kept(std::string bytes, bool broken) : bytes_(std::move(bytes)), broken_(broken) {}
    std::uint64_t size() const override { return bytes_.size(); }
    Result<std::string> read(std::uint64_t offset, std::size_t count) const override {
      if (broken_) throw std::runtime_error("a blob without a size");
      return offset >= bytes_.size() ? std::string() : bytes_.substr(offset, count);
    }

   private:
    std::string bytes_;
    bool broken_;
  };

  std::atomic<bool> broken_{false};
  mutable std::mutex mutex_;
  std::map<Digest, std::string> blobs_;
};

}  // namespace herald::api::testing
