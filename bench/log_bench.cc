// Durable appends a second to the log, events of 600 bytes, by how many a commit holds. Each commit is followed by one
// of the same bytes by pwrite and fdatasync into a preallocated file, the least that durability can cost here: `of_raw` is
// the log's speed as a part of that one's, `raw_per_second` its events a second.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>

#include "base/ids.h"
#include "eventstore/log.h"
#include "lmdb/testing/temp_folder.h"

namespace herald::eventstore {
namespace {

constexpr std::size_t kEventBytes = 600;

class RawFile {
 public:
  explicit RawFile(const std::string& path)
      : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    const std::string zeros(1 << 20, '\0');
    for (off_t at = 0; at < kSize; at += static_cast<off_t>(zeros.size())) write_at(at, zeros);
    sync();
  }
  ~RawFile() { ::close(file_); }
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;

  void commit(const std::string& bytes) {
    if (end_ + static_cast<off_t>(bytes.size()) > kSize) end_ = 0;
    write_at(end_, bytes);
    end_ += static_cast<off_t>(bytes.size());
    sync();
  }

 private:
  static constexpr off_t kSize = 64 << 20;

  void write_at(off_t at, const std::string& bytes) {
    if (::pwrite(file_, bytes.data(), bytes.size(), at) != static_cast<ssize_t>(bytes.size())) {
      throw std::runtime_error("pwrite");
    }
  }
  void sync() {
    if (::fdatasync(file_) != 0) throw std::runtime_error("fdatasync");
  }

  int file_;
  off_t end_ = 0;
};

class Appends {
 public:
  explicit Appends(benchmark::State& state)
      : state_(state), batch_(static_cast<std::uint64_t>(state.range(0))), raw_(folder_.file("raw")) {
    log_ = Log::open({folder_.file("log"), "herald.example/bench", 1ull << 36}, system_clock()).value();
  }

  // `write_event(batch, time)` for each event of a commit.
  template <class WriteEvent>
  void run(const WriteEvent& write_event) {
    const std::string raw_bytes(batch_ * kEventBytes, 'r');
    double log_seconds = 0;
    double raw_seconds = 0;
    for (auto _ : state_) {
      const double seconds = time([&] { commit(write_event); });
      state_.SetIterationTime(seconds);
      log_seconds += seconds;
      raw_seconds += time([&] { raw_.commit(raw_bytes); });
    }
    const auto events = static_cast<double>(log_->last().value());
    state_.SetItemsProcessed(static_cast<std::int64_t>(log_->last().value()));
    state_.counters["raw_per_second"] = events / raw_seconds;
    state_.counters["of_raw"] = raw_seconds / log_seconds;
  }

 private:
  template <class WriteEvent>
  void commit(const WriteEvent& write_event) {
    auto batch = log_->begin().value();
    const Timestamp now = system_clock().now();
    for (std::uint64_t i = 0; i < batch_; ++i) write_event(*batch, now);
    if (batch->commit().outcome != LogBatch::Outcome::durable) throw std::runtime_error("commit");
  }
  template <class Work>
  static double time(const Work& work) {
    const auto begun = system_clock().steady();
    work();
    return std::chrono::duration<double>(system_clock().steady() - begun).count();
  }

  benchmark::State& state_;
  const std::uint64_t batch_;
  herald::testing::TempFolder folder_;
  RawFile raw_;
  std::unique_ptr<Log> log_;
};

const std::string kEvent(kEventBytes, 'e');

void append_to_one_stream(benchmark::State& state) {
  Appends(state).run(
      [](LogBatch& batch, Timestamp now) { batch.append("registries/r/models/m", now, kEvent).value(); });
}

void append_to_one_of_1000_streams(benchmark::State& state) {
  std::vector<std::string> subjects;
  for (int i = 0; i < 1'000; ++i) {
    const Timestamp now = system_clock().now();
    subjects.push_back("registries/" + random_ids().next(now).str() + "/models/" +
                       random_ids().next(now).str());
  }
  std::size_t next = 0;
  Appends(state).run([&](LogBatch& batch, Timestamp now) {
    batch.append(subjects[next = (next + 389) % subjects.size()], now, kEvent).value();
  });
}

// Each event under an idempotency key: ordered as UUIDv7 are, or not at all as UUIDv4.
template <class MakeKey>
void append_with_key(benchmark::State& state, const MakeKey& make_key) {
  Appends(state).run([&](LogBatch& batch, Timestamp now) {
    const Sequence sequence = batch.next();
    batch.append("registries/r/models/m", now, kEvent).value();
    const IdempotencyRecord record{sha256("request"), sequence, sequence, true, R"({"version":1})", now};
    batch.put_idempotency("anonymous", make_key(now), record).value();
  });
}

void append_with_ordered_keys(benchmark::State& state) {
  append_with_key(state, [](Timestamp now) { return random_ids().next(now).str(); });
}
void append_with_random_keys(benchmark::State& state) {
  append_with_key(state, [](Timestamp) { return Uuid::from_bytes(random_bytes(16)).str(); });
}

void batches(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("batch")->Arg(1)->Arg(8)->Arg(64)->Arg(512)->UseManualTime();
}
BENCHMARK(append_to_one_stream)->Name("log/one_stream")->Apply(batches);
BENCHMARK(append_to_one_of_1000_streams)->Name("log/1000_streams")->Apply(batches);
BENCHMARK(append_with_ordered_keys)->Name("log/ordered_keys")->Apply(batches);
BENCHMARK(append_with_random_keys)->Name("log/random_keys")->Apply(batches);

}  // namespace
}  // namespace herald::eventstore

BENCHMARK_MAIN();
