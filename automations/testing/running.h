// Engine and dispatcher on real parts in a folder: log, head, views, work store, recorder, followers. Opened and closed by
// hand, so that a test can start them again, and a process of its own can be killed in them.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "automations/dispatcher.h"
#include "automations/engine.h"
#include "automations/testing/scripted_sender.h"
#include "recorder/follower.h"
#include "recorder/projector.h"
#include "recorder/recorder.h"
#include "recorder/recovery.h"
#include "work/deliveries.h"

namespace herald::automations::testing {

// Set by the test, read by all threads. Stands still, unless it is told to run.
class TestClock final : public Clock {
 public:
  Timestamp now() const override { return Timestamp(wall_ms_).plus(run_for()); }
  std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::time_point(std::chrono::milliseconds(steady_ms_) + run_for());
  }
  void run() { running_since_ = system_clock().steady(); }
  void advance(std::chrono::milliseconds by) {
    wall_ms_ += by.count();
    steady_ms_ += by.count();
  }
  void step_wall(std::chrono::milliseconds by) { wall_ms_ += by.count(); }

 private:
  std::atomic<std::int64_t> wall_ms_{Timestamp::trusted("2026-11-24T05:00:00.000Z").unix_ms()};
  std::atomic<std::int64_t> steady_ms_{1'000'000};
  std::optional<std::chrono::steady_clock::time_point> running_since_;

  std::chrono::milliseconds run_for() const {
    if (!running_since_) return {};
    return std::chrono::duration_cast<std::chrono::milliseconds>(system_clock().steady() - *running_since_);
  }
};

class Running {
 public:
  explicit Running(std::string path) : path_(std::move(path)) {}

  std::chrono::milliseconds stop_grace = limits::kSendingGrace;
  ~Running() { close(); }

  void open() {
    log = eventstore::Log::open({path_ + "/log", "herald.example/test", 1ull << 28}, clock).value();
    head = std::move(recorder::open_head({path_ + "/head", 1ull << 28}, *log, {}, {}).value().store);
    views = std::move(recorder::open_views({path_ + "/views", 1ull << 28}, *log, {}, {}).value().store);
    work = work::Store::open({path_ + "/work", 1ull << 28}).value();
    secrets = std::make_unique<work::Secrets>(*work, std::string(32, 'k'));
    recorded = std::make_unique<eventstore::Tail>(log->last());
    projected = std::make_unique<eventstore::Tail>(views->stand().sequence);
    recorder =
        std::make_unique<recorder::Recorder>(recorder::Options{.disk_reserve_bytes = 0, .data_folder = path_},
                                             *log, *head, *recorded, clock, random_ids());
    projector = std::make_unique<recorder::Projector>(*views, *log, *projected);
    follow_views();
    if (log->last() == Sequence(0)) {
      record(
          registry::CreateRegistry{new_id<registry::RegistryId>(), models(), registry::RegistryKind::model});
      auto model = churn<registry::RegisterModel>();
      model.new_id = new_id<registry::ModelId>();
      record(model);
    }
  }
  void start_engine() {
    engine = std::make_unique<Engine>(*recorder, *log, *views, *projected, clock, random_ids());
    engine_thread = std::make_unique<recorder::FollowerThread>(*engine, *log, *recorded,
                                                               recorder::FollowerThread::Options{});
  }
  void start_dispatcher(Sender& sender, std::vector<std::chrono::seconds> schedule = {}) {
    dispatcher = std::make_unique<Dispatcher>(
        Dispatcher::Parts{*recorder, *log, *head, *views, *projected, *work, *secrets, sender, clock},
        Dispatcher::Options{"https://herald.example",
                            schedule.empty() ? standard_schedule() : Schedule{std::move(schedule)},
                            stop_grace});
    ASSERT_TRUE(dispatcher->start());
    dispatcher_thread = std::make_unique<recorder::FollowerThread>(*dispatcher, *log, *recorded,
                                                                   recorder::FollowerThread::Options{});
  }
  void follow_views() {
    projector_thread = std::make_unique<recorder::FollowerThread>(*projector, *log, *recorded,
                                                                  recorder::FollowerThread::Options{});
  }
  void stop_dispatcher() {
    if (dispatcher_thread) dispatcher_thread->stop();
    if (dispatcher) dispatcher->stop();
    dispatcher_thread.reset();
    dispatcher.reset();
  }
  void stop_engine() {
    if (engine_thread) engine_thread->stop();
    if (engine) engine->stop();
    engine_thread.reset();
    engine.reset();
  }
  void close_followers() {
    stop_dispatcher();
    stop_engine();
  }
  void close() {
    close_followers();
    projector_thread.reset();
    if (recorder) recorder->stop();
    if (work) work->stop();
    recorder.reset();
    work.reset();
    views.reset();
    head.reset();
    log.reset();
  }

