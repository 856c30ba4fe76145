#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "connectors/http_client.h"
#include "connectors/testing/tls_receiver.h"

namespace herald::connectors {
namespace {

using ::testing::HasSubstr;
using testing::TlsReceiver;

HttpAnswer post(const TlsReceiver& receiver, const std::string& ca_file) {
  EgressOptions options;
  options.allow = {"127.0.0.0/8"};
  options.ca_file = ca_file;
  HttpClient client(Egress::make(options.allow).value(), options);
  std::promise<HttpAnswer> promise;
  client.post({"https://127.0.0.1:" + std::to_string(receiver.port()) + "/secret-path", {}, "{}"},
              [&](HttpAnswer answer) { promise.set_value(std::move(answer)); });
  return promise.get_future().get();
}

void expect_refused(const TlsReceiver& receiver, const std::string& ca_file) {
  const HttpAnswer answer = post(receiver, ca_file);
  EXPECT_EQ(answer.error_class, "tls") << answer.error;
  EXPECT_THAT(answer.error, HasSubstr("certificate"));
  EXPECT_EQ(answer.error.find("secret-path"), std::string::npos);
  EXPECT_EQ(receiver.request_count(), 0u);
}

TEST(Tls, RefusesACertificateThatNobodyVouchesFor) {
  const TlsReceiver receiver("IP:127.0.0.1");
  expect_refused(receiver, "");
}

TEST(Tls, TrustsTheRootsOfTheCaFileToo) {
  const TlsReceiver receiver("IP:127.0.0.1");
  const HttpAnswer answer = post(receiver, receiver.certificate_file());
  EXPECT_EQ(answer.status, 200u) << answer.error;
  EXPECT_EQ(answer.body, "secure");
}

TEST(Tls, RefusesACertificateOfAnotherHost) {
  const TlsReceiver receiver("DNS:example.org");
  expect_refused(receiver, receiver.certificate_file());
}

TEST(Tls, RefusesACertificateThatHasExpired) {
  const TlsReceiver receiver("IP:127.0.0.1", TlsReceiver::Validity::long_ago);
  expect_refused(receiver, receiver.certificate_file());
}

}  // namespace
}  // namespace herald::connectors
