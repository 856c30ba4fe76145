// The first page of searches over 10,000 models and a million versions (HERALD_BENCH_VERSIONS says another number), on the
// views alone: cold, of files that were dropped from memory, then many times warm. And what the index costs: time for each
// event, and space.
//
// HERALD_BENCH_FOLDER keeps the views there, for more runs on the same.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "bench/busy_registry.h"
#include "lmdb/testing/temp_folder.h"
#include "projections/search/index.h"
#include "projections/search/search.h"
#include "projections/views.h"
#include "registry/decide.h"
#include "registry/memory_state.h"

namespace herald::bench {
namespace {

namespace search = projections::search;
using search::Kind;

constexpr std::uint64_t kMapSize = 1ull << 38;
constexpr std::size_t kEventsPerCommit = 4'096, kRuns = 200, kEventsMeasured = 200'000;

std::size_t versions_asked_for() {
  const char* const text = std::getenv("HERALD_BENCH_VERSIONS");
  return text == nullptr ? 1'000'000 : std::strtoull(text, nullptr, 10);
}

// Files as they are, not as they are announced to be.
std::uint64_t bytes_on_disk(const std::filesystem::path& folder) {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) bytes += entry.file_size();
  return bytes;
}

// Made once, by the first that needs it.
class Folder {
 public:
  static Folder& get() {
    static Folder folder;
    return folder;
  }
  std::unique_ptr<projections::Views> open() const {
    return projections::Views::open({path_, kMapSize}).value();
  }
  // What is not open is not in memory afterwards.
  void forget() const {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
      if (!entry.is_regular_file()) continue;
      const int file = ::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
      ::fsync(file);
      ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
      ::close(file);
    }
  }
  const std::string& path() const { return path_; }
  std::string owner() const { return owner_; }

 private:
  Folder() {
    const char* const kept = std::getenv("HERALD_BENCH_FOLDER");
    path_ = kept != nullptr ? kept : temporary_.file("views");
    std::vector<registry::Event> events;
    std::unique_ptr<projections::Views> views = open();
    const bool made = views->stand().sequence.value() != 0;
    const auto apply = [&] {
      if (!made && !events.empty()) views->apply(events, events.front().source, {}).value();
      events.clear();
    };
    BusyRegistry registry(made ? 0 : versions_asked_for(), [&](registry::Event&& event) {
      events.push_back(std::move(event));
      if (events.size() == kEventsPerCommit) apply();
    });
    const auto begun = system_clock().steady();
    registry.tell();
    apply();
    if (!made) views->environment().sync().value();
    const double seconds = std::chrono::duration<double>(system_clock().steady() - begun).count();
    owner_ = registry.owners().front().str();
    if (!made) {
      std::fprintf(stderr, "search_bench: %llu events applied in %.1f s, %.1f MB\n",
                   static_cast<unsigned long long>(registry.last()), seconds,
                   static_cast<double>(bytes_on_disk(path_)) / 1e6);
    }
  }

  herald::testing::TempFolder temporary_;
  std::string path_, owner_;
};

struct Question {
  const char* name;
  Kind kind;
  const char* text;
  const char* sort = "";
  bool as_of_the_middle = false;
};

