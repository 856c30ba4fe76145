#include "base/result.h"

#include <stdexcept>

namespace herald {

std::string_view to_string(Cause cause) {
  switch (cause) {
    case Cause::malformed: return "malformed";
    case Cause::invalid_value: return "invalid-value";
    case Cause::missing_field: return "missing-field";
    case Cause::unknown_field: return "unknown-field";
    case Cause::duplicate_field: return "duplicate-field";
    case Cause::too_large: return "too-large";
    case Cause::too_many: return "too-many";
    case Cause::not_found: return "not-found";
    case Cause::already_exists: return "already-exists";
    case Cause::expected_mismatch: return "expected-mismatch";
    case Cause::not_allowed_now: return "not-allowed-now";
    case Cause::idempotency_mismatch: return "idempotency-mismatch";
    case Cause::unauthenticated: return "unauthenticated";
    case Cause::denied: return "denied";
    case Cause::foreign_origin: return "foreign-origin";
    case Cause::method_not_allowed: return "method-not-allowed";
    case Cause::unsupported_media: return "unsupported-media";
    case Cause::range_not_satisfiable: return "range-not-satisfiable";
    case Cause::digest_mismatch: return "digest-mismatch";
    case Cause::length_required: return "length-required";
    case Cause::timed_out: return "timed-out";
    case Cause::rate_limited: return "rate-limited";
    case Cause::busy: return "busy";
    case Cause::storage_full: return "storage-full";
    case Cause::stopping: return "stopping";
    case Cause::unavailable: return "unavailable";
    case Cause::internal: return "internal";
  }
  return "internal";
}

void throw_exception_from_error(const Error& error, const boost::source_location& where) {
  throw std::logic_error(std::string(to_string(error.cause)) + ": " + error.message + " (" + where.to_string() + ")");
}

}  // namespace herald
