// Blobs as files of a folder: DIR/<2 hex>/<62 hex>, written as DIR/incoming/<random> and renamed when the digest fits
// and the file is synced. What a crash left in incoming/ is deleted at start. Files are read-only (0400).
//
// What is shown is durable: between the rename and the end of the folders' sync a blob is not shown, and one whose
// folders could not be synced stays so until an upload of it succeeds; what a process that was killed there left is
// synced at start.
#pragma once

#include <memory>
#include <string>

#include "api/ports.h"

namespace herald::connectors {

// Errors: unavailable, storage_full. `disk_reserve`: uploads are refused when they would leave the disk less free bytes,
// by what was announced at the beginning and by what is free while they come.
Result<std::unique_ptr<api::BlobStore>> open_folder_blobs(const std::string& folder,
                                                          std::uint64_t disk_reserve);

}  // namespace herald::connectors