// Each indexed term on its own, then what people put together.
const std::vector<Question>& questions() {
  static const std::vector<Question> all{
      {"models/all", Kind::models, ""},
      {"models/name", Kind::models, "name:fraud-cards-0000"},
      {"models/name_begins", Kind::models, "name:fraud*"},
      {"models/name_part", Kind::models, "retail"},
      {"models/name_part_of_none", Kind::models, "nowhere"},
      {"models/registry", Kind::models, "registry:models"},
      {"models/owner", Kind::models, "owner:me"},
      {"models/tag", Kind::models, "tag:tier=1"},
      {"models/alias", Kind::models, "alias:production"},
      {"models/stage", Kind::models, "stage:staging"},
      {"models/created", Kind::models, "created>2024-01-10"},
      {"models/changed", Kind::models, "changed>2025-01-10"},
      {"models/archived", Kind::models, "archived"},
      {"models/not_archived", Kind::models, "-archived"},
      {"models/metric", Kind::models, "metric.auc>0.9"},
      {"models/metric_rare", Kind::models, "metric.auc>0.9999"},
      {"models/meta", Kind::models, "meta.framework:sklearn"},
      {"models/meta_number", Kind::models, "meta.data.rows>999990"},
      {"models/status", Kind::models, "status:ready"},
      {"models/framework", Kind::models, "framework:torch*"},
      {"versions/model", Kind::versions, "model:fraud-cards-0000"},
      {"versions/name_begins", Kind::versions, "name:fraud*"},
      {"versions/alias", Kind::versions, "alias:production"},
      {"versions/stage", Kind::versions, "stage:staging"},
      {"versions/status", Kind::versions, "status:failed"},
      {"versions/tag", Kind::versions, "tag:ticket=ml-77"},
      {"versions/tag_any", Kind::versions, "tag:checked"},
      {"versions/metric", Kind::versions, "metric.auc>0.9"},
      {"versions/metric_exact_none", Kind::versions, "metric.auc=0.9"},
      {"versions/meta", Kind::versions, "meta.framework:torch"},
      {"versions/meta_number", Kind::versions, "meta.data.rows>=999000"},
      {"versions/created", Kind::versions, "created>2025-03-01"},
      {"versions/changed", Kind::versions, "changed<2024-02-01"},
      {"versions/run", Kind::versions, "run:run-0500000"},
      {"versions/run_begins", Kind::versions, "run:run-05*"},
      {"versions/source", Kind::versions, "source:s3://models/fraud-cards-0000/*"},
      {"versions/framework", Kind::versions, "framework:torch*"},
      {"versions/owner", Kind::versions, "owner:me"},
      {"versions/archived", Kind::versions, "archived"},
      {"runs/name_begins", Kind::runs, "name:run-05*"},
      {"runs/framework", Kind::runs, "framework:torch*"},
      {"evaluations/dataset", Kind::evaluations, "dataset:holdout-2025"},
      {"evaluations/metric", Kind::evaluations, "metric.auc>0.9"},
      {"models/people/of_the_issue", Kind::models,
       "name:fraud* tag:tier=1 alias:production owner:me metric.auc>0.9 meta.framework:sklearn "
       "created>2024-01-01 "
       "-archived"},
      {"versions/people/of_the_issue", Kind::versions,
       "name:fraud* tag:ticket alias:production stage:production owner:me metric.auc>0.9 "
       "meta.framework:sklearn "
       "created>2024-02-01 -archived"},
      {"models/people/mine_by_change", Kind::models, "owner:me -archived", "-changed"},
      {"models/people/team_in_production", Kind::models, "tag:team=team-7 alias:production", "name"},
      {"models/people/good_ones", Kind::models, "fraud metric.auc>0.9", "-metric.auc"},
      {"versions/people/newest", Kind::versions, "", "-created"},
      {"versions/people/best", Kind::versions, "-archived", "-metric.auc"},
      {"versions/people/best_of_a_model", Kind::versions, "model:fraud-cards-0000", "-metric.auc"},
      {"versions/people/newest_unchecked", Kind::versions, "tag:checked=no status:ready", "-created"},
      {"versions/people/failed_lately", Kind::versions, "status:failed created>2025-01-01", "-created"},
      {"versions/people/staged_and_good", Kind::versions,
       "stage:staging metric.auc>0.95 meta.framework:torch"},
      {"versions/people/staged_by_metric", Kind::versions, "stage:staging name:churn*", "-metric.auc"},
      {"versions/people/unchecked_in_production", Kind::versions, "alias:production -tag:checked"},
      {"versions/people/candidates_of_an_owner", Kind::versions, "owner:me alias:candidate -archived"},
      {"versions/people/good_and_large", Kind::versions,
       "metric.auc>0.99 metric.loss<0.1 meta.data.rows>500000"},
      {"versions/people/rare_both", Kind::versions, "metric.auc>0.999 metric.f1>0.99"},
      {"versions/people/framework_by_metric", Kind::versions, "meta.framework:xgboost metric.auc>0.9",
       "-metric.auc"},
      {"versions/people/ticket_by_time", Kind::versions, "tag:ticket=ml-77", "-created"},
      {"models/then/alias", Kind::models, "alias:production", "", true},
      {"versions/then/alias", Kind::versions, "alias:production", "", true},
      {"versions/then/tag_and_stage", Kind::versions, "tag:checked=yes stage:staging", "", true},
  };
  return all;
}

