// Where a list goes on, as callers carry it: the position, authenticated for the very list it came from, so that a
// forged cursor, or one of another list, is refused and never reaches a store. The position is kept from who carries it, too: it
// may tell of rows that are hidden.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace herald::api {

class Cursors {
 public:
  explicit Cursors(std::string key) : key_(std::move(key)) {}
  // `list`: what is listed ("/v1/models"); letters, digits, "-" and "_" come out.
  std::string seal(std::string_view list, std::string_view position) const;
  // Errors: invalid_value, field "cursor".
  Result<std::string> open(std::string_view list, std::string_view cursor) const;

 private:
  std::string tag(std::string_view list, std::string_view position) const;
  std::string masked(std::string_view tag, std::string text) const;  // twice is as never
  std::string key_;
};

}  // namespace herald::api
