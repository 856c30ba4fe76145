// What can go wrong in normal use, as a value. Exceptions are kept for broken invariants.
//
// `Result<T>` holds a T or an Error. An Error has a cause (what kind of answer this is, and so which HTTP status
// and exit code), the field of the input it is about (a JSON path such as `aliases[0].name`, or empty), and a
// sentence for a person: what, where, why, what to do.
#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>
#include <string>
#include <string_view>

namespace herald {

// Each cause maps to one HTTP status (api/problem.cc) and one CLI exit code (cli/exit_code.cc).
enum class Cause {
  malformed,              // not JSON (the detail says line and column), not UTF-8, not HTTP: cannot be read
  invalid_value,          // readable, but the field breaks a rule
  missing_field,          // a required field is absent
  unknown_field,          // a field that this command does not have
  duplicate_field,        // the same field twice
  too_large,              // above a named limit in bytes
  too_many,               // above a named limit in number
  not_found,              // the thing named does not exist
  already_exists,         // the name or number is taken
  expected_mismatch,      // compare-and-set: the current value is another than the one expected
  not_allowed_now,        // the state of the thing forbids it
  idempotency_mismatch,   // the key was used before with another request
  unauthenticated,        // who are you
  denied,                 // you may not
  foreign_origin,         // open mode: request with a foreign Host or Origin
  method_not_allowed,     // the path exists, the method does not
  unsupported_media,      // content type not understood
  range_not_satisfiable,  // byte range outside the object
  digest_mismatch,        // the bytes are not those that were announced
  length_required,        // a body without an announced length where one is needed
  timed_out,              // the caller was too slow
  rate_limited,           // the caller asks too often: later
  busy,                   // a queue is full: try again
  storage_full,           // no room left: reads go on
  stopping,               // the server is going down: try again elsewhere or later
  unavailable,            // a part that is needed does not answer
  internal                // a defect of ours
};

// The stable word for a cause, as in the problem's `code`: "expected-mismatch".
std::string_view to_string(Cause cause);

struct Error {
  Cause cause = Cause::internal;
  std::string message;
  std::string field;
};

inline Error error(Cause cause, std::string message, std::string field = {}) {
  return Error{cause, std::move(message), std::move(field)};
}

template <class T = void>
using Result = boost::system::result<T, Error>;

// `result.value()` on an error is a broken invariant.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

// HERALD_TRY(name, expression): binds the value or returns the error from the enclosing function.
#define HERALD_CONCAT2(a, b) a##b
#define HERALD_CONCAT(a, b) HERALD_CONCAT2(a, b)
#define HERALD_TRY_IMPL(tmp, name, ...)    \
  auto tmp = (__VA_ARGS__);                \
  if (!tmp) return std::move(tmp).error(); \
  name = std::move(*tmp)
#define HERALD_TRY(name, ...) HERALD_TRY_IMPL(HERALD_CONCAT(herald_try_, __LINE__), name, __VA_ARGS__)
// HERALD_CHECK(expression): the same for Result<void>.
#define HERALD_CHECK(...) \
  if (auto herald_checked = (__VA_ARGS__); !herald_checked) return std::move(herald_checked).error()

}  // namespace herald
