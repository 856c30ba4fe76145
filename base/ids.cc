#include "base/ids.h"

#include <openssl/rand.h>

#include <cstring>
#include <mutex>
#include <stdexcept>

#include "base/hex.h"

namespace herald {
namespace {

constexpr std::size_t kTextLength = 36;
constexpr bool is_dash_position(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

Error not_an_id(std::string_view text) {
  return error(Cause::invalid_value, "\"" + std::string(text.substr(0, 64)) +
                                         "\" is not an id: write a UUID, as 01939f5e-0c3b-7a52-8c1e-2f6d3b9a4c10");
}

class RandomIds final : public IdSource {
 public:
  Uuid next(Timestamp now) override {
    std::array<std::uint8_t, 16> bytes{};
    take(bytes.data() + 6, 10);
    const auto ms = static_cast<std::uint64_t>(now.unix_ms());
    for (int i = 0; i < 6; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(ms >> (8 * (5 - i)));
    bytes[6] = static_cast<std::uint8_t>(0x70 | (bytes[6] & 0x0f));
    bytes[8] = static_cast<std::uint8_t>(0x80 | (bytes[8] & 0x3f));
    return Uuid(bytes);
  }

 private:
  void take(std::uint8_t* out, std::size_t count) {
    const std::lock_guard lock(mutex_);
    if (used_ + count > buffer_.size()) {
      buffer_ = random_bytes(kBuffer);
      used_ = 0;
    }
    std::memcpy(out, buffer_.data() + used_, count);
    used_ += count;
  }

  static constexpr std::size_t kBuffer = 4096;
  std::mutex mutex_;
  std::string buffer_;
  std::size_t used_ = 0;
};

}  // namespace

Result<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != kTextLength) return not_an_id(text);
  std::string digits;
  digits.reserve(32);
  for (std::size_t i = 0; i < kTextLength; ++i) {
    if (is_dash_position(i)) {
      if (text[i] != '-') return not_an_id(text);
    } else {
      digits.push_back(text[i]);
    }
  }
  const auto bytes = from_hex(digits);
  if (!bytes) return not_an_id(text);
  return from_bytes(*bytes);
}

Uuid Uuid::from_bytes(std::string_view sixteen) {
  if (sixteen.size() != 16) throw std::logic_error("a UUID has 16 bytes");
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), sixteen.data(), bytes.size());
  return Uuid(bytes);
}

std::string Uuid::str() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out(kTextLength, '-');
  std::size_t at = 0;
  for (const std::uint8_t byte : bytes_) {
    if (is_dash_position(at)) ++at;
    out[at++] = kDigits[byte >> 4];
    out[at++] = kDigits[byte & 15];
  }
  return out;
}

IdSource& random_ids() {
  static RandomIds ids;
  return ids;
}

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) != 1) {
    throw std::runtime_error("the operating system's random generator failed");
  }
  return out;
}

}  // namespace herald
