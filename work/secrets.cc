#include "work/secrets.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <memory>
#include <stdexcept>

#include "base/bytes.h"
#include "base/ids.h"
#include "work/loose.h"

namespace herald::work {
namespace {

constexpr std::size_t kNonceBytes = 12;  // NIST SP 800-38D: 96 random bits for each message
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kKeyBytes = 32;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

Context new_context() {
  Context context(EVP_CIPHER_CTX_new());
  if (!context) throw std::bad_alloc();
  return context;
}

void require(int ok, const char* doing) {
  if (ok != 1) throw std::runtime_error(fmt::format("OpenSSL failed at {}", doing));
}

const unsigned char* in(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* out(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}
int size(std::string_view bytes) {
  return static_cast<int>(bytes.size());
}

// nonce, encrypted value, tag
std::string encrypt(std::string_view key, std::string_view authenticated, std::string_view value) {
  std::string nonce = random_bytes(kNonceBytes);
  std::string encrypted(value.size(), '\0');
  std::string tag(kTagBytes, '\0');
  int count = 0;
  const Context context = new_context();
  require(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, in(key), in(nonce)),
          "beginning to encrypt");
  require(EVP_EncryptUpdate(context.get(), nullptr, &count, in(authenticated), size(authenticated)),
          "authenticating");
  require(EVP_EncryptUpdate(context.get(), out(encrypted), &count, in(value), size(value)), "encrypting");
  require(EVP_EncryptFinal_ex(context.get(), out(tag), &count), "ending to encrypt");
  require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, out(tag)), "taking the tag");
  return nonce + encrypted + tag;
}

std::optional<std::string> decrypt(std::string_view key, std::string_view authenticated,
                                   std::string_view stored) {
  if (stored.size() < kNonceBytes + kTagBytes) return std::nullopt;
  const std::string_view nonce = stored.substr(0, kNonceBytes);
  const std::string_view encrypted = stored.substr(kNonceBytes, stored.size() - kNonceBytes - kTagBytes);
  std::string tag(stored.substr(stored.size() - kTagBytes));
  std::string value(encrypted.size(), '\0');
  int count = 0;
  const Context context = new_context();
  require(EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, in(key), in(nonce)),
          "beginning to decrypt");
  require(EVP_DecryptUpdate(context.get(), nullptr, &count, in(authenticated), size(authenticated)),
          "authenticating");
  require(EVP_DecryptUpdate(context.get(), out(value), &count, in(encrypted), size(encrypted)), "decrypting");
  require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, out(tag)), "giving the tag");
  unsigned char nothing[1];
  if (EVP_DecryptFinal_ex(context.get(), nothing, &count) != 1) return std::nullopt;
  return value;
}

}  // namespace

std::string secret_row(const registry::SecretName& name, std::uint64_t number) {
  return name.str() + '\0' + be64(number);
}

Store::Job Secrets::put(const registry::SecretName& name, std::uint64_t number,
                        std::string_view value) const {
  if (key_.size() != kKeyBytes) throw std::logic_error("AES-256 needs a key of 32 bytes");
  std::string row = secret_row(name, number);
  std::string encrypted = encrypt(key_, row, value);
  return [row = std::move(row), encrypted = std::move(encrypted)](lmdb::WriteTxn& txn,
                                                                  const Tables& tables) -> Result<void> {
    HERALD_CHECK(txn.put(tables.secrets, row, encrypted));
    return mark_loose(txn, tables, Loose::secret, row);
  };
}

Result<std::string> Secrets::reveal(const registry::SecretName& name, std::uint64_t number) const {
  if (key_.size() != kKeyBytes) throw std::logic_error("AES-256 needs a key of 32 bytes");
  const std::string row = secret_row(name, number);
  const lmdb::ReadTxn txn = store_.read();
  const auto stored = txn.get(store_.tables().secrets, row);
  if (!stored) {
    return error(Cause::not_found,
                 fmt::format("secret \"{}\" has no value {}: set it again", name.str(), number));
  }
  auto value = decrypt(key_, row, *stored);
  if (!value) {
    return error(Cause::unavailable,
                 fmt::format("the value of secret \"{}\" cannot be decrypted: the server's key file is not "
                             "the one it was stored under, or the row is damaged. Set it again",
                             name.str()));
  }
  return std::move(*value);
}

}  // namespace herald::work
