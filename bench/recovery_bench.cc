// How long a start takes that finds no head and no views (or those of another version), and what a question about the
// past costs, on a log of HERALD_BENCH_EVENTS events (a million unless it says otherwise).
//   rebuilt   as a start and `herald rebuild` do it: a batch is decoded while the one before it is applied
//   in_turn   the same batches, decoded and applied in turn: what the first is measured against
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "bench/long_history.h"
#include "lmdb/testing/temp_folder.h"
#include "recorder/decoding.h"
#include "recorder/recovery.h"

namespace herald::bench {
namespace {

constexpr std::uint64_t kMapSize = 1ull << 38;
constexpr std::size_t kEventsPerBatch = 4'096, kBytesPerBatch = 8 << 20, kQuestions = 20'000;

std::uint64_t events_asked_for() {
  const char* const text = std::getenv("HERALD_BENCH_EVENTS");
  return text == nullptr ? 1'000'000 : std::strtoull(text, nullptr, 10);
}

// Made once, by the first that needs it.
struct Folder {
  Folder() { history.grow_to(events_asked_for()); }
  static Folder& get() {
    static Folder folder;
    return folder;
  }

  herald::testing::TempFolder folder;
  std::unique_ptr<eventstore::Log> log =
      eventstore::Log::open({folder.file("log"), "herald.example/bench", kMapSize}, system_clock()).value();
  LongHistory history{*log};
};

void tell_speed(benchmark::State& state) {
  state.SetItemsProcessed(static_cast<std::int64_t>(Folder::get().log->last().value()) *
                          static_cast<std::int64_t>(state.iterations()));
}

using OpenStore = void (*)(const std::string& path);
void open_head(const std::string& path) {
  recorder::open_head({path, kMapSize}, *Folder::get().log, recorder::ForceRebuild{true}, {}).value();
}
void open_views(const std::string& path) {
  recorder::open_views({path, kMapSize}, *Folder::get().log, recorder::ForceRebuild{true}, {}).value();
}

void rebuilt(benchmark::State& state, OpenStore open) {
  const Folder& folder = Folder::get();
  for (auto _ : state) open(folder.folder.file("rebuilt"));
  std::filesystem::remove_all(folder.folder.file("rebuilt"));
  tell_speed(state);
}

void apply_to_head(const std::string& path, const std::vector<registry::Event>& events,
                   std::unique_ptr<projections::Head>& head) {
  if (!head) head = projections::Head::open({path, kMapSize}).value();
  projections::HeadBatch batch(*head);
  for (const registry::Event& event : events) batch.apply(event).value();
  batch.commit({Folder::get().log->origin(), Sequence(events.back().sequence), {}, projections::kHeadVersion})
      .value();
}
void apply_to_views(const std::string& path, const std::vector<registry::Event>& events,
                    std::unique_ptr<projections::Views>& views) {
  if (!views) views = projections::Views::open({path, kMapSize}).value();
  views->apply(events, Folder::get().log->origin(), {}).value();
}

template <class Store>
void applied(benchmark::State& state, void (*apply)(const std::string&, const std::vector<registry::Event>&,
                                                    std::unique_ptr<Store>&)) {
  const Folder& folder = Folder::get();
  const std::string path = folder.folder.file("applied");
  for (auto _ : state) {
    std::unique_ptr<Store> store;
    for (Sequence at; at < folder.log->last();) {
      const auto recordings =
          recorder::read_batch(*folder.log, at.next(), folder.log->last(), kEventsPerBatch, kBytesPerBatch);
      apply(path, recorder::decode_all(recordings).value(), store);
      at = recordings.back().sequence;
    }
    store->environment().sync().value();
  }
  std::filesystem::remove_all(path);
  tell_speed(state);
}

// Where an alias was at a random time: from the time to the version number, each question in a snapshot of its own.
void alias_at_a_time(benchmark::State& state) {
  const Folder& folder = Folder::get();
  const std::string path = folder.folder.file("past");
  const auto views = std::move(recorder::open_views({path, kMapSize}, *folder.log, {}, {}).value().store);
  const auto log = folder.log->read();
  const std::int64_t first = log.time(Sequence(1))->unix_ms(), last = log.time(log.last())->unix_ms();
  const auto registry = registry::find_registry(projections::ViewsReader(*views).as_of(log.last()),
                                                registry::RegistryName::trusted("models"))
                            ->id;
  std::mt19937_64 random(2);
  std::vector<double> micros;
  for (auto _ : state) {
    const Timestamp when(first +
                         static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(last - first)));
    const auto& name = folder.history.model_names()[random() % kModels];
    const auto begun = system_clock().steady();
    const projections::ViewsReader reader(*views);
    const projections::AsOf then = reader.as_of(folder.log->read().last_at(when));
    if (const auto model = registry::find_model(then, registry, registry::ModelName::trusted(name)))
      benchmark::DoNotOptimize(
          registry::find_alias(then, model->id, registry::AliasName::trusted("production")));
    micros.push_back(std::chrono::duration<double, std::micro>(system_clock().steady() - begun).count());
  }
  std::sort(micros.begin(), micros.end());
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  state.counters["p50_us"] = micros[micros.size() / 2];
  state.counters["p99_us"] = micros[micros.size() * 99 / 100];
}

void once(benchmark::internal::Benchmark* timed) {
  timed->Iterations(1)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);
}

BENCHMARK_CAPTURE(rebuilt, head, open_head)->Name("recovery/head/rebuilt")->Apply(once);
BENCHMARK_CAPTURE(applied, head, apply_to_head)->Name("recovery/head/in_turn")->Apply(once);
BENCHMARK_CAPTURE(rebuilt, views, open_views)->Name("recovery/views/rebuilt")->Apply(once);
BENCHMARK_CAPTURE(applied, views, apply_to_views)->Name("recovery/views/in_turn")->Apply(once);
BENCHMARK(alias_at_a_time)
    ->Name("past/alias_at_a_random_time")
    ->Iterations(kQuestions)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace
}  // namespace herald::bench

BENCHMARK_MAIN();
