// Errors as problem+json (RFC 9457): one table from cause to status and title, one from cause to what to do, and the body
// that they make. Whatever the error says, its body names where (`field`), what rule (`detail`) and what to do (`fix`):
// both tables have a row for each cause, and no body is made otherwise.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "api/answer.h"
#include "base/ids.h"
#include "base/result.h"

namespace herald::api {

struct ProblemKind {
  unsigned int status;
  std::string_view title;
};
ProblemKind problem_kind(Cause cause);
// The field of the error; where it names none, what it is about: "body", "path", "method" or a header's name. Empty of what
// no caller can mend.
std::string where_of(const Error& error);
// What the caller does about it.
std::string fix_of(const Error& error);

// The body, as described in /openapi.json.
struct ProblemBody {
  std::string type;  // "urn:herald:problem:<code>"
  std::string title;
  unsigned int status = 500;
  std::string detail;
  std::string code;                                         // to_string(Cause)
  std::optional<std::string> field;                         // where_of()
  std::string fix;                                          // fix_of()
  std::string instance;                                     // "urn:herald:request:<request id>"
  std::optional<std::uint64_t> position = {}, length = {};  // in the text of the field, in bytes
};
BOOST_DESCRIBE_STRUCT(ProblemBody, (),
                      (type, title, status, detail, code, field, fix, instance, position, length))

ProblemBody problem_body(const Error& error, const Uuid& request_id);
// `status`: where HTTP has a finer word than the cause (431 for a header that is too large).
Answer problem(const Error& error, const Uuid& request_id, std::optional<unsigned int> status = std::nullopt);

}  // namespace herald::api
