#include "connectors/standard_webhooks.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <memory>
#include <stdexcept>

#include "base/digest.h"
#include "base/hex.h"

namespace herald::connectors {
namespace {

constexpr std::string_view kSymmetric = "whsec_", kAsymmetric = "whsk_";
constexpr std::size_t kSeedBytes = 32, kSignatureBytes = 64;

Error unusable(std::string_view what) {
  return error(Cause::invalid_value, fmt::format("the signing secret cannot be used: {}", what));
}

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

std::string ed25519(std::string_view seed, std::string_view bytes) {
  const auto* raw = reinterpret_cast<const unsigned char*>(seed.data());
  const std::unique_ptr<EVP_PKEY, FreeKey> key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw, kSeedBytes));
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  unsigned char signature[kSignatureBytes];
  std::size_t size = sizeof signature;
  if (!key || !context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), signature, &size, reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size()) != 1) {
    throw std::runtime_error("OpenSSL does not sign with Ed25519");
  }
  return std::string(reinterpret_cast<const char*>(signature), size);
}

Result<std::string> sign_with(std::string_view key, std::string_view signed_bytes) {
  if (key.starts_with(kSymmetric)) {
    const auto bytes = from_base64(key.substr(kSymmetric.size()));
    if (!bytes || bytes->size() < 24 || bytes->size() > 64)
      return unusable("behind whsec_ there must be the base64 of 24 to 64 bytes");
    return "v1," + to_base64(hmac_sha256(*bytes, signed_bytes).bytes());
  }
  if (key.starts_with(kAsymmetric)) {
    const auto bytes = from_base64(key.substr(kAsymmetric.size()));
    if (!bytes || (bytes->size() != kSeedBytes && bytes->size() != 2 * kSeedBytes)) {
      return unusable("behind whsk_ there must be the base64 of 32 or 64 bytes");
    }
    return "v1a," + to_base64(ed25519(std::string_view(*bytes).substr(0, kSeedBytes), signed_bytes));
  }
  return unusable("it must begin with whsec_ (or whsk_), as Standard Webhooks write it");
}

}  // namespace

Result<std::string> sign_webhook(std::string_view secret, std::string_view id, Timestamp attempt,
                                 std::string_view body) {
  const std::string signed_bytes = fmt::format("{}.{}.{}", id, webhook_timestamp(attempt), body);
  std::string signatures;
  while (!secret.empty()) {
    const std::string_view key = secret.substr(0, secret.find(' '));
    secret.remove_prefix(std::min(secret.size(), key.size() + 1));
    if (key.empty()) continue;
    HERALD_TRY(const std::string signature, sign_with(key, signed_bytes));
    signatures += (signatures.empty() ? "" : " ") + signature;
  }
  if (signatures.empty()) return unusable("it is empty");
  return signatures;
}

std::string webhook_timestamp(Timestamp attempt) {
  return std::to_string(attempt.unix_ms() / 1'000);
}

}  // namespace herald::connectors
