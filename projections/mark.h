// A small synced file beside an environment that is not synced: written before the environment is opened for
// writing, it tells after a start whether the environment can be trusted (see design: same boot, or closed
// clean).
#pragma once

#include <string>

#include "base/result.h"

namespace herald::projections {

// The kernel's id of this boot (/proc/sys/kernel/random/boot_id).
std::string boot_id();

class Mark {
 public:
  explicit Mark(std::string path) : path_(std::move(path)) {}
  // True when what was written last is whole: closed clean, or written in this very boot. An unreadable or
  // absent mark says false.
  bool trusted(const std::string& this_boot) const;
  // Durable when they return. Errors: unavailable, storage_full.
  Result<void> set_open(const std::string& this_boot);
  Result<void> set_clean();

 private:
  Result<void> write(const std::string& text);
  std::string path_;
};

}  // namespace herald::projections
