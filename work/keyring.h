// The server's own keys, outside the data folder, so that a copied data folder gives no secret away. One file of mode
// 0600 with 32 random bytes (in hex); each use gets a key of its own, derived by HMAC-SHA-256 over its name.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace herald::work {

class Keyring {
 public:
  // What open() would refuse, without making anything: a path inside `data_folder` or to no file, a file that others
  // than the owner may read or that is damaged, and one that is gone while the folder was written with it.
  // Errors: unavailable, invalid_value.
  static Result<void> check(const std::string& path, const std::string& data_folder);
  // Made durably if absent.
  static Result<Keyring> open(const std::string& path, const std::string& data_folder);
  // 32 bytes for one use: "idempotency", "secrets", "cursors".
  std::string key(std::string_view use) const;

 private:
  explicit Keyring(std::string master) : master_(std::move(master)) {}
  std::string master_;
};

}  // namespace herald::work
