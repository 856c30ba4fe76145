// A recorder on a log and a head of its own, and the few commands that its tests speak in.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "eventstore/log.h"
#include "eventstore/tail.h"
#include "lmdb/testing/temp_folder.h"
#include "projections/head.h"
#include "recorder/recorder.h"

namespace herald::recorder::testing {

// The parts, and commands on models of registry `models`. Opened and closed by hand, so that a process of its
// own can use it too.
class Workshop {
  std::string path_;

 public:
  explicit Workshop(std::string path) : path_(std::move(path)) {}

  void open() {
    log = eventstore::Log::open({path_ + "/log", "herald.example/test", log_map_size}, clock).value();
    head = projections::Head::open({path_ + "/head", head_map_size}).value();
    tail = std::make_unique<eventstore::Tail>(log->last());
    recorder = std::make_unique<Recorder>(options, *log, *head, *tail, clock, random_ids());
  }
  void close() {
    recorder.reset();
    head.reset();
    log.reset();
  }

  Submission asks(std::optional<registry::Command> command, std::optional<std::string> key = {}) const {
    Submission submission;
    submission.actor = registry::Actor{"ann", registry::ActorKind::user, "http"};
    submission.command = std::move(command);
    submission.causation.correlation = random_ids().next(clock.now());
    if (key) submission.idempotency = Idempotency{*key, sha256(*key)};
    return submission;
  }
  Result<Recorded> record(registry::Command command, std::optional<std::string> key = {}) {
    return recorder->record(asks(std::move(command), std::move(key)));
  }
  std::future<Result<Recorded>> submit(Submission submission) {
    auto answer = std::make_shared<std::promise<Result<Recorded>>>();
    auto future = answer->get_future();
    recorder->submit(std::move(submission),
                     [answer](Result<Recorded> r) { answer->set_value(std::move(r)); });
    return future;
  }

  static registry::RegistryName models() { return registry::RegistryName::trusted("models"); }
  static registry::ModelAddress address(const std::string& name) {
    return {models(), registry::ModelName::trusted(name)};
  }
  registry::Command create_registry() const {
    return registry::CreateRegistry{registry::RegistryId(random_ids().next(clock.now())), models(), {}};
  }
  registry::Command register_model(const std::string& name) const {
    registry::RegisterModel command;
    static_cast<registry::ModelAddress&>(command) = address(name);
    command.new_id = registry::ModelId(random_ids().next(clock.now()));
    return command;
  }
  static registry::Command register_version(const std::string& model) {
    registry::RegisterVersion command;
    static_cast<registry::ModelAddress&>(command) = address(model);
    return command;
  }
  static registry::Command tag(const std::string& model, const std::string& key, const std::string& value) {
    registry::ChangeTags command;
    static_cast<registry::ModelAddress&>(command) = address(model);
    command.tags[key] = value;
    return command;
  }
  // Moves `production`, which must stand at `from`.
  static registry::Command move_production(const std::string& model, std::uint64_t from, std::uint64_t to) {
    registry::AliasMove move;
    move.alias = registry::AliasName::trusted("production");
    move.to = registry::VersionNumber(to);
    move.expected = {registry::Expected::Kind::version, registry::VersionNumber(from)};
    registry::MoveAliases command;
    static_cast<registry::ModelAddress&>(command) = address(model);
    command.moves = {move};
    return command;
  }

  std::optional<registry::ModelRecord> model(const std::string& name) const {
    const projections::HeadReader reader(*head);
    const auto registry = registry::find_registry(reader, models());
    return registry ? registry::find_model(reader, registry->id, registry::ModelName::trusted(name))
                    : std::nullopt;
  }
  registry::Event event(std::uint64_t sequence) const {
    return registry::decode(log->read().event(Sequence(sequence)).value()).value();
  }

  ManualClock clock{Timestamp::trusted("2026-11-24T05:00:00.000Z")};
  std::uint64_t log_map_size = 1ull << 30, head_map_size = 1ull << 30;
  Options options{.disk_reserve_bytes = 0, .data_folder = path_};
  std::unique_ptr<eventstore::Log> log;
  std::unique_ptr<projections::Head> head;
  std::unique_ptr<eventstore::Tail> tail;
  std::unique_ptr<Recorder> recorder;
};

// Keeps a recorder's thread in the answer to a command until it is let go, so that what is submitted
// meanwhile waits.
class Held {
 public:
  Held(Recorder& recorder, Submission submission) {
    auto held = std::make_shared<std::promise<void>>();
    auto is_held = held->get_future();
    recorder.submit(std::move(submission),
                    [held, go_on = go_on_.get_future().share()](const Result<Recorded>&) {
                      held->set_value();
                      go_on.wait();
                    });
    is_held.wait();
  }
  ~Held() { let_go(); }
  void let_go() {
    if (!std::exchange(gone_, true)) go_on_.set_value();
  }

 private:
  std::promise<void> go_on_;
  bool gone_ = false;
};

class RecorderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    w.open();
    ASSERT_TRUE(w.record(w.create_registry()));
  }

  herald::testing::TempFolder folder;
  Workshop w{folder.path()};
};

}  // namespace herald::recorder::testing
