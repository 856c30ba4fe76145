#include "api/compression.h"

#include <zlib.h>

#include <algorithm>
#include <stdexcept>

#include "api/header_fields.h"

namespace herald::api {

namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib: 16 more asks for a gzip header
constexpr int kMemoryLevel = 8;

// "q=0", "q=0.0", ...: not at all.
bool is_refused(std::string_view parameters) {
  const std::string_view weight = trimmed(parameters);
  return (weight.starts_with("q=") || weight.starts_with("Q=")) &&
         weight.find_first_not_of("0.", 2) == std::string_view::npos;
}

}  // namespace

bool takes_gzip(std::string_view list) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view one = list.substr(0, comma);
    const std::size_t semicolon = std::min(one.find(';'), one.size());
    if (equals_ignoring_case(trimmed(one.substr(0, semicolon)), "gzip"))
      return semicolon == one.size() || !is_refused(one.substr(semicolon + 1));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

std::string gzipped(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  std::string in(bytes);  // zlib takes what it does not write to by a pointer that could
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int ended = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (ended != Z_STREAM_END) throw std::logic_error("gzip did not end");
  return out;
}

}  // namespace herald::api
