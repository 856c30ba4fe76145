// Content by its SHA-256.
#include "api/authorisation.h"
#include "api/call.h"
#include "api/handlers.h"
#include "api/named_blobs.h"

namespace herald::api {

namespace {

Result<Outcome> put_blob(const Call& call) {
  HERALD_TRY(const Digest digest, about("sha256", Digest::parse(call.path.at("sha256"))));
  return Receive{digest};
}

// A digest says nothing of the model that the content belongs to: who may not download everything fetches files by their
// artifact. Who may upload asks whether its own content is there, so as not to send it again.
Result<void> check_may_download(const Call& call, const Digest& digest) {
  if (may_take_any_content(call)) return {};
  const projections::HeadReader head(call.herald.parts.head);
  if (call.request.method == Method::head && call.access.anywhere(head) >= registry::Role::member) {
    if (size_of_named(call, digest)) return {};
    return error(Cause::not_found, "no blob has the digest " + digest.str(), "sha256");
  }
  note_denied(call, to_string(Permission::download));
  return error(Cause::denied,
               "to download any content by its digest takes the role viewer on the server: fetch files by "
               "their artifact, "
               "at /v1/artifacts/{artifact}/files/{path}");
}

Result<Outcome> get_blob(const Call& call) {
  HERALD_TRY(const Digest digest, about("sha256", Digest::parse(call.path.at("sha256"))));
  HERALD_CHECK(check_may_download(call, digest));
  return Blocking{[&call, digest]() -> Result<Outcome> {
    HERALD_TRY(auto blob, call.herald.parts.blobs.open(digest));
    if (!blob) return error(Cause::not_found, "no blob has the digest " + digest.str(), "sha256");
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
                  .ranged()
                  .says("Takes Range, If-Range and If-None-Match; the ETag is the digest. Takes the role "
                        "viewer on the "
                        "server: others fetch files by their artifact.")});
}

}  // namespace herald::api
