// Blobs as files of a folder: DIR/<2 hex>/<62 hex>, written as DIR/incoming/<random> and renamed when the digest fits
// and file and folder are synced. What a crash left in incoming/ is deleted at start. Files are read-only (0400).
#pragma once

#include <memory>
#include <string>

#include "api/ports.h"

namespace herald::connectors {

// Errors: unavailable, storage_full. `disk_reserve`: uploads are refused while the disk has less free bytes.
Result<std::unique_ptr<api::BlobStore>> open_folder_blobs(const std::string& folder, std::uint64_t disk_reserve);

}  // namespace herald::connectors
