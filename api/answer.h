// What goes back: a status, a few headers and a body that is ready to be written. The session adds the headers that
// every answer has (Date, Content-Length, Herald-Request-Id).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sequence.h"

namespace herald::api {

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kProblemJson = "application/problem+json";
inline constexpr std::string_view kEventJson = "application/cloudevents+json; charset=UTF-8";
inline constexpr std::string_view kSchemaJson = "application/schema+json";
inline constexpr std::string_view kJsonLines = "application/x-ndjson";
inline constexpr std::string_view kPlainText = "text/plain; version=0.0.4; charset=utf-8";

struct Header {
  std::string_view name;  // a literal
  std::string value;      // visible ASCII, written by us
};

// What is the same for every caller as long as the server runs: made once, in each form in which it is sent.
struct Prepared {
  std::string body, gzipped, etag;
};

struct Answer {
  unsigned int status = 200;
  std::string_view media = kJson;  // a literal; empty: no body, no Content-Type
  std::string body = {};
  std::optional<Sequence> sequence = {};  // Herald-Sequence
  std::vector<Header> headers = {};
  const Prepared* prepared = {};  // in place of `body`; lives as long as the server
};

}  // namespace herald::api
