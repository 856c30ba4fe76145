// What the first page of a filtered list of events costs (100 items), as GET /v1/events finds it, in a log of
// HERALD_BENCH_EVENTS events (a million unless it says otherwise); beside it what it costs to look through as many
// events as one page may.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "api/event_walk.h"
#include "bench/long_history.h"
#include "lmdb/testing/temp_folder.h"
#include "recorder/recovery.h"

namespace herald::bench {
namespace {

constexpr std::uint64_t kMapSize = 1ull << 38;
constexpr std::size_t kItems = 100, kPages = 200, kPagesReadAlong = 10;

std::uint64_t events_asked_for() {
  const char* const text = std::getenv("HERALD_BENCH_EVENTS");
  return text == nullptr ? 1'000'000 : std::strtoull(text, nullptr, 10);
}

// Made once, by the first that needs it.
struct Folder {
  Folder() { LongHistory(*log).grow_to(events_asked_for()); }
  static Folder& get() {
    static Folder folder;
    return folder;
  }
  const projections::Views& projected() {
    if (!views)
      views = std::move(recorder::open_views({folder.file("views"), kMapSize}, *log, {}, {}).value().store);
    return *views;
  }
  registry::Envelope middle() const {
    const auto reader = log->read();
    return registry::decode_envelope(*reader.event(Sequence(log->last().value() / 2))).value();
  }

  herald::testing::TempFolder folder;
  std::unique_ptr<eventstore::Log> log =
      eventstore::Log::open({folder.file("log"), "herald.example/bench", kMapSize}, system_clock()).value();
  std::unique_ptr<projections::Views> views;
};

struct Question {
  std::vector<std::string> types = {};
  std::string actor = {};
  std::string reason = {};
  bool of_the_middle = false;     // its correlation
  bool about_the_middle = false;  // its subject
  api::Towards towards = api::Towards::later;
};

api::EventFilter filter_of(const Question& question) {
  api::EventFilter filter;
  filter.types = question.types;
  filter.actor = question.actor;
  filter.reason = question.reason;
  const registry::Envelope middle = Folder::get().middle();
  if (question.of_the_middle) filter.correlation = middle.correlation;
  if (question.about_the_middle) filter.subject = middle.subject;
  return filter;
}

void first_page(benchmark::State& state, const Question& question) {
  Folder& folder = Folder::get();
  const projections::Views& views = folder.projected();
  const api::EventFilter filter = filter_of(question);
  std::size_t found = 0, looked_at = 0;
  std::vector<double> micros;
  for (auto _ : state) {
    found = looked_at = 0;
    const auto begun = system_clock().steady();
    const api::Timelines from(views, *folder.log);
    const auto ended =
        api::walk_events(from, api::lists_for(filter, from), {Sequence(0), folder.log->last().next()},
                         question.towards, [&](Sequence, std::string_view bytes) {
                           if (filter.pass(bytes)) ++found;
                           return ++looked_at < limits::kMaxEventsScanned && found < kItems;
                         });
    benchmark::DoNotOptimize(ended.value());
    micros.push_back(std::chrono::duration<double, std::micro>(system_clock().steady() - begun).count());
  }
  std::sort(micros.begin(), micros.end());
  state.counters["p50_us"] = micros[micros.size() / 2];
  state.counters["p99_us"] = micros[micros.size() * 99 / 100];
  state.counters["found"] = static_cast<double>(found);
  state.counters["looked_at"] = static_cast<double>(looked_at);
}

std::vector<std::pair<const char*, Question>> questions() {
  using api::Towards;
  const std::string seldom = kSeldomSeen.id;
  return {
      {"type=alias.assigned", {.types = {"alias.assigned"}}},
      {"type=alias.*, newest first", {.types = {"alias.*"}, .towards = Towards::earlier}},
      {"type=registry.*, newest first", {.types = {"registry.*"}, .towards = Towards::earlier}},
      {"type=secret.*", {.types = {"secret.*"}}},
      {"actor=seldom seen", {.actor = seldom}},
      {"actor=seldom seen, newest first", {.actor = seldom, .towards = Towards::earlier}},
      {"actor=nobody", {.actor = "nobody"}},
      {"actor=seldom seen, type=version.*", {.types = {"version.*"}, .actor = seldom}},
      {"actor=anonymous, type=registry.*", {.types = {"registry.*"}, .actor = "anonymous"}},
      {"correlation", {.of_the_middle = true}},
      {"subject", {.about_the_middle = true}},
      {"reason=zzz, which is read along", {.reason = "zzz"}},
  };
}

}  // namespace
}  // namespace herald::bench

int main(int argc, char** argv) {
  using namespace herald::bench;
  for (const auto& [name, question] : questions()) {
    benchmark::RegisterBenchmark(
        ("events/" + std::string(name)).c_str(),
        [question = question](benchmark::State& state) { first_page(state, question); })
        ->Iterations(question.reason.empty() ? kPages : kPagesReadAlong)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
