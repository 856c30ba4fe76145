// What happens at start: the derived stores are opened and brought to where the log is, or built anew.
//
// A store is kept when its mark can be trusted (projections/mark.h), its version is this program's, its origin is the
// log's and its leaf hash is the log's at its sequence; then the events that it misses are applied. Otherwise it is
// built from the log beside the old one (DIR/head.rebuilding), synced, and swapped in; one that cannot be trusted is
// never opened. Killed at any point, the next start finds the old store, the new one, or none, and does the same again.
// Events are read and decoded on a thread of their own, one batch ahead of the applying.
// Progress goes to `progress` (sequence applied, of), which may be empty.
//
// Errors: storage_full; unavailable (permissions); what keeps an event of the log from being read or applied.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "eventstore/log.h"
#include "projections/head.h"
#include "projections/views.h"

namespace herald::recorder {

using Progress = std::function<void(Sequence applied, Sequence of)>;

enum class Brought { up_to_date, caught_up, rebuilt };

template <class Store>
struct Opened {
  std::unique_ptr<Store> store;
  Brought how = Brought::up_to_date;
  std::string why;  // for rebuilt: what did not fit
};

struct ForceRebuild {
  bool value = false;
};

Result<Opened<projections::Head>> open_head(const projections::StoreOptions& options,
                                            const eventstore::Log& log, ForceRebuild force,
                                            const Progress& progress);
Result<Opened<projections::Views>> open_views(const projections::StoreOptions& options,
                                              const eventstore::Log& log, ForceRebuild force,
                                              const Progress& progress);
// After the last write and before it is closed: syncs and sets the clean mark.
Result<void> close_clean(projections::Head& head);
Result<void> close_clean(projections::Views& views);

}  // namespace herald::recorder