  // ---- what is asked ----
  template <class AnyId>
  AnyId new_id() const {
    return AnyId(random_ids().next(clock.now()));
  }
  static registry::RegistryName models() { return registry::RegistryName::trusted("models"); }
  template <class Command>
  static Command churn() {
    Command command;
    command.registry = models();
    command.model = registry::ModelName::trusted("churn");
    return command;
  }
  recorder::Submission asks(std::optional<registry::Command> command, std::uint32_t depth = 0) const {
    recorder::Submission submission;
    submission.actor = registry::Actor::anonymous("http");
    submission.command = std::move(command);
    submission.causation.correlation = random_ids().next(clock.now());
    submission.causation.depth = depth;
    return submission;
  }
  Sequence record(registry::Command command, std::uint32_t depth = 0) {
    return recorder->record(asks(std::move(command), depth)).value().last;
  }
  // Sets a tag to a value that it never had: one event, tag.set.
  Sequence tag(const std::string& key = "k", std::uint32_t depth = 0) { return record(new_tag(key), depth); }
  registry::ChangeTags new_tag(const std::string& key = "k") const {
    auto command = churn<registry::ChangeTags>();
    command.tags[key] = random_ids().next(clock.now()).str();
    return command;
  }
  static registry::AutomationDefinition on_tags(const std::string& name,
                                                const std::vector<std::string>& urls) {
    registry::AutomationDefinition definition;
    definition.name = registry::Label::trusted(name);
    definition.on = {"tag.set"};
    for (const std::string& url : urls) {
      registry::Action action;
      action.url = url;
      definition.actions.push_back(std::move(action));
    }
    return definition;
  }
  registry::AutomationId create(registry::AutomationDefinition definition) {
    registry::CreateAutomation command{new_id<registry::AutomationId>(), std::move(definition)};
    record(command);
    return command.new_id;
  }

  // ---- what is found ----
  template <class Fact>
  std::vector<Fact> facts() const {
    std::vector<Fact> found;
    for (const registry::Event& event : events<Fact>()) found.push_back(std::get<Fact>(event.payload));
    return found;
  }
  template <class Fact>
  std::vector<registry::Event> events() const {
    std::vector<registry::Event> found;
    log->read().scan(Sequence(1), [&](Sequence, std::string_view bytes) {
      registry::Event event = registry::decode(bytes).value();
      if (std::holds_alternative<Fact>(event.payload)) found.push_back(std::move(event));
      return true;
    });
    return found;
  }
  // False when it takes longer than anybody would wait.
  bool eventually(const std::function<bool()>& holds) const {
    const auto deadline = system_clock().steady() + std::chrono::seconds(20);
    for (;;) {
      const Sequence seen = recorded->last();
      if (holds()) return true;
      recorded->wait_beyond(seen, {}, deadline);
      if (system_clock().steady() >= deadline) return holds();
    }
  }
  template <class Fact>
  bool wait_for(std::size_t number) const {
    return eventually([&] { return facts<Fact>().size() >= number; });
  }
  // Time passes, and the sending thread is told.
  void pass(std::chrono::milliseconds time) {
    clock.advance(time);
    ASSERT_TRUE(dispatcher->apply({}, {}));
  }

  TestClock clock;
  std::unique_ptr<eventstore::Log> log;
  std::unique_ptr<projections::Head> head;
  std::unique_ptr<projections::Views> views;
  std::unique_ptr<work::Store> work;
  std::unique_ptr<work::Secrets> secrets;
  std::unique_ptr<eventstore::Tail> recorded, projected;
  std::unique_ptr<recorder::Recorder> recorder;
  std::unique_ptr<recorder::Projector> projector;
  std::unique_ptr<recorder::FollowerThread> projector_thread;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<recorder::FollowerThread> engine_thread;
  std::unique_ptr<Dispatcher> dispatcher;
  std::unique_ptr<recorder::FollowerThread> dispatcher_thread;

 private:
  const std::string path_;
};

}  // namespace herald::automations::testing
