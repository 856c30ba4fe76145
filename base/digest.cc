#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstring>
#include <stdexcept>

#include "base/hex.h"

namespace herald {
namespace {

constexpr std::string_view kPrefix = "sha256:";

// Fetched once: looking the algorithm up on each use costs a third of a short hash.
const EVP_MD* algorithm() {
  static const EVP_MD* const md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return md;
}

void require(int ok) {
  if (ok != 1) throw std::runtime_error("SHA-256 failed");
}

}  // namespace

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Result<Digest> Digest::parse(std::string_view text) {
  const std::string_view hex = text.starts_with(kPrefix) ? text.substr(kPrefix.size()) : text;
  const auto bytes = hex.size() == 2 * kSize ? from_hex(hex) : std::nullopt;
  if (!bytes) {
    return error(Cause::invalid_value,
                 "\"" + std::string(text.substr(0, 80)) +
                     "\" is not a SHA-256 digest: write 64 hex digits, with or without \"sha256:\"");
  }
  return from_bytes(*bytes);
}

Digest Digest::from_bytes(std::string_view thirty_two) {
  if (thirty_two.size() != kSize) throw std::logic_error("a SHA-256 digest has 32 bytes");
  std::array<std::uint8_t, kSize> bytes{};
  std::memcpy(bytes.data(), thirty_two.data(), kSize);
  return Digest(bytes);
}

std::string Digest::str() const { return std::string(kPrefix) + hex(); }
std::string Digest::hex() const { return to_hex(bytes()); }

Sha256::Sha256() : state_(std::make_unique<State>()) {
  require(EVP_DigestInit_ex2(state_->context, algorithm(), nullptr));
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(std::string_view bytes) {
  require(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()));
  return *this;
}

Digest Sha256::finish() {
  std::array<std::uint8_t, Digest::kSize> out{};
  require(EVP_DigestFinal_ex(state_->context, out.data(), nullptr));
  require(EVP_DigestInit_ex2(state_->context, algorithm(), nullptr));
  return Digest(out);
}

Digest sha256(std::string_view bytes) {
  thread_local Sha256 hash;
  return hash.update(bytes).finish();
}

Digest hmac_sha256(std::string_view key, std::string_view bytes) {
  std::array<std::uint8_t, Digest::kSize> out{};
  unsigned int length = 0;
  if (HMAC(algorithm(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(bytes.data()),
           bytes.size(), out.data(), &length) == nullptr) {
    throw std::runtime_error("HMAC-SHA-256 failed");
  }
  return Digest(out);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace herald
