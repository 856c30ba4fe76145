// Content by its SHA-256.
#include "api/call.h"
#include "api/handlers.h"

namespace herald::api {

namespace {

Result<Outcome> put_blob(const Call& call) {
  HERALD_TRY(const Digest digest, about("sha256", Digest::parse(call.path.at("sha256"))));
  return Receive{digest};
}

Result<Outcome> get_blob(const Call& call) {
  HERALD_TRY(const Digest digest, about("sha256", Digest::parse(call.path.at("sha256"))));
  return Blocking{[&call, digest]() -> Result<Outcome> {
    HERALD_TRY(auto blob, call.herald.parts.blobs.open(digest));
    if (!blob) return error(Cause::not_found, "no blob has the digest " + digest.str());
    return Content{std::move(blob), digest};
  }};
}

}  // namespace

void add_blob_routes(Router& router) {
  router.add({Method::put, "/v1/blobs/{sha256}", Permission::write, ObjectScope::visible, put_blob,
              Doc("blobs", "Upload content")
                  .takes_bytes()
                  .says("201 when it is new, 200 when it was there. What does not have the digest is refused "
                        "(422) and nothing is kept. A blob is "
                        "durable when the answer comes.")});
  router.add({Method::get, "/v1/blobs/{sha256}", Permission::download, ObjectScope::visible, get_blob,
              Doc("blobs", "Download content")
                  .gives_media("application/octet-stream")
                  .says("Takes Range, If-Range and If-None-Match; the ETag is the digest.")});
}

}  // namespace herald::api
