#include "server/preflight.h"

#include <fmt/format.h>

#include "api/server.h"
#include "connectors/http_url.h"
#include "connectors/kafka/publisher.h"
#include "connectors/senders.h"
#include "server/origin.h"
#include "work/keyring.h"

namespace herald::server {
namespace {

Result<void> check_public_url(const std::string& url) {
  if (url.empty()) return {};
  const auto parsed = connectors::TargetUrl::parse(url);
  if (parsed && url.find_first_of("?#") == std::string::npos) return {};
  return error(
      Cause::invalid_value,
      fmt::format("\"{}\" is no URL to make links with: https://models.example.com is expected, with a "
                  "path if need be and without a query{}",
                  url.substr(0, 128), parsed ? "" : " (" + parsed.error().message + ")"),
      "--public-url");
}

}  // namespace

connectors::EgressOptions egress_options(const Config& config) {
  connectors::EgressOptions options;
  options.allow = config.allow_targets;
  options.ca_file = config.ca_file;
  return options;
}

connectors::kafka::Options kafka_options(const Config& config) {
  connectors::kafka::Options options;
  options.brokers = config.kafka.value_or("");
  options.prefix = config.kafka_prefix;
  options.properties = config.kafka_properties;
  return options;
}

Result<void> check_options(const Config& config) {
  HERALD_CHECK(check_origin(config.origin));
  HERALD_CHECK(check_public_url(config.public_url));
  HERALD_CHECK(connectors::check(egress_options(config)));
  if (config.kafka) HERALD_CHECK(connectors::kafka::Publisher::check(kafka_options(config)));
  HERALD_CHECK(work::Keyring::check(config.key_file, config.data));
  if (!config.tls_cert.empty()) HERALD_CHECK(api::Tls::load(config.tls_cert, config.tls_key));
  return api::HttpServer::check_address(config.host, config.port, !config.tls_cert.empty());
}

}  // namespace herald::server
