#include "api/named_blobs.h"

#include "api/authorisation.h"
#include "work/uploads.h"

namespace herald::api {

bool may_take_any_content(const Call& call) {
  return call.access.on_server() >= registry::Role::viewer;
}

std::optional<std::uint64_t> size_of_named(const Call& call, const Digest& digest) {
  const Parts& parts = call.herald.parts;
  if (!may_take_any_content(call) && !work::has_uploaded(parts.work, call.actor.id, digest))
    return std::nullopt;
  return parts.blobs.size(digest);
}

Error not_to_be_named(const Call& call, const Digest& digest, std::string_view file, std::string field) {
  if (call.herald.parts.blobs.size(digest)) note_denied(call, to_string(Permission::download));
  return error(Cause::not_found,
               "no blob of yours has the digest " + digest.str() + " (" + shown(file) + "): upload it first",
               std::move(field));
}

}  // namespace herald::api
