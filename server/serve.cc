#include "server/serve.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "base/clock.h"
#include "server/assembly.h"
#include "server/config.h"
#include "server/logging.h"
#include "server/signals.h"

namespace herald::server {
namespace {

// Longer than requests, sends and a Kafka transaction under way may take together.
constexpr std::chrono::seconds kStopBound{60};

int end(const Ending& ending) {
  fmt::print(stdout, "{}", ending.out);
  fmt::print(stderr, "{}", ending.err);
  const bool printed = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  return printed ? ending.exit_code : EXIT_FAILURE;
}

int refuse(const Error& error) {
  constexpr int kUsage = 2;
  fmt::print(stderr, "herald: {}\n",
             error.field.empty() ? error.message : fmt::format("{} ({})", error.message, error.field));
  return error.cause == Cause::invalid_value ? kUsage : EXIT_FAILURE;
}

std::string url_of(const Config& config, std::uint16_t port) {
  const std::string_view scheme = config.tls_cert.empty() ? "http" : "https";
  if (config.host.find(':') != std::string::npos)
    return fmt::format("{}://[{}]:{}", scheme, config.host, port);
  return fmt::format("{}://{}:{}", scheme, config.host, port);
}

// By which the first administrator comes in; on standard output alone, so that no log keeps it.
void print_claim(const Config& config, const Assembly& assembly) {
  if (assembly.claim_code().empty()) return;
  const std::string base = config.public_url.empty() ? url_of(config, assembly.port()) : config.public_url;
  const std::string_view why =
      config.recover ? "this link makes one more administrator, once"
      : assembly.stands_open()
          ? "it stands open to everybody on this machine; whoever opens this link becomes its administrator, "
            "and from "
            "then on callers need a token"
          : "it answers to nobody yet; whoever opens this link becomes its administrator";
  fmt::print(stdout, "{}:\n  {}/claim#{}\n", why, base, assembly.claim_code());
}

void reload_certificate(Assembly& assembly, const Config& config) {
  if (config.tls_cert.empty()) return;
  const auto reloaded = assembly.reload_certificate();
  if (reloaded) {
    spdlog::info("the certificate in {} was read anew", config.tls_cert);
  } else {
    spdlog::error("the certificate stays as it was: {}", reloaded.error().message);
  }
}

}  // namespace

int serve(std::vector<std::string> arguments) {
  auto read = read_config(std::move(arguments), process_environment);
  if (const auto* ending = std::get_if<Ending>(&read)) return end(*ending);
  const Config& config = std::get<Config>(read);

  Signals signals(kStopBound);
  set_up_logging(config.log_level, config.log_json);
  const auto assembly = Assembly::start(config);
  if (!assembly) return refuse(assembly.error());
  signals.started([&] { reload_certificate(**assembly, config); });
  fmt::print(stdout, "herald listens at {}\n", url_of(config, (*assembly)->port()));
  print_claim(config, **assembly);
  std::fflush(stdout);

  const int signal = signals.wait();
  spdlog::info("stopping, asked by {}", signal == SIGINT ? "SIGINT" : "SIGTERM");
  const auto begun = system_clock().steady();
  (*assembly)->stop();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(system_clock().steady() - begun);
  spdlog::info("stopped in {} ms", took.count());
  return EXIT_SUCCESS;
}

}  // namespace herald::server
