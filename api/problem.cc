#include "api/problem.h"

#include "reflect/json_write.h"

namespace herald::api {

ProblemKind problem_kind(Cause cause) {
  switch (cause) {
    case Cause::malformed:
      return {400, "The request cannot be read"};
    case Cause::invalid_value:
      return {422, "A value breaks a rule"};
    case Cause::missing_field:
      return {422, "A required field is missing"};
    case Cause::unknown_field:
      return {422, "A field is not known here"};
    case Cause::duplicate_field:
      return {422, "A field comes twice"};
    case Cause::too_large:
      return {413, "Too large"};
    case Cause::too_many:
      return {422, "Too many"};
    case Cause::not_found:
      return {404, "Not found"};
    case Cause::already_exists:
      return {409, "It exists already"};
    case Cause::expected_mismatch:
      return {409, "The current value is another than the expected one"};
    case Cause::not_allowed_now:
      return {409, "Not allowed in the present state"};
    case Cause::idempotency_mismatch:
      return {422, "The idempotency key belongs to another request"};
    case Cause::unauthenticated:
      return {401, "Authentication is required"};
    case Cause::denied:
      return {403, "Not permitted"};
    case Cause::foreign_origin:
      return {403, "The request comes from elsewhere"};
    case Cause::method_not_allowed:
      return {405, "The path has no such method"};
    case Cause::unsupported_media:
      return {415, "The content type is not understood"};
    case Cause::range_not_satisfiable:
      return {416, "The range lies outside the object"};
    case Cause::digest_mismatch:
      return {422, "The bytes are not those announced"};
    case Cause::length_required:
      return {411, "The length must be announced"};
    case Cause::timed_out:
      return {408, "The request came too slowly"};
    case Cause::rate_limited:
      return {429, "Too many requests"};
    case Cause::busy:
      return {503, "Busy: try again"};
    case Cause::storage_full:
      return {507, "No room left to write"};
    case Cause::stopping:
      return {503, "The server is stopping"};
    case Cause::unavailable:
      return {503, "A part that is needed does not answer"};
    case Cause::internal:
      return {500, "A defect in Herald"};
  }
  return {500, "A defect in Herald"};
}

namespace {

// Where it is when no field is named.
std::string_view place_of(Cause cause) {
  switch (cause) {
    case Cause::malformed:
    case Cause::invalid_value:
    case Cause::missing_field:
    case Cause::unknown_field:
    case Cause::duplicate_field:
    case Cause::too_large:
    case Cause::too_many:
    case Cause::digest_mismatch:
    case Cause::timed_out:
      return "body";
    case Cause::not_found:
    case Cause::already_exists:
    case Cause::expected_mismatch:
    case Cause::not_allowed_now:
      return "path";
    case Cause::idempotency_mismatch:
      return "Idempotency-Key";
    case Cause::unauthenticated:
    case Cause::denied:
    case Cause::rate_limited:
      return "Authorization";
    case Cause::foreign_origin:
      return "Origin";
    case Cause::method_not_allowed:
      return "method";
    case Cause::unsupported_media:
      return "Content-Type";
    case Cause::range_not_satisfiable:
      return "Range";
    case Cause::length_required:
      return "Content-Length";
    case Cause::busy:
    case Cause::storage_full:
    case Cause::stopping:
    case Cause::unavailable:
    case Cause::internal:
      break;
  }
  return {};
}

// "{}" is the field. docs/errors.md is made of this table.
std::string_view general_fix(Cause cause) {
  switch (cause) {
    case Cause::malformed:
      return "Send {} again in the form that the detail asks for.";
    case Cause::invalid_value:
      return "Give {} a value that keeps the rule.";
    case Cause::missing_field:
      return "Add {}.";
    case Cause::unknown_field:
      return "Leave {} out, or spell it as one that is known here.";
    case Cause::duplicate_field:
      return "Give {} once.";
    case Cause::too_large:
      return "Make {} smaller; files go up as blobs, and docs/limits.md has all limits.";
    case Cause::too_many:
      return "Give fewer of {}: do it in several requests, or remove what is no longer needed.";
    case Cause::not_found:
      return "Look at the spelling of {}. What the caller may not see is not found either.";
    case Cause::already_exists:
      return "Choose another {}, or change what is there.";
    case Cause::expected_mismatch:
      return "Read again what is there now, decide again, and send that as what is expected.";
    case Cause::not_allowed_now:
      return "Do first what the detail asks for, then this again.";
    case Cause::idempotency_mismatch:
      return "Use a new {} for a new request; repeat an old one byte for byte.";
    case Cause::unauthenticated:
      return "Send {}: Bearer and a token that is in force; herald token issue makes one, herald profile add "
             "keeps it.";
    case Cause::denied:
      return "Ask an administrator for the role, or show another token; herald access explain says what is "
             "held.";
    case Cause::foreign_origin:
      return "Call Herald by its own name and from its own pages; before it is claimed, by localhost.";
    case Cause::method_not_allowed:
      return "Use a {} that the header Allow lists.";
    case Cause::unsupported_media:
      return "Send the body as it is, with Content-Type: application/json.";
    case Cause::range_not_satisfiable:
      return "Ask for a {} within the size that Content-Range says, or leave it out.";
    case Cause::digest_mismatch:
      return "Compute the digest of the file again, and send its bytes again.";
    case Cause::length_required:
      return "Send the body with a {}, or chunked.";
    case Cause::timed_out:
      return "Send it again without pauses; under an Idempotency-Key that is safe.";
    case Cause::rate_limited:
      return "Wait for as many seconds as Retry-After says, then go on.";
    case Cause::busy:
      return "Try again after the seconds of Retry-After, under the same Idempotency-Key.";
    case Cause::storage_full:
      return "Whoever runs the server makes room (docs/operations.md); reads go on.";
    case Cause::stopping:
      return "Try again when the server is back, under the same Idempotency-Key.";
    case Cause::unavailable:
      return "Look at /readyz and at the server's log for the part that the detail names.";
    case Cause::internal:
      return "A defect of ours: report it with \"instance\" and the lines of the server's log that have it.";
  }
  return {};
}

struct Remedy {
  Cause cause;
  std::string_view field;
  std::string_view fix;
};

// Where more can be said than of the cause alone.
constexpr Remedy kRemedies[] = {
    {Cause::not_found, "model", "Look at the spelling: GET /v1/models, herald model list."},
    {Cause::not_found, "registry", "Look at the spelling: GET /v1/registries, herald registry list."},
    {Cause::not_found, "version",
     "Look at the number: GET /v1/models/{model}/versions, herald version list MODEL."},
    {Cause::not_found, "alias",
     "Look at the spelling: GET /v1/models/{model}/aliases, herald alias list MODEL."},
    {Cause::not_found, "stage", "Look at the spelling: GET /v1/registries/{registry}, herald registry show."},
    {Cause::not_found, "artifact",
     "Look at the id: GET /v1/artifacts, herald artifact list; or commit the artifact first."},
    {Cause::not_found, "comment",
     "Look at the id: GET /v1/models/{model}/comments, herald comment list MODEL."},
    {Cause::not_found, "automation", "Look at the spelling: GET /v1/automations, herald automation list."},
    {Cause::not_found, "delivery", "Look at the id: GET /v1/deliveries, herald delivery list."},
    {Cause::not_found, "secret", "Look at the spelling: GET /v1/secrets, herald secret list."},
    {Cause::not_found, "principal", "Look at the spelling: GET /v1/principals, herald user list."},
    {Cause::not_found, "token", "Look at the id: GET /v1/tokens, herald token list."},
    {Cause::not_found, "event", "Look at the number: GET /v1/log says the last."},
    {Cause::not_found, "path", "Look at the spelling: GET /openapi.json lists every path."},
    {Cause::invalid_value, "cursor", "Ask for the first page without a cursor, and follow its \"next\"."},
    {Cause::malformed, "body", "Send one JSON document in UTF-8, whole, where one is taken."},
    {Cause::expected_mismatch, "If-Match",
     "Take what is there now: ask again with its ETag, or without If-Match."},
    {Cause::malformed, "path", "Write the path in UTF-8, and what is special in it percent-encoded."},
    {Cause::malformed, "query", "Write the query in UTF-8, and what is special in it percent-encoded."},
    {Cause::not_found, "card", "Write one first: PUT on the same path, herald card set MODEL -f FILE."},
    {Cause::not_found, "sha256",
     "Compute the digest of the file again; or upload it first: PUT /v1/blobs/{sha256}."},
    {Cause::missing_field, "body", "Add one of the fields that the detail names."},
    {Cause::too_many, "body", "Do it in several requests, or remove first what is no longer needed."},
    {Cause::too_many, "member", "Take the member out of a team first."},
    {Cause::too_many, "principal", "Remove first what the detail counts and nobody needs any more."},
    {Cause::too_many, "downstream",
     "Leave the edge out: too much stands around it for a circle to be ruled out."},
    {Cause::not_allowed_now, "downstream", "Leave the edge out: what it comes from follows from it already."},
    {Cause::not_allowed_now, "code",
     "Sign in with a token; whoever runs the server makes another link: herald serve --recover."},
    {Cause::malformed, "Host", "Send one Host header with the name of the server."},
    {Cause::malformed, "request", "Speak HTTP/1.1; to a server with a certificate, over TLS."},
    {Cause::timed_out, "header", "Send the whole header at once."},
    {Cause::too_large, "header", "Send fewer and shorter headers, and a shorter path and query."},
    {Cause::rate_limited, "stream", "Close a stream that is open, or use one for several filters."},
    {Cause::unsupported_media, "Content-Encoding", "Send the body as it is, without Content-Encoding."},
};

}  // namespace

std::string where_of(const Error& error) {
  return error.field.empty() ? std::string(place_of(error.cause)) : error.field;
}

std::string fix_of(const Error& error) {
  const std::string where = where_of(error);
  for (const Remedy& remedy : kRemedies)
    if (remedy.cause == error.cause && remedy.field == where) return std::string(remedy.fix);
  std::string fix(general_fix(error.cause));
  const std::size_t gap = fix.find("{}");
  if (gap != std::string::npos) fix.replace(gap, 2, "\"" + where + "\"");
  return fix;
}

ProblemBody problem_body(const Error& error, const Uuid& request_id) {
  const ProblemKind kind = problem_kind(error.cause);
  const std::string where = where_of(error);
  const std::string code(to_string(error.cause));
  return {.type = "urn:herald:problem:" + code,
          .title = std::string(kind.title),
          .status = kind.status,
          .detail = error.message,
          .code = code,
          .field = where.empty() ? std::nullopt : std::optional(where),
          .fix = fix_of(error),
          .instance = "urn:herald:request:" + request_id.str()};
}

Answer problem(const Error& error, const Uuid& request_id, std::optional<unsigned int> status) {
  ProblemBody body = problem_body(error, request_id);
  body.status = status.value_or(body.status);
  Answer answer{.status = body.status, .media = kProblemJson, .body = json::to_json(body)};
  if (error.cause == Cause::busy || error.cause == Cause::stopping)
    answer.headers.push_back({"Retry-After", "1"});
  return answer;
}

}  // namespace herald::api
