// Who uploaded which content: a digest is no secret (manifests and events show it), so only who brought the bytes may name
// them. A row is kept as long as the content is, which is for ever.
#pragma once

#include <string_view>

#include "base/clock.h"
#include "base/digest.h"
#include "work/store.h"

namespace herald::work {

// `actor`: an id. To be durable before the upload is answered.
Store::Job note_upload(std::string_view actor, const Digest& content, Timestamp when);
bool has_uploaded(const Store& store, std::string_view actor, const Digest& content);

}  // namespace herald::work
