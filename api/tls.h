// The server's own certificate and key, read from PEM files, and read anew when asked: connections that begin from then on
// get the new one. TLS 1.2 and 1.3 (RFC 9325).
//
// Threads: any.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"

namespace herald::api {

class Tls {
 public:
  // Both files are PEM; the certificate's may hold its chain after it. Errors: invalid_value (a file that is not there, is
  // no certificate or key, or a key that does not belong to the certificate).
  static Result<std::unique_ptr<Tls>> load(std::string certificate_file, std::string key_file);

  // Errors: as of load(); what was read before stays in force then.
  Result<void> reload();
  std::shared_ptr<boost::asio::ssl::context> current() const;

 private:
  Tls(std::string certificate_file, std::string key_file);

  const std::string certificate_file_, key_file_;
  mutable std::mutex mutex_;
  std::shared_ptr<boost::asio::ssl::context> context_;
};

}  // namespace herald::api