search::Request asked(const Question& question, const projections::Views& views) {
  search::Request request;
  request.kind = question.kind;
  request.query = std::get<search::Query>(search::parse(question.text));
  if (*question.sort != '\0') request.sort = search::parse_sort(question.sort).value();
  if (question.as_of_the_middle) request.as_of = Sequence(views.stand().sequence.value() / 2);
  request.me = Folder::get().owner();
  return request;
}

// Of this thread, which others do not slow down.
double cpu_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double ms_of(const projections::Views& views, const search::Request& request, std::size_t& found,
             bool& more) {
  const auto begun = system_clock().steady();
  const projections::ViewsReader reader(views);
  const auto page = search::search(reader, request, {}).value();
  const double ms = std::chrono::duration<double, std::milli>(system_clock().steady() - begun).count();
  found = page.documents.size();
  more = page.next.has_value();
  return ms;
}

void first_page(benchmark::State& state, const Question& question) {
  const Folder& folder = Folder::get();
  folder.forget();
  const auto views = folder.open();
  const search::Request request = asked(question, *views);
  std::size_t found = 0;
  bool more = false;
  state.counters["cold_ms"] = ms_of(*views, request, found, more);
  std::vector<double> times;
  const double begun = cpu_ms();
  for (auto _ : state) times.push_back(ms_of(*views, request, found, more));
  state.counters["cpu_ms"] = (cpu_ms() - begun) / static_cast<double>(times.size());
  std::sort(times.begin(), times.end());
  state.counters["p50_ms"] = times[times.size() / 2];
  state.counters["worst_ms"] = times.back();
  state.counters["found"] = static_cast<double>(found);
  state.counters["more"] = more ? 1 : 0;
  state.SetLabel(fmt::format("{}: {}{}{}{}", reflect::enum_name(question.kind), question.text,
                             *question.sort != '\0' ? ", by " : "", question.sort,
                             question.as_of_the_middle ? ", half way back" : ""));
}

// The first events of the registry on a state in memory, with the index and without: what is left is the index.
void index_cost(benchmark::State& state) {
  std::vector<registry::Event> events;
  BusyRegistry(kEventsMeasured, [&](registry::Event&& event) {
    if (events.size() < kEventsMeasured) events.push_back(std::move(event));
  }).tell();
  const auto seconds_of = [&](auto&& apply) {
    registry::MemoryState memory;
    const auto begun = system_clock().steady();
    for (const registry::Event& event : events) apply(memory, event);
    return std::chrono::duration<double>(system_clock().steady() - begun).count();
  };
  for (auto _ : state) {
    const double without = seconds_of(
        [](registry::MemoryState& memory, const registry::Event& event) { registry::evolve(memory, event); });
    const herald::testing::TempFolder folder;
    const auto environment =
        lmdb::Environment::open(
            {.path = folder.file("index"), .map_size = kMapSize, .sync = lmdb::Sync::none})
            .value();
    const search::IndexTables tables{environment->table("now").value(), environment->table("past").value()};
    std::optional<lmdb::WriteTxn> txn(environment->write().value());
    std::size_t at = 0;
    search::IndexBatch batch;
    const double with = seconds_of([&](registry::MemoryState& memory, const registry::Event& event) {
      const search::Indexing indexing(memory, event);
      registry::evolve(memory, event);
      indexing.finish(memory, batch);
      if (++at % kEventsPerCommit != 0) return;
      batch.write(*txn, tables).value();
      txn->commit();
      txn.emplace(environment->write().value());
    });
    batch.write(*txn, tables).value();
    const auto rows = static_cast<double>(txn->entries(tables.now) + txn->entries(tables.past));
    txn->commit();
    txn.reset();
    const auto count = static_cast<double>(events.size());
    state.counters["index_us"] = (with - without) / count * 1e6;
    state.counters["rows"] = rows / count;
    state.counters["bytes"] = static_cast<double>(bytes_on_disk(folder.file("index"))) / count;
    state.counters["views_mb"] = static_cast<double>(bytes_on_disk(Folder::get().path())) / 1e6;
  }
}

}  // namespace
}  // namespace herald::bench

int main(int argc, char** argv) {
  using namespace herald::bench;
  for (const Question& question : questions()) {
    benchmark::RegisterBenchmark(("search/" + std::string(question.name)).c_str(),
                                 [&question](benchmark::State& state) { first_page(state, question); })
        ->Iterations(kRuns)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::RegisterBenchmark("search/index", index_cost)->Iterations(1)->Unit(benchmark::kMillisecond);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
