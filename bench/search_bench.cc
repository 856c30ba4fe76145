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
#include <array>
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

// Who asks: whoever sees all; who sees one registry with a hundredth of the models; who sees a hundredth of them one by one,
// the busiest among them; who sees a registry with nine tenths.
enum class Who { all, of_the_lab, of_a_hundred, of_most };
constexpr const char* kWho[] = {"", ", who sees a registry of 1 %", ", who sees 100 models",
                                ", who sees a registry of 90 %"};

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
  const search::Reach& reach(Who who) const { return reaches_[static_cast<std::size_t>(who)]; }

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
    reaches_[0].all = true;
    reaches_[1].registries = {registry.registry(2)};
    for (std::size_t i = 0; i < BusyRegistry::kModels; i += 100) reaches_[2].models.insert(registry.model(i));
    reaches_[3].registries = {registry.registry(0)};
    if (!made) {
      std::fprintf(stderr, "search_bench: %llu events applied in %.1f s, %.1f MB\n",
                   static_cast<unsigned long long>(registry.last()), seconds,
                   static_cast<double>(bytes_on_disk(path_)) / 1e6);
    }
  }

  herald::testing::TempFolder temporary_;
  std::string path_, owner_;
  std::array<search::Reach, 4> reaches_;
};

struct Question {
  const char* name;
  Kind kind;
  const char* text;
  const char* sort = "";
  bool as_of_the_middle = false;
  Who who = Who::all;
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
      {"models/people/mine_in_production", Kind::models, "owner:me stage:production"},
      {"models/people/made_in_days", Kind::models, "-archived created>2024-01-03 created<2024-01-05"},
      {"models/people/good_in_production", Kind::models, "alias:production metric.auc>0.9"},
      {"models/people/word_in_a_registry", Kind::models, "fraud registry:partners"},
      {"models/people/word_by_change", Kind::models, "fraud -archived", "-changed"},
      {"models/people/tier_by_metric", Kind::models, "tag:tier=1", "-metric.auc"},
      {"models/people/nothing_in_production", Kind::models, "-alias:production -archived", "name"},
      {"versions/people/mine_in_staging", Kind::versions, "owner:me stage:staging"},
      {"versions/people/mine_by_time", Kind::versions, "owner:me", "-created"},
      {"versions/people/mine_by_metric", Kind::versions, "owner:me -archived", "-metric.auc"},
      {"versions/people/made_in_a_month", Kind::versions, "-archived created>2025-01-01 created<2025-02-01"},
      {"versions/people/checked_by_metric", Kind::versions, "tag:checked=yes", "-metric.auc"},
      {"versions/people/tickets_by_time", Kind::versions, "tag:ticket metric.auc>0.9", "-created"},
      {"versions/people/in_production_by_metric", Kind::versions, "alias:production metric.auc>0.9",
       "-metric.auc"},
      {"versions/people/in_production_of_a_word", Kind::versions, "name:*retail* alias:production"},
      {"versions/people/loss_in_germany", Kind::versions,
       "meta.data.country:de meta.framework:sklearn metric.loss<0.05", "metric.loss"},
      {"versions/people/neither_checked_nor_asked_for", Kind::versions,
       "-tag:checked -tag:ticket status:ready"},
      {"versions/people/unused_by_time", Kind::versions, "-alias:* -stage:*", "-created"},
      {"versions/people/of_a_registry_by_time", Kind::versions, "registry:lab", "-created"},
      {"versions/people/of_a_team_in_production", Kind::versions, "name:fraud* stage:production", "-changed"},
      {"runs/people/good_ones_by_metric", Kind::runs, "name:nightly* metric.auc>0.9", "-metric.auc"},
      {"runs/people/of_a_model", Kind::runs, "model:fraud-cards-0000", "-created"},
      {"evaluations/people/of_a_model", Kind::evaluations, "model:fraud-cards-0000 metric.auc>0.5",
       "-metric.auc"},
      {"evaluations/people/by_metric", Kind::evaluations, "dataset:holdout-2025 -archived", "-metric.auc"},
      {"artifacts/all", Kind::artifacts, ""},
      {"artifacts/name_begins", Kind::artifacts, "name:weights-fraud*"},
      {"artifacts/people/by_time", Kind::artifacts, "created>2025-01-01", "-created"},
      {"artifacts/people/of_a_word", Kind::artifacts, "retail", "name"},
      {"models/then/alias", Kind::models, "alias:production", "", true},
      {"versions/then/alias", Kind::versions, "alias:production", "", true},
      {"versions/then/tag_and_stage", Kind::versions, "tag:checked=yes stage:staging", "", true},
      {"models/then/name_and_tag", Kind::models, "name:fraud* tag:tier=1", "-changed", true},
      {"models/then/stage_and_alias", Kind::models, "stage:staging alias:production -archived", "", true},
      {"versions/then/stage", Kind::versions, "stage:production", "", true},
      {"versions/then/good_ones", Kind::versions, "name:fraud* status:ready", "-metric.auc", true},
  };
  return all;
}

