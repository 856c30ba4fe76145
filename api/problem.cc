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

ProblemBody problem_body(const Error& error, const Uuid& request_id) {
  const ProblemKind kind = problem_kind(error.cause);
  const std::string code(to_string(error.cause));
  return {.type = "urn:herald:problem:" + code,
          .title = std::string(kind.title),
          .status = kind.status,
          .detail = error.message,
          .code = code,
          .field = error.field.empty() ? std::nullopt : std::optional(error.field),
          .instance = "urn:herald:request:" + request_id.str()};
}

Answer problem(const Error& error, const Uuid& request_id, std::optional<unsigned int> status) {
  ProblemBody body = problem_body(error, request_id);
  body.status = status.value_or(body.status);
  Answer answer{.status = body.status,
                .media = kProblemJson,
                .body = json::to_json(body),
                .sequence = {},
                .headers = {}};
  if (error.cause == Cause::busy || error.cause == Cause::stopping)
    answer.headers.push_back({"Retry-After", "1"});
  return answer;
}

}  // namespace herald::api
