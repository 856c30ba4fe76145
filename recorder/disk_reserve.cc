#include "recorder/disk_reserve.h"

#include <fmt/format.h>

#include <filesystem>

namespace herald::recorder {
namespace {

using namespace std::chrono_literals;
constexpr auto kLookEvery = 100ms;

// Zero when the folder cannot be asked: then nothing can be written to it either.
std::uint64_t ask_operating_system(const std::string& folder) {
  std::error_code failure;
  const auto space = std::filesystem::space(folder, failure);
  return failure ? 0 : space.available;
}

std::uint64_t mebibytes(std::uint64_t bytes) {
  return bytes >> 20;
}

}  // namespace

DiskReserve::DiskReserve(std::string folder, std::uint64_t reserve_bytes, FreeBytes free_bytes,
                         const Clock& clock)
    : folder_(std::move(folder)),
      reserve_bytes_(reserve_bytes),
      free_bytes_(free_bytes ? std::move(free_bytes) : ask_operating_system),
      clock_(clock) {}

std::optional<Error> DiskReserve::shortage() {
  const auto now = clock_.steady();
  if (!looked_at_ || now - *looked_at_ >= kLookEvery) {
    looked_at_ = now;
    seen_ = look();
  }
  return seen_;
}

std::optional<Error> DiskReserve::look() const {
  const std::uint64_t free = free_bytes_(folder_);
  if (free >= reserve_bytes_) return std::nullopt;
  return error(
      Cause::storage_full,
      fmt::format(
          "the disk of {} has {} MiB free and writes are refused below {} MiB: make room there; reads "
          "go on",
          folder_, mebibytes(free), mebibytes(reserve_bytes_)));
}

}  // namespace herald::recorder
