#include "api/tls.h"

#include <openssl/ssl.h>

namespace herald::api {

namespace {

namespace ssl = boost::asio::ssl;

constexpr unsigned char kHttp11[] = "\x08http/1.1";  // RFC 7301: one name, its length before it

// Callers that offer protocols are told that this is HTTP/1.1.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
  unsigned char* chosen = nullptr;
  const int found =
      SSL_select_next_proto(&chosen, out_size, kHttp11, sizeof kHttp11 - 1, offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

Error unusable(const std::string& option, const std::string& file, const std::string& why) {
  return error(Cause::invalid_value, file + " cannot be used as " + option + ": " + why, option);
}

Result<std::shared_ptr<ssl::context>> make_context(const std::string& certificate_file,
                                                   const std::string& key_file) {
  boost::system::error_code failed;
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_alpn_select_cb(context->native_handle(), choose_protocol, nullptr);
  context->use_certificate_chain_file(certificate_file, failed);
  if (failed) return unusable("--tls-cert", certificate_file, failed.message());
  context->use_private_key_file(key_file, ssl::context::pem, failed);
  if (failed) return unusable("--tls-key", key_file, failed.message());
  if (SSL_CTX_check_private_key(context->native_handle()) != 1)
    return unusable("--tls-key", key_file, "it does not belong to the certificate in " + certificate_file);
  return context;
}

}  // namespace

Tls::Tls(std::string certificate_file, std::string key_file)
    : certificate_file_(std::move(certificate_file)), key_file_(std::move(key_file)) {}

Result<std::unique_ptr<Tls>> Tls::load(std::string certificate_file, std::string key_file) {
  std::unique_ptr<Tls> tls(new Tls(std::move(certificate_file), std::move(key_file)));
  HERALD_CHECK(tls->reload());
  return tls;
}

Result<void> Tls::reload() {
  HERALD_TRY(auto fresh, make_context(certificate_file_, key_file_));
  const std::lock_guard lock(mutex_);
  context_ = std::move(fresh);
  return {};
}

std::shared_ptr<ssl::context> Tls::current() const {
  const std::lock_guard lock(mutex_);
  return context_;
}

}  // namespace herald::api
