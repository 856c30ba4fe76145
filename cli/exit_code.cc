#include "cli/exit_code.h"

namespace herald::cli {

ExitCode exit_code_of(Cause cause) {
  switch (cause) {
    case Cause::malformed:
    case Cause::invalid_value:
    case Cause::missing_field:
    case Cause::unknown_field:
    case Cause::duplicate_field:
    case Cause::too_large:
    case Cause::too_many:
    case Cause::range_not_satisfiable:
      return ExitCode::usage;
    case Cause::not_found:
      return ExitCode::not_found;
    case Cause::already_exists:
    case Cause::expected_mismatch:
    case Cause::not_allowed_now:
    case Cause::idempotency_mismatch:
      return ExitCode::conflict;
    case Cause::unauthenticated:
    case Cause::denied:
    case Cause::foreign_origin:
      return ExitCode::denied;
    case Cause::method_not_allowed:
    case Cause::unsupported_media:
    case Cause::digest_mismatch:
    case Cause::length_required:
    case Cause::timed_out:
    case Cause::busy:
    case Cause::storage_full:
    case Cause::stopping:
    case Cause::unavailable:
    case Cause::internal:
      return ExitCode::failure;
  }
  return ExitCode::failure;
}

}  // namespace herald::cli
