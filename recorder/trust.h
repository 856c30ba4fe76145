// Whether a derived store can be kept: asked at every start (recovery.h) and when a folder is checked (fsck.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "eventstore/log.h"
#include "projections/mark.h"
#include "projections/stand.h"

namespace herald::recorder {

// The mark of the store in the folder `path` stands beside it.
projections::Mark mark_of(const std::string& path);

// Why the store in `path` must not be opened; nothing: it may be. Asked before, since opening a damaged LMDB file can
// end the process.
std::optional<std::string> why_not_open(const std::string& path);

// Why a store that stands so is not one of this log and this program; nothing: it is.
std::optional<std::string> why_not_fit(const projections::Stand& stand, std::uint32_t version,
                                       const eventstore::Log& log);

}  // namespace herald::recorder
