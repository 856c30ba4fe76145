// Whether the disk has room for writing: asked of the operating system at most every 100 ms, so that a commit
// seldom meets a full disk and a batch costs no system call for it. One thread, but for
// look().
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace herald::recorder {

class DiskReserve {
 public:
  using FreeBytes = std::function<std::uint64_t(const std::string& folder)>;
  // `free_bytes` empty: asks the operating system.
  DiskReserve(std::string folder, std::uint64_t reserve_bytes, FreeBytes free_bytes, const Clock& clock);

  // A storage_full Error while there is less than the reserve.
  std::optional<Error> shortage();
  // The same, asked now. Any thread.
  std::optional<Error> look() const;

 private:
  const std::string folder_;
  const std::uint64_t reserve_bytes_;
  const FreeBytes free_bytes_;
  const Clock& clock_;
  std::optional<std::chrono::steady_clock::time_point> looked_at_;
  std::optional<Error> seen_;
};

}  // namespace herald::recorder
