// Runs a check in a child process, so that a crash of it is a finding and not the end of the caller.
#pragma once

#include <atomic>
#include <functional>

#include "recorder/fsck.h"

namespace herald::recorder::checking {

// What is being read, for whoever has to tell where a crash was.
enum class Part : int { log, events, records, head, views, work, blobs };

// Shared with the parent.
class Whereabouts {
 public:
  void set(Part part) { part_.store(part, std::memory_order_relaxed); }
  Part get() const { return part_.load(std::memory_order_relaxed); }

 private:
  std::atomic<Part> part_{Part::log};
};
static_assert(std::atomic<Part>::is_always_lock_free);

using Check = std::function<Result<FsckReport>(const Progress&, Whereabouts&)>;

// Errors: the check's; unavailable when there can be no child.
Result<FsckReport> run_in_child(const Check& check, const Progress& progress);

std::string_view name(Part part);

}  // namespace herald::recorder::checking
