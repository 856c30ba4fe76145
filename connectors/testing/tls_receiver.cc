#include "connectors/testing/tls_receiver.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "base/hex.h"
#include "base/ids.h"

namespace herald::connectors::testing {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(std::FILE* file) const { std::fclose(file); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

void need(bool fine, const char* what) {
  if (!fine) throw std::runtime_error(std::string("cannot ") + what);
}

void add_extension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  need(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "extend the certificate");
}

Owned<X509> self_signed(EVP_PKEY* key, const std::string& subject, TlsReceiver::Validity validity) {
  constexpr long kDay = 24 * 3'600;
  Owned<X509> certificate(X509_new());
  need(certificate && X509_set_version(certificate.get(), 2) == 1, "make a certificate");
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  const bool past = validity == TlsReceiver::Validity::long_ago;
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), past ? -30 * kDay : -kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), past ? -20 * kDay : kDay);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("Herald test"),
                             -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  add_extension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate.get(), NID_subject_alt_name, subject);
  need(X509_sign(certificate.get(), key, EVP_sha256()) > 0, "sign the certificate");
  return certificate;
}

}  // namespace

class TlsReceiver::Impl {
 public:
  Impl(const std::string& subject, Validity validity) : context_(SSL_CTX_new(TLS_server_method())) {
    const Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
    need(context_ && key, "make a key");
    const Owned<X509> certificate = self_signed(key.get(), subject, validity);
    need(SSL_CTX_use_certificate(context_.get(), certificate.get()) == 1 &&
             SSL_CTX_use_PrivateKey(context_.get(), key.get()) == 1,
         "use the certificate");
    file_ = std::filesystem::temp_directory_path() / ("herald-tls-" + to_hex(random_bytes(8)) + ".pem");
    const Owned<std::FILE> pem(std::fopen(file_.c_str(), "w"));
    need(pem && PEM_write_X509(pem.get(), certificate.get()) == 1, "write the certificate");

    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    need(listener_ >= 0 && bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
             listen(listener_, 16) == 0 &&
             getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0,
         "listen");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }

  ~Impl() {
    shutdown(listener_, SHUT_RDWR);  // wakes accept()
    thread_.join();
    close(listener_);
    std::filesystem::remove(file_);
  }

  std::uint16_t port() const { return port_; }
  const std::string& file() const { return file_; }
  std::uint64_t requests() const { return requests_; }

 private:
  // OpenSSL writes to sockets that a client has closed.
  static void survive_broken_pipes() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
  }

  void run() {
    survive_broken_pipes();
    for (int fd = 0; (fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0; close(fd)) serve(fd);
  }

  void serve(int fd) {
    const Owned<SSL> ssl(SSL_new(context_.get()));
    SSL_set_fd(ssl.get(), fd);
    if (SSL_accept(ssl.get()) != 1) return;
    char buffer[16'384];
    if (SSL_read(ssl.get(), buffer, sizeof buffer) <= 0) return;
    ++requests_;
    constexpr std::string_view kAnswer =
        "HTTP/1.1 200 OK\r\ncontent-length: 6\r\nconnection: close\r\n\r\nsecure";
    SSL_write(ssl.get(), kAnswer.data(), static_cast<int>(kAnswer.size()));
    SSL_shutdown(ssl.get());
  }

  Owned<SSL_CTX> context_;
  std::string file_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::uint64_t> requests_{0};
  std::thread thread_;
};

TlsReceiver::TlsReceiver(const std::string& subject, Validity validity)
    : impl_(std::make_unique<Impl>(subject, validity)) {}
TlsReceiver::~TlsReceiver() = default;
std::uint16_t TlsReceiver::port() const {
  return impl_->port();
}
const std::string& TlsReceiver::certificate_file() const {
  return impl_->file();
}
std::uint64_t TlsReceiver::request_count() const {
  return impl_->requests();
}

}  // namespace herald::connectors::testing
