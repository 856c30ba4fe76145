#include "connectors/kafka/publisher.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/limits.h"
#include "connectors/kafka/batch.h"
#include "connectors/kafka/producer.h"
#include "connectors/kafka/survey.h"

namespace herald::connectors::kafka {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kFirstPause = 100ms;
constexpr std::chrono::milliseconds kLongestPause = 5s;
constexpr BatchLimits kBatch{limits::kMaxEventsPerTransaction, limits::kMaxBytesPerTransaction};

// A producer that owns the topics, and how far they go.
struct Session {
  Producer producer;
  std::uint32_t partitions;
  Sequence published;
};

}  // namespace

class Publisher::Impl {
 public:
  Impl(Options options, Names names, const eventstore::Log& log, const eventstore::Tail& tail)
      : options_(std::move(options)), names_(std::move(names)), log_(log), tail_(tail) {
    report_.configured = true;
    report_.state = "connecting";
    report_.brokers = options_.brokers;
    report_.topic = names_.events;
    thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
  }

  void stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }

  api::KafkaReport report() const {
    const std::lock_guard lock(mutex_);
    return with_lag();
  }

  api::KafkaReport wait_until(const std::function<bool(const api::KafkaReport&)>& reached,
                              std::chrono::milliseconds deadline) const {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, deadline, [&] { return reached(with_lag()); });
    return with_lag();
  }

 private:
  using Ending = std::variant<Error, Decide>;

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const Ending ending = publish_until_trouble(stop);
      if (stop.stop_requested()) break;
      if (const auto* decide = std::get_if<Decide>(&ending)) return stop_for_good(*decide);
      note_trouble(std::get<Error>(ending));
      pause(stop);
      change([](api::KafkaReport& report) { ++report.restarts; });
    }
    change([](api::KafkaReport& report) { report.state = "stopped"; });
  }

  Ending publish_until_trouble(const std::stop_token& stop) {
    Result<std::variant<Session, Decide>> started = start_session(stop);
    if (!started) return started.error();
    if (const auto* decide = std::get_if<Decide>(&*started)) return *decide;
    Session& session = std::get<Session>(*started);
    while (true) {
      const Sequence last = tail_.wait_beyond(session.published, stop);
      if (stop.stop_requested()) return error(Cause::stopping, "the server stops");
      Result<std::vector<EventRecord>> batch = next_batch(log_, session.published, last, kBatch);
      if (!batch) return unreadable(session.published, batch.error());
      if (const Result<void> done = publish(session, *batch, stop); !done) return done.error();
    }
  }

  // The order matters: whoever reads the progress must have fenced all others before.
  Result<std::variant<Session, Decide>> start_session(const std::stop_token& stop) {
    HERALD_TRY(const Reader reader, Reader::open(options_));
    HERALD_TRY(const Cluster cluster, cluster_of(reader.client(), stop));
    HERALD_TRY(
        Producer producer,
        Producer::open(options_, names_, transactional_id(log_.origin(), cluster.id, options_.prefix)));
    HERALD_CHECK(producer.init(stop));
    HERALD_TRY(const Survey found, survey(reader, names_, cluster, log_side(), stop));
    if (const auto* decide = std::get_if<Decide>(&found.standing)) return *decide;
    for (const auto& [partition, offset] : found.newest) producer.expect_beyond(partition, offset);

    const Sequence after = std::get<Resume>(found.standing).after;
    change([&](api::KafkaReport& report) {
      report.state = "publishing";
      report.cluster = cluster.id;
      report.published = after.value();
      report.last_error.clear();
    });
    spdlog::info("kafka: publishing to {} at {} from event {} on", names_.events, options_.brokers,
                 after.value() + 1);
    return Session{std::move(producer), found.partitions, after};
  }

  Result<void> publish(Session& session, const std::vector<EventRecord>& batch, const std::stop_token& stop) {
    const Sequence last(batch.back().sequence);
    const auto leaf = log_.read().leaf_hash(last);
    HERALD_CHECK(session.producer.publish(
        batch, {log_.origin(), last.value(), leaf.value(), session.partitions}, stop));
    session.published = last;
    pause_ = kFirstPause;
    change([&](api::KafkaReport& report) {
      report.published = last.value();
      ++report.transactions;
    });
    return {};
  }

  LogSide log_side() const {
    const Sequence last = log_.read().last();
    return {log_.origin(), last, [this](Sequence at) { return log_.read().leaf_hash(at); }};
  }

  static Decide unreadable(Sequence after, const Error& why) {
    return {fmt::format("an event behind {} cannot be read from the log ({}): run `herald fsck`",
                        after.value(), why.message)};
  }

  void stop_for_good(const Decide& decide) {
    change([&](api::KafkaReport& report) {
      report.state = "stopped";
      report.decide = decide.what;
    });
    spdlog::error("kafka: publication has stopped for good: {}", decide.what);
  }

  void note_trouble(const Error& why) {
    change([&](api::KafkaReport& report) {
      if (report.last_error != why.message)
        spdlog::warn("kafka: {}; events wait in the log, trying again", why.message);
      report.state = "waiting";
      report.last_error = why.message;
    });
  }

  void pause(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, pause_, [] { return false; });
    pause_ = std::min(pause_ * 2, kLongestPause);
  }

  template <class Change>
  void change(Change&& change) {
    {
      const std::lock_guard lock(mutex_);
      change(report_);
    }
    changed_.notify_all();
  }

  api::KafkaReport with_lag() const {
    api::KafkaReport report = report_;
    if (report.published) {
      const std::uint64_t recorded = tail_.last().value();
      report.lag = recorded - std::min(*report.published, recorded);
    }
    return report;
  }

  const Options options_;
  const Names names_;
  const eventstore::Log& log_;
  const eventstore::Tail& tail_;
  std::chrono::milliseconds pause_ = kFirstPause;  // the thread's own

  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  api::KafkaReport report_;

  std::jthread thread_;  // last: it uses the others
};

Result<void> Publisher::check(const Options& options) {
  HERALD_TRY(const Names names, names_of(options.prefix));
  HERALD_CHECK(Reader::open(options));
  HERALD_CHECK(Producer::open(options, names, "herald"));
  return {};
}

Result<std::unique_ptr<Publisher>> Publisher::start(const Options& options, const eventstore::Log& log,
                                                    const eventstore::Tail& tail) {
  HERALD_CHECK(check(options));
  HERALD_TRY(Names names, names_of(options.prefix));
  return std::unique_ptr<Publisher>(
      new Publisher(std::make_unique<Impl>(options, std::move(names), log, tail)));
}

Publisher::Publisher(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Publisher::~Publisher() {
  stop();
}

void Publisher::stop() {
  impl_->stop();
}

api::KafkaReport Publisher::report() const {
  return impl_->report();
}

api::KafkaReport Publisher::wait_until(const std::function<bool(const api::KafkaReport&)>& reached,
                                       std::chrono::milliseconds deadline) const {
  return impl_->wait_until(reached, deadline);
}

}  // namespace herald::connectors::kafka
