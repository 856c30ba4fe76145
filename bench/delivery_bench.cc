// Webhook deliveries a second, from Sender::send() to its outcome: signed, 1 KB, over kept connections of loopback HTTP to
// a receiver in the same process (which takes its share of the machine).
#include <benchmark/benchmark.h>

#include <semaphore>

#include "connectors/senders.h"
#include "connectors/testing/receiver.h"

namespace herald::connectors {
namespace {

constexpr std::ptrdiff_t kMostInFlight = 1'024;

automations::Outgoing signed_kilobyte(const std::string& url) {
  automations::Outgoing outgoing;
  outgoing.delivery_id = registry::DeliveryId::trusted("01900000-0000-7000-8000-000000000001");
  outgoing.url = url;
  outgoing.body = R"({"data":")" + std::string(1'000, 'x') + R"("})";
  outgoing.signing_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  outgoing.now = Timestamp(1'614'265'330'000);
  return outgoing;
}

void signed_deliveries(benchmark::State& state) {
  testing::Receiver receiver([](const testing::Received&) { return testing::Reply::with(200); },
                             {.hold_until = 0, .keep_requests = false});
  EgressOptions options;
  options.allow = {"127.0.0.1"};
  const auto sender = make_sender(options).value();
  const automations::Outgoing outgoing = signed_kilobyte(receiver.url("/hook"));

  const std::ptrdiff_t in_flight = state.range(0);
  std::counting_semaphore<kMostInFlight> free_places(in_flight);
  std::atomic<std::uint64_t> failed{0};
  for (auto _ : state) {
    free_places.acquire();
    sender->send(outgoing, [&](automations::Outcome outcome) {
      if (outcome.verdict != automations::Verdict::delivered) ++failed;
      free_places.release();
    });
  }
  for (std::ptrdiff_t i = 0; i < in_flight; ++i) free_places.acquire();
  state.SetItemsProcessed(state.iterations());
  if (failed != 0) state.SkipWithError("deliveries failed");
}
BENCHMARK(signed_deliveries)->Name("deliveries/in_flight")->Arg(1)->Arg(16)->Arg(64)->Arg(256)->UseRealTime();

}  // namespace
}  // namespace herald::connectors

BENCHMARK_MAIN();
