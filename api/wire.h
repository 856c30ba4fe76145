// What a session offers to those who answer: the body as it comes, and the answer as it goes. The only way from here to the
// socket. On the session's loop; one operation at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/answer.h"
#include "api/asio.h"
#include "base/result.h"

namespace herald::api {

class Wire {
 public:
  virtual ~Wire() = default;
  // The next bytes of the body, `count` at most; empty: it has ended. Errors: timed_out, malformed (not HTTP, or cut off).
  virtual Task<Result<std::string>> read_body(std::size_t count) = 0;
  // A body that is taken for as long as something comes: each read gets its own time.
  virtual void allow_slow_body() = 0;

  // Lines (each ended by CRLF) for the header of the answer to come, whatever it is.
  virtual void add_header_lines(std::string lines) = 0;

  // The whole answer.
  virtual Task<> send(const Answer& answer) = 0;
  // The header alone; the body follows by write(). `length`: absent where only the end of the connection ends it.
  // False: the connection is gone, or took nothing for Options::stall_timeout.
  virtual Task<bool> begin(const Answer& answer, std::optional<std::uint64_t> length) = 0;
  virtual Task<bool> write(std::string_view bytes) = 0;
  // The same for a body of unknown length whose end must be told from a break: in chunks (to HTTP/1.0, up to the end of the
  // connection). write_chunk() of nothing ends it.
  virtual Task<bool> begin_chunks(const Answer& answer) = 0;
  virtual Task<bool> write_chunk(std::string_view bytes) = 0;
  // For who has nothing to write for long: whether the connection has ended, or the caller has said that it sends no more
  // (which is all that can be seen of one that went away).
  virtual bool is_gone() = 0;
  // The answer cannot be completed: the connection ends here, so that the caller notices.
  virtual void break_off() = 0;
};

}  // namespace herald::api
