#include "server/config.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "cli/help.h"
#include "cli/parsing.h"
#include "reflect/nearest.h"

namespace herald::server {
namespace {

constexpr unsigned int kMostThreadsByDefault = 4;
constexpr std::uint64_t kLeastMapSize = 1 << 20;
constexpr std::uint64_t kLargestMapSize = 16ull << 40;  // four of them fit into what a process can address

constexpr const char* kWhat =
    "Run a server on a data folder. Without any option but --data it is whole: no database, no broker, no "
    "configuration.";
constexpr const char* kExamples =
    "herald serve --data ./data\n"
    "herald serve --data /var/lib/herald --kafka broker-1:9092,broker-2:9092 --public-url "
    "https://models.example.com\n"
    "herald serve --config /etc/herald.toml\n"
    "HERALD_DATA=/var/lib/herald HERALD_LOG_FORMAT=json herald serve\n"
    "\n"
    "Until it has an administrator it stands open to everybody on this machine, and prints the link by which "
    "it is\n"
    "claimed; from then on callers need a token. To listen at other addresses it needs a certificate:\n"
    "herald serve --data ./data --listen 0.0.0.0:8443 --tls-cert cert.pem --tls-key key.pem\n"
    "SIGHUP reads the certificate anew.\n"
    "SIGTERM or Ctrl-C stops it when what is under way is done; a second one stops it at once.";

// The options as texts, before they are understood.
struct Texts {
  std::string data, listen = "127.0.0.1:8420", key_file, origin, public_url, kafka, kafka_prefix = "herald",
                    ca_file, tls_cert, tls_key, map_size, disk_reserve, rate_limit;
  bool recover = false;
  std::string log_level = "info", log_format = "text", config;
  std::vector<std::string> kafka_properties, allow_targets;
  std::optional<unsigned int> threads;
};

std::string variable_of(const CLI::Option& option) {
  std::string name = "HERALD_";
  for (const char c : option.get_lnames().front())
    name += c == '-' ? '_' : static_cast<char>(std::toupper(c));
  return name;
}

CLI::Validator one_of(std::vector<std::string> choices) {
  return CLI::Validator(
      [choices = std::move(choices)](std::string& text) -> std::string {
        for (const std::string& choice : choices) {
          if (choice == text) return "";
        }
        return fmt::format("\"{}\" is none of {}", text, fmt::join(choices, ", "));
      },
      "");
}

void declare(CLI::App& app, Texts& texts) {
  const auto text = [&](const char* name, const char* value, std::string& into, const char* what) {
    return app.add_option(name, into, what)
        ->option_text(value)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  };
  const auto texts_of = [&](const char* name, const char* value, std::vector<std::string>& into,
                            const char* what) {
    return app.add_option(name, into, what)
        ->option_text(std::string(value) + " ...")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  };
  text("--data", "DIR", texts.data, "where everything is kept; made if absent");
  text("--listen", "HOST:PORT", texts.listen,
       "where it answers (default 127.0.0.1:8420; port 0: any free one)");
  text("--public-url", "URL", texts.public_url, "what people reach it by, for links in messages");
  text("--tls-cert", "FILE", texts.tls_cert,
       "answer over TLS with this certificate, and its chain after it (PEM)");
  text("--tls-key", "FILE", texts.tls_key, "the certificate's key (PEM)");
  text("--rate-limit", "N", texts.rate_limit,
       "requests that one token's owner may send in 10 seconds (default 20000; 0: no limit)");
  app.add_flag("--recover", texts.recover,
               "print a link that makes one more administrator, for when nobody has a token of one");
  app.add_option("--threads", texts.threads, "for requests (default: one for each core, at most 4)")
      ->option_text("N")
      ->check(CLI::Range(1u, 256u).description(""));
  text("--kafka", "HOST:PORT,...", texts.kafka, "publish to these brokers")->group("Kafka");
  text("--kafka-prefix", "WORD", texts.kafka_prefix, "of the topics' names (default herald)")->group("Kafka");
  texts_of("--kafka-property", "KEY=VALUE", texts.kafka_properties,
           "a property of librdkafka, as security.protocol")
      ->group("Kafka");
  texts_of("--allow-target", "CIDR|HOST", texts.allow_targets,
           "let automations send here although it is loopback, private, link-local or metadata")
      ->group("automations");
  text("--ca-file", "FILE", texts.ca_file, "more roots to trust when sending over TLS")->group("automations");
  text("--key-file", "FILE", texts.key_file,
       "the server's own key, outside the data folder (default DIR.key)")
      ->group("storage");
  text("--origin", "NAME", texts.origin,
       "names the log for ever; for a new folder only (default herald.HOSTNAME/RANDOM)")
      ->group("storage");
  text("--map-size", "SIZE", texts.map_size,
       "most that each store may grow to, as 64g (default 1 TB, 256 GB for derived ones)")
      ->group("storage");
  text("--disk-reserve", "SIZE", texts.disk_reserve,
       "writes are refused while the disk has less free (default 64m)")
      ->group("storage");
  text("--log-level", "LEVEL", texts.log_level, "trace, debug, info, warn or error (default info)")
      ->check(one_of({"trace", "debug", "info", "warn", "error"}))
      ->group("its own log, on standard error");
  text("--log-format", "text|json", texts.log_format, "lines for people or for machines (default text)")
      ->check(one_of({"text", "json"}))
      ->group("its own log, on standard error");
  text("--config", "FILE", texts.config, "read options from a file, TOML or INI, their names as keys")
      ->group("configuration");
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t from = 0; from <= text.size();) {
    const auto comma = std::min(text.find(',', from), text.size());
    if (comma > from) out.push_back(text.substr(from, comma - from));
    from = comma + 1;
  }
  return out;
}

// Gives an option that the command line did not give.
void give(CLI::Option& option, const std::vector<std::string>& values) {
  for (const std::string& value : values) option.add_result(value);
  option.run_callback();
}

bool takes_many(const CLI::Option& option) {
  return option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
}

void apply_environment(CLI::App& app, Environment environment) {
  for (CLI::Option* option : app.get_options()) {
    if (option->get_lnames().empty() || option->count() > 0 || option->get_lnames().front() == "help")
      continue;
    const auto value = environment(variable_of(*option));
    if (value && !value->empty()) give(*option, takes_many(*option) ? split(*value) : std::vector{*value});
  }
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> out;
  for (const CLI::Option* option : app.get_options()) out.push_back(option->get_lnames().front());
  return out;
}

// The file of `herald profile` (cli/profiles.h), which may be taken for this one.
void refuse_profiles(const std::vector<CLI::ConfigItem>& items, const std::string& path) {
  const bool holds_profiles = std::any_of(items.begin(), items.end(), [](const CLI::ConfigItem& item) {
    return item.parents.empty() ? item.name == "current" : item.name == "url" || item.name == "token";
  });
  if (!holds_profiles) return;
  throw CLI::ValidationError(
      path,
      "it holds profiles of the command line, not options of the server: HERALD_PROFILES_FILE names it, "
      "HERALD_CONFIG and --config the server's file");
}

void apply_file(CLI::App& app, const std::string& path) {
  std::ifstream file(path);
  if (!file || std::filesystem::is_directory(path))
    throw CLI::ValidationError("--config", path + " cannot be read");
  const std::vector<CLI::ConfigItem> items = CLI::ConfigTOML().from_config(file);
  refuse_profiles(items, path);
  for (const CLI::ConfigItem& item : items) {
    CLI::Option* option = app.get_option_no_throw("--" + item.name);
    if (!item.parents.empty() || option == nullptr || item.name == "config" || item.name == "help") {
      const std::string meant = reflect::nearest(item.name, option_names(app));
      throw CLI::ValidationError(path, fmt::format("there is no option \"{}\"{}", item.fullname(),
                                                   meant.empty() ? "" : ": did you mean \"" + meant + "\"?"));
    }
    if (option->count() == 0) give(*option, item.inputs);
  }
}

Result<void> check_brokers(const std::string& brokers) {
  for (const std::string& broker : split(brokers)) {
    const std::string address = broker.find(':') == std::string::npos ? broker + ":9092" : broker;
    if (!parse_address(address)) {
      return error(Cause::invalid_value,
                   fmt::format("\"{}\" is no broker: HOST:PORT is expected, several with commas", broker),
                   "--kafka");
    }
  }
  return {};
}

// "64g", "512 MB", "1048576": the units are powers of 1,024.
Result<std::uint64_t> parse_size(const std::string& text, const std::string& option) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = cli::parse_whole_number(std::string_view(text).substr(0, digits));
  std::string unit;
  for (const char c : text.substr(digits)) {
    if (c != ' ') unit += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  for (const std::string_view ending : {"ib", "b"}) {
    if (unit.size() > ending.size() && unit.ends_with(ending)) unit.resize(unit.size() - ending.size());
  }
  constexpr std::string_view kUnits = "bkmgtp";
  const std::size_t power = unit.empty() ? 0 : kUnits.find(unit);
  if (!number || unit.size() > 1 || power == std::string_view::npos || *number > UINT64_MAX >> (10 * power)) {
    return error(
        Cause::invalid_value,
        fmt::format("\"{}\" is no size: a whole number is expected, with k, m, g, t or p behind it, as 64g",
                    text.substr(0, 64)),
        option);
  }
  return *number << (10 * power);
}

Result<std::optional<std::uint64_t>> parse_map_size(const std::string& text) {
  if (text.empty()) return std::nullopt;
  HERALD_TRY(const std::uint64_t size, parse_size(text, "--map-size"));
  if (size < kLeastMapSize)
    return error(Cause::invalid_value, "a store of less than 1 MiB holds nothing", "--map-size");
  if (size > kLargestMapSize)
    return error(Cause::invalid_value, "a store of more than 16 TiB is more than can be addressed",
                 "--map-size");
  return size;
}

Result<std::uint64_t> parse_rate_limit(const std::string& text) {
  if (const auto number = cli::parse_whole_number(text)) return *number;
  return error(Cause::invalid_value,
               fmt::format("\"{}\" is no number of requests: a whole number is expected, 0 for no limit",
                           text.substr(0, 64)),
               "--rate-limit");
}

Result<Config> understand(const Texts& texts) {
  Config config;
  if (texts.data.empty())
    return error(Cause::missing_field, "which data folder? --data DIR is expected", "--data");
  config.data = texts.data;
  while (config.data.size() > 1 && config.data.ends_with('/')) config.data.pop_back();
  config.key_file = texts.key_file.empty() ? config.data + ".key" : texts.key_file;
  config.origin = texts.origin;
  HERALD_TRY(const Address address, parse_address(texts.listen));
  config.host = address.host;
  config.port = address.port;
  config.public_url = texts.public_url;
  if (texts.tls_cert.empty() != texts.tls_key.empty())
    return error(Cause::missing_field, "--tls-cert and --tls-key are given together",
                 texts.tls_cert.empty() ? "--tls-cert" : "--tls-key");
  config.tls_cert = texts.tls_cert;
  config.tls_key = texts.tls_key;
  config.recover = texts.recover;
  if (!texts.rate_limit.empty()) {
    HERALD_TRY(config.rate_limit, parse_rate_limit(texts.rate_limit));
  }
  config.threads =
      texts.threads.value_or(std::clamp(std::thread::hardware_concurrency(), 1u, kMostThreadsByDefault));
  if (!texts.kafka.empty()) {
    HERALD_CHECK(check_brokers(texts.kafka));
    config.kafka = texts.kafka;
  }
  config.kafka_prefix = texts.kafka_prefix;
  HERALD_TRY(config.kafka_properties, cli::parse_pairs(texts.kafka_properties, "--kafka-property"));
  config.allow_targets = texts.allow_targets;
  config.ca_file = texts.ca_file;
  HERALD_TRY(config.map_size, parse_map_size(texts.map_size));
  if (!texts.disk_reserve.empty()) {
    HERALD_TRY(config.disk_reserve, parse_size(texts.disk_reserve, "--disk-reserve"));
  }
  config.log_level = texts.log_level;
  config.log_json = texts.log_format == "json";
  return config;
}

Ending mistake(const std::string& sentence) {
  constexpr int kUsage = 2;
  return {.exit_code = kUsage, .out = "", .err = "herald: " + sentence + "\ntry: herald serve --help\n"};
}

}  // namespace

