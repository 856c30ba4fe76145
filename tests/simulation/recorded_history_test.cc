// The same random histories through the parts that the product is made of: recorder, log, head and views on disk.
#include <gtest/gtest.h>

#include "base/ids.h"
#include "eventstore/log.h"
#include "eventstore/tail.h"
#include "lmdb/testing/temp_folder.h"
#include "projections/testing/dump.h"
#include "recorder/data_folder.h"
#include "recorder/fsck.h"
#include "recorder/projector.h"
#include "recorder/recorder.h"
#include "recorder/recovery.h"
#include "tests/simulation/history.h"

namespace herald::simulation {
namespace {

constexpr std::size_t kRounds = 4, kCommands = 500;
constexpr std::uint64_t kMapSize = 1ull << 30;

// Ids in the order they are asked for, so that a seed gives the same history again.
class CountedIds final : public IdSource {
 public:
  Uuid next(Timestamp) override {
    std::array<std::uint8_t, 16> bytes{};
    for (std::size_t i = 0; i < 8; ++i) bytes[8 + i] = static_cast<std::uint8_t>(given_ >> (56 - 8 * i));
    ++given_;
    return Uuid(bytes);
  }

 private:
  std::uint64_t given_ = 1ull << 32;  // beyond those that the commands bring
};

class RecordedSubject final : public Subject {
 public:
  explicit RecordedSubject(const std::string& path) : path_(path) {
    folder_ = recorder::DataFolder::open(path).value();
    log_ = eventstore::Log::open({folder_->log(), "herald.example/simulation", kMapSize}, clock_).value();
    open_derived();
  }

  Result<std::vector<registry::Event>> record(const registry::Command& command) override {
    clock_.advance(std::chrono::milliseconds(7));
    recorder::Submission submission;
    submission.actor = registry::Actor::anonymous("simulation");
    submission.command = command;
    submission.causation.correlation = ids_.next(clock_.now());
    HERALD_TRY(const recorder::Recorded recorded, recorder_->record(std::move(submission)));
    std::vector<registry::Event> events;
    if (recorded.last.value() == 0) return events;
    log_->read().scan(recorded.first, [&](Sequence, std::string_view bytes) {
      events.push_back(registry::decode(bytes).value());
      return true;
    });
    return events;
  }

  void now(const Ask& ask) override { ask(projections::HeadReader(*head_)); }

  void as_of(std::uint64_t sequence, const Ask& ask) override {
    projected_->wait_beyond(Sequence(log_->last().value() - 1), {});
    const projections::ViewsReader reader(*views_);
    ask(reader.as_of(Sequence(sequence)));
  }

  // As a process does that ends and starts again.
  void restart() {
    close_derived();
    open_derived();
  }

  // Everything in the two derived stores, as they are and as they come out of a rebuild.
  std::string dump() {
    return projections::testing::dump(head_->environment()) +
           projections::testing::dump(views_->environment());
  }
  void rebuild() {
    close_derived();
    open_derived(recorder::ForceRebuild{true});
  }

  void close() {
    close_derived();
    log_.reset();
    folder_.reset();
  }

 private:
  void open_derived(recorder::ForceRebuild force = {}) {
    head_ = std::move(recorder::open_head({folder_->head(), kMapSize}, *log_, force, {}).value().store);
    views_ = std::move(recorder::open_views({folder_->views(), kMapSize}, *log_, force, {}).value().store);
    recorded_ = std::make_unique<eventstore::Tail>(log_->last());
    projected_ = std::make_unique<eventstore::Tail>(views_->stand().sequence);
    recorder_ = std::make_unique<recorder::Recorder>(recorder::Options{0, path_}, *log_, *head_, *recorded_,
                                                     clock_, ids_);
    projector_ = std::make_unique<recorder::Projector>(*views_, *log_, *projected_);
    following_ = std::make_unique<recorder::FollowerThread>(*projector_, *log_, *recorded_,
                                                            recorder::FollowerThread::Options{});
  }
  void close_derived() {
    recorder_->stop();
    following_.reset();
    recorder_.reset();
    recorder::close_clean(*head_).value();
    recorder::close_clean(*views_).value();
    head_.reset();
    views_.reset();
  }

  std::string path_;
  ManualClock clock_{Timestamp::trusted("2026-11-24T05:00:00.000Z")};
  CountedIds ids_;
  std::unique_ptr<recorder::DataFolder> folder_;
  std::unique_ptr<eventstore::Log> log_;
  std::unique_ptr<projections::Head> head_;
  std::unique_ptr<projections::Views> views_;
  std::unique_ptr<eventstore::Tail> recorded_, projected_;
  std::unique_ptr<recorder::Recorder> recorder_;
  std::unique_ptr<recorder::Projector> projector_;
  std::unique_ptr<recorder::FollowerThread> following_;
};

TEST(RecordedHistory, IsWhatTheSimpleModelSaysNowAndAsOfEveryMoment) {
  for (const std::uint64_t seed : seeds(kRounds)) {
    const herald::testing::TempFolder folder;
    RecordedSubject subject(folder.file("data"));
    expect_same_history(subject, seed, kCommands);
    if (HasFailure()) return;
  }
}

TEST(RecordedHistory, LeavesTheSameHeadAndViewsAsTheLogMakesAnew) {
  std::uint64_t events = 0;
  for (const std::uint64_t seed : seeds(kRounds)) {
    SCOPED_TRACE("to see it again: HERALD_SEED=" + std::to_string(seed));
    const herald::testing::TempFolder folder;
    RecordedSubject subject(folder.file("data"));
    expect_same_history(subject, seed, kCommands);
    subject.restart();
    const std::string live = subject.dump();
    subject.rebuild();
    EXPECT_TRUE(subject.dump() == live);
    subject.close();
    const auto report = recorder::fsck(folder.file("data"), {});
    ASSERT_TRUE(report) << report.error().message;
    for (const recorder::Finding& found : report->findings) {
      // What stands beside the log is not made here: the commands name texts, secrets and files by random digests.
      const bool is_beside = found.where == "work" ||
                             found.what.starts_with("the list of the artifact's files, blob ") ||
                             found.what.starts_with("a file of the evaluation, blob ");
      EXPECT_TRUE(is_beside) << found.where << ": " << found.what;
    }
    events += report->events;
  }
  EXPECT_GT(events, seeds(kRounds).size() * 50);
}

}  // namespace
}  // namespace herald::simulation
