// Blobs on their way in and out, in slices; the disk is waited for in the pool.
#pragma once

#include "api/call.h"
#include "api/wire.h"
#include "api/workers.h"

namespace herald::api {

// Sends the answer, header and bytes (or the refusal of a range). Returns its status.
Task<unsigned int> send_content(const Call& call, Content content, const WorkersOf& pool, Wire& wire);

// Takes the body and stores it. Errors: digest_mismatch, too_large, storage_full, what Wire::read_body says.
Task<Result<Answer>> receive_blob(const Call& call, Digest digest, const WorkersOf& pool, Wire& wire);

}  // namespace herald::api
