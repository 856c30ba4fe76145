// What a version says of itself shows what it names: an artifact that is linked, a run. Nobody shows what is hidden from them.
#pragma once

#include <optional>
#include <string>

#include "api/call.h"

namespace herald::api {

// It is seen, and may be downloaded: whoever links it passes it on. Errors: not_found, denied, about `field`.
Result<void> check_artifact_is_seen(const Call& call, registry::ArtifactId id, const std::string& field);
// Who names a run is told what it used. Errors: denied, about `field`.
Result<void> check_run_is_seen(const Call& call, const std::optional<registry::Run>& run,
                               const std::string& field);

}  // namespace herald::api
