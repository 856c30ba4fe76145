// A small synced file beside an environment that is not synced: written before the environment is opened for
// writing, it tells after a start whether the environment can be trusted: written in the same boot or closed clean,
// and not shorter than it was then (LMDB's files never shrink; one that a copy cut off would end the process that
// reads it).
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace herald::projections {

// The kernel's id of this boot (/proc/sys/kernel/random/boot_id).
std::string boot_id();

class Mark {
 public:
  // `data`: the environment's file.
  Mark(std::string path, std::string data) : path_(std::move(path)), data_(std::move(data)) {}
  // Why what was written last may not be whole; nothing: it is. An unreadable or absent mark does not say that it is.
  std::optional<std::string> why_not_trusted(const std::string& this_boot) const;
  // Durable when they return. Errors: unavailable, storage_full.
  Result<void> set_open(const std::string& this_boot);
  Result<void> set_clean();

 private:
  std::string path_, data_;
};

}  // namespace herald::projections