std::optional<std::string> process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Result<Address> parse_address(const std::string& text) {
  const auto colon = text.rfind(':');
  const auto port =
      cli::parse_whole_number(colon == std::string::npos ? "" : std::string_view(text).substr(colon + 1));
  std::string host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (!port || *port > UINT16_MAX || host.empty() || (!bracketed && host.find(':') != std::string::npos)) {
    return error(
        Cause::invalid_value,
        fmt::format("\"{}\" is no address: HOST:PORT is expected, as 127.0.0.1:8420 or [::1]:8420", text),
        "--listen");
  }
  if (bracketed) host = host.substr(1, host.size() - 2);
  return Address{host, static_cast<std::uint16_t>(*port)};
}

std::shared_ptr<const CLI::App> options_of_serve() {
  struct Declared {
    Texts texts;
    CLI::App app{kWhat, "herald serve"};
  };
  auto declared = std::make_shared<Declared>();
  declare(declared->app, declared->texts);
  for (CLI::Option* option : declared->app.get_options()) {
    if (!option->get_lnames().empty() && option->get_lnames().front() != "help")
      option->envname(variable_of(*option));
  }
  declared->app.set_help_flag("-h,--help", "show this help");
  declared->app.footer(cli::examples_footer(kExamples));
  return {declared, &declared->app};
}

std::variant<Config, Ending> read_config(std::vector<std::string> arguments, Environment environment) {
  CLI::App app{kWhat, "herald serve"};
  Texts texts;
  app.formatter(cli::help_formatter());
  app.footer(cli::examples_footer(kExamples));
  app.set_help_flag("-h,--help", "show this help");
  declare(app, texts);
  try {
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
    app.parse(arguments);
    apply_environment(app, environment);
    if (!texts.config.empty()) apply_file(app, texts.config);
  } catch (const CLI::CallForHelp&) {
    return Ending{.exit_code = 0, .out = app.help(), .err = ""};
  } catch (const CLI::ExtrasError&) {
    std::vector<std::string> names;
    for (const std::string& name : option_names(app)) names.push_back("--" + name);
    const std::string word = app.remaining().front();
    const std::string meant = reflect::nearest(word, names);
    return mistake(fmt::format("herald serve does not know {}{}", word,
                               meant.empty() ? "" : ": did you mean " + meant + "?"));
  } catch (const CLI::ParseError& wrong) {
    return mistake(wrong.what());
  }
  auto config = understand(texts);
  if (!config) return mistake(fmt::format("{} ({})", config.error().message, config.error().field));
  return std::move(*config);
}

}  // namespace herald::server
