#include "base/ids.h"

#include <openssl/rand.h>

#include <cstring>
#include <mutex>
#include <stdexcept>

#include "base/bytes.h"
#include "base/hex.h"

namespace herald {
namespace {

constexpr std::size_t kTextLength = 36;
constexpr bool is_dash_position(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

Error not_an_id(std::string_view text) {
  return error(Cause::invalid_value, "\"" + std::string(text.substr(0, 64)) +
                                         "\" is not an id: write a UUID, as 01939f5e-0c3b-7a52-8c1e-2f6d3b9a4c10");
}

// RFC 9562: the variant leaves 62 bits of the last eight bytes.
constexpr std::uint64_t kLowBits = (1ull << 62) - 1;

class RandomIds final : public IdSource {
 public:
  Uuid next(Timestamp now) override {
    const std::lock_guard lock(mutex_);
    const auto ms = static_cast<std::uint64_t>(now.unix_ms());
    if (ms > ms_) {
      start(ms);
    } else {
      low_ += 1 + random() % (1ull << 32);  // not to be guessed from the one before
      if (low_ > kLowBits) start(ms_ + 1);
    }
    std::string bytes;
    append_be64(bytes, ms_ << 16 | 0x7000 | high_);
    append_be64(bytes, 1ull << 63 | low_);
    return Uuid::from_bytes(bytes);
  }

 private:
  void start(std::uint64_t ms) {
    ms_ = ms;
    high_ = random() & 0x0fff;
    low_ = random() & kLowBits;
  }

  // Nothing is drawn ahead: a child process would draw the same again.
  static std::uint64_t random() { return read_be64(random_bytes(sizeof(std::uint64_t))); }

  std::mutex mutex_;
  std::uint64_t ms_ = 0, high_ = 0, low_ = 0;  // of the last id: its time, 12 and 62 random bits
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