// What callers ask who see few.
const std::vector<Question>& questions_of_few() {
  static const std::vector<Question> all{
      {"models/all", Kind::models, ""},
      {"models/word_by_change", Kind::models, "fraud", "-changed"},
      {"models/metric", Kind::models, "metric.auc>0.9"},
      {"models/tag_and_alias", Kind::models, "tag:tier=1 alias:production"},
      {"versions/all", Kind::versions, ""},
      {"versions/newest", Kind::versions, "", "-created"},
      {"versions/best", Kind::versions, "-archived metric.auc>0.9", "-metric.auc"},
      {"versions/alias", Kind::versions, "alias:production"},
      {"versions/ticket", Kind::versions, "tag:ticket=ml-77"},
      {"versions/good_ones", Kind::versions, "metric.auc>0.99 metric.loss<0.1"},
      {"versions/failed_lately", Kind::versions, "status:failed created>2025-01-01", "-created"},
      {"versions/alias_then", Kind::versions, "alias:production", "", true},
      {"runs/name_begins", Kind::runs, "name:run-05*"},
      {"evaluations/metric", Kind::evaluations, "metric.auc>0.9"},
      {"artifacts/name_begins", Kind::artifacts, "name:weights-fraud*"},
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

struct Times {
  double wall, cpu;
};
Times first_page_of(const projections::Views& views, const search::Request& request, Who who,
                    std::size_t& found, bool& more) {
  const auto begun = system_clock().steady();
  const double cpu = cpu_ms();
  const projections::ViewsReader reader(views);
  const auto page = search::search(reader, request, Folder::get().reach(who)).value();
  const double ms = std::chrono::duration<double, std::milli>(system_clock().steady() - begun).count();
  found = page.documents.size();
  more = page.next.has_value();
  return {ms, cpu_ms() - cpu};
}

double part(std::vector<double>& times, double of_all) {
  std::sort(times.begin(), times.end());
  return times[static_cast<std::size_t>(of_all * static_cast<double>(times.size() - 1))];
}

void first_page(benchmark::State& state, const Question& question) {
  const Folder& folder = Folder::get();
  folder.forget();
  const auto views = folder.open();
  const search::Request request = asked(question, *views);
  std::size_t found = 0;
  bool more = false;
  state.counters["cold_ms"] = first_page_of(*views, request, question.who, found, more).wall;
  std::vector<double> wall, cpu;
  for (auto _ : state) {
    const Times times = first_page_of(*views, request, question.who, found, more);
    wall.push_back(times.wall);
    cpu.push_back(times.cpu);
  }
  state.counters["cpu_p50_ms"] = part(cpu, 0.5);
  state.counters["cpu_p99_ms"] = part(cpu, 0.99);
  state.counters["p50_ms"] = part(wall, 0.5);
  state.counters["p99_ms"] = part(wall, 0.99);
  state.counters["found"] = static_cast<double>(found);
  state.counters["more"] = more ? 1 : 0;
  state.SetLabel(fmt::format("{}: {}{}{}{}{}", reflect::enum_name(question.kind), question.text,
                             *question.sort != '\0' ? ", by " : "", question.sort,
                             question.as_of_the_middle ? ", half way back" : "",
                             kWho[static_cast<std::size_t>(question.who)]));
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
  std::vector<Question> all = questions();
  for (const Who who : {Who::of_the_lab, Who::of_a_hundred, Who::of_most}) {
    for (Question question : questions_of_few()) {
      question.who = who;
      all.push_back(question);
    }
  }
  for (const Question& question : all) {
    const std::string name = fmt::format("search/{}/{}", static_cast<int>(question.who), question.name);
    benchmark::RegisterBenchmark(name.c_str(),
                                 [question](benchmark::State& state) { first_page(state, question); })
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
