#include "api/showing.h"

#include "api/authorisation.h"
#include "api/sight.h"

namespace herald::api {

Result<void> check_artifact_is_seen(const Call& call, registry::ArtifactId id, const std::string& field) {
  if (call.access.on_server() >= registry::Role::viewer) return {};
  const projections::HeadReader head(call.herald.parts.head);
  const Sight sight(call);
  HERALD_TRY(const auto artifact, sight.artifact(head, id, field));
  if (sight.on(artifact) >= registry::Role::viewer) return {};
  note_denied(call, to_string(Permission::download));
  return error(
      Cause::denied,
      "to link artifact " + id.str() +
          ", and so let others download its files, takes the role viewer on a model that it is linked in",
      field);
}

Result<void> check_run_is_seen(const Call& call, const std::optional<registry::Run>& run,
                               const std::string& field) {
  if (!run) return {};
  return Sight(call).check_naming({registry::NodeKind::run, run->id.str(), run->id.str()},
                                  registry::Role::restricted_viewer, field);
}

}  // namespace herald::api
