// What `herald serve` can be told: on the command line, by HERALD_* in the environment, in a --config file
// (TOML or INI, the options' names as keys); what comes first in this order wins. docs/configuration.md lists
// it for users.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/limits.h"
#include "base/result.h"

namespace CLI {
class App;
}

namespace herald::server {

struct Config {
  std::string data;      // the data folder
  std::string key_file;  // default: beside it, DIR.key
  std::string origin;    // of a log that is new; empty: made up
  std::string host = "127.0.0.1";
  std::uint16_t port = 8420;  // 0: any free one
  std::string public_url;
  std::string tls_cert, tls_key;  // PEM files; both or none
  std::uint64_t rate_limit = limits::kDefaultRateLimit;
  bool recover = false;  // prints a link that makes one more administrator
  unsigned int threads = 1;
  std::optional<std::string> kafka;  // brokers; absent: no publication
  std::string kafka_prefix = "herald";
  std::map<std::string, std::string> kafka_properties;
  std::vector<std::string> allow_targets;
  std::string ca_file;
  std::optional<std::uint64_t> map_size;  // of each store; absent: each store's own
  std::uint64_t disk_reserve = limits::kDiskReserveBytes;
  std::string log_level = "info";
  bool log_json = false;
};

// Nothing to serve: the help that was asked for, or a mistake.
struct Ending {
  int exit_code;
  std::string out, err;
};

// Looks up one environment variable; nothing when it is not set.
using Environment = std::optional<std::string> (*)(const std::string& name);
std::optional<std::string> process_environment(const std::string& name);

// What `herald serve` takes, to be told of.
std::shared_ptr<const CLI::App> options_of_serve();

std::variant<Config, Ending> read_config(std::vector<std::string> arguments, Environment environment);

struct Address {
  std::string host;
  std::uint16_t port;
};
// "127.0.0.1:8420", "[::1]:0", "localhost:8420".
Result<Address> parse_address(const std::string& text);

}  // namespace herald::server
