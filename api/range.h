// Ranges and conditions of a download (RFC 9110, 13 and 14), for content whose ETag is its digest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/request.h"
#include "base/digest.h"

namespace herald::api {

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

struct Portion {
  // `another`: If-Match names other content.
  enum class Kind { whole, part, not_modified, not_satisfiable, another } kind = Kind::whole;
  ByteRange range;
};

std::string etag_of(const Digest& digest);
// Of an answer that is made anew for each request: weak, since its bytes may come compressed. 128 bits of its SHA-256: the same in
// each process, and no two answers that differ have one.
std::string weak_etag_of(std::string_view body);
// Whether If-None-Match names it.
bool is_known(const Request& request, std::string_view etag);
// Content by digest has no date, so that If-Unmodified-Since is passed over, as RFC 9110, 13.1.4 demands.
// A Range that cannot be read, of another unit, or of several parts is passed over, as RFC 9110, 14.2 allows.
Portion portion_of(const Request& request, const Digest& digest, std::uint64_t size);

}  // namespace herald::api
