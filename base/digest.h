// SHA-256 digests and keyed digests (HMAC-SHA-256), by OpenSSL.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace herald {

class Digest {
 public:
  static constexpr std::size_t kSize = 32;
  constexpr Digest() = default;
  constexpr explicit Digest(std::array<std::uint8_t, kSize> bytes) : bytes_(bytes) {}

  // 64 hex digits, with or without the prefix "sha256:".
  static Result<Digest> parse(std::string_view text);
  static Digest trusted(std::string_view text) { return parse(text).value(); }
  static Digest from_bytes(std::string_view thirty_two);
  // "sha256:" and 64 lower-case hex digits.
  std::string str() const;
  std::string hex() const;
  std::string_view bytes() const { return {reinterpret_cast<const char*>(bytes_.data()), kSize}; }
  friend constexpr auto operator<=>(const Digest&, const Digest&) = default;

 private:
  std::array<std::uint8_t, kSize> bytes_{};
};

// A running SHA-256. One thread; reusable: finish() begins anew.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Sha256& update(std::string_view bytes);
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Digest sha256(std::string_view bytes);
Digest hmac_sha256(std::string_view key, std::string_view bytes);

// Takes the same time whatever the contents; the lengths are not secret.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace herald
