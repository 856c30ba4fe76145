// A TLS target with a certificate made on the spot: answers each connection's first request with 200 "secure"
// and closes. One thread, from construction to destruction.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace herald::connectors::testing {

class TlsReceiver {
 public:
  enum class Validity { now, long_ago };
  // A self-signed certificate for that IP address or host name, `DNS:name` or `IP:address`.
  explicit TlsReceiver(const std::string& subject, Validity validity = Validity::now);
  ~TlsReceiver();
  std::uint16_t port() const;
  // The certificate as PEM, in a file that goes with this object.
  const std::string& certificate_file() const;
  // Requests that came through a finished handshake.
  std::uint64_t request_count() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace herald::connectors::testing
