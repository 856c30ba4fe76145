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
    case Cause::rate_limited:
    case Cause::busy:
    case Cause::storage_full:
    case Cause::stopping:
    case Cause::unavailable:
    case Cause::internal:
      return ExitCode::failure;
  }
  return ExitCode::failure;
}

std::vector<ExitCodeText> exit_code_texts() {
  return {{ExitCode::ok, "Done."},
          {ExitCode::failure, "No server, no space, a defect; the same command may work later."},
          {ExitCode::usage,
           "The command or a value in it breaks a rule: it will not work as it is. Of herald apply "
           "--dry-run: something "
           "would change."},
          {ExitCode::not_found, "What was named does not exist."},
          {ExitCode::conflict,
           "The name is taken, the alias points elsewhere, the state forbids it; of herald wait: it cannot "
           "come any more."},
          {ExitCode::denied, "Denied."},
          {ExitCode::timed_out, "What herald wait waited for did not come in time."}};
}

}  // namespace herald::cli
