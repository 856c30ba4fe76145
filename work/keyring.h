// The server's own keys, outside the data folder, so that a copied data folder gives no secret away. One file of mode
// 0600 with 32 random bytes (in hex); each use gets a key of its own, derived by HMAC-SHA-256 over its name.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace herald::work {

class Keyring {
 public:
  // Made durably if absent. Refused when others than the owner may read it, or when it lies inside `data_folder`.
  // Errors: unavailable, invalid_value.
  static Result<Keyring> open(const std::string& path, const std::string& data_folder);
  // 32 bytes for one use: "idempotency", "secrets", "cursors".
  std::string key(std::string_view use) const;

 private:
  explicit Keyring(std::string master) : master_(std::move(master)) {}
  std::string master_;
};

}  // namespace herald::work
