#include "recorder/recorder.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/answer.h"
#include "base/fail_point.h"
#include "base/limits.h"
#include "eventstore/log.h"
#include "eventstore/tail.h"
#include "projections/head.h"
#include "recorder/batch.h"
#include "recorder/command_queue.h"
#include "recorder/disk_reserve.h"

namespace herald::recorder {
namespace {

using Outcome = eventstore::LogBatch::Outcome;

Error busy() {
  return error(Cause::busy, fmt::format("{} commands wait to be recorded: try again in a moment",
                                        limits::kMaxQueuedCommands));
}
Error stopping() {
  return error(Cause::stopping, "the server is going down: try again later");
}
Error writes_stopped() {
  return error(
      Cause::unavailable,
      "writes stopped because the store of the current state failed; everything acknowledged is in the log: "
      "restart the server, which builds that store anew");
}
Error no_room(const std::string& why) {
  return error(Cause::storage_full, fmt::format("nothing was recorded: {}; make room; reads go on", why));
}

void abort_process(const std::string& why) {
  std::fprintf(stderr, "herald: %s\n", why.c_str());
  std::abort();
}

void report_on_stderr(const std::string& what) {
  std::fprintf(stderr, "herald: %s\n", what.c_str());
}

struct Answer {
  Done done;
  Result<Recorded> result;
  bool stands = false;  // whatever becomes of the batch: the log knew it before
};

struct Loss {
  Error why;
  std::chrono::steady_clock::time_point at;
};

}  // namespace

class Recorder::Impl {
 public:
  Impl(Options options, eventstore::Log& log, projections::Head& head, eventstore::Tail& tail,
       const Clock& clock, IdSource& ids)
      : log_(log),
        head_(head),
        tail_(tail),
        clock_(clock),
        ids_(ids),
        disk_(options.data_folder, options.disk_reserve_bytes, std::move(options.free_bytes), clock),
        end_process_(options.end_process ? std::move(options.end_process) : abort_process),
        report_defect_(options.report_defect ? std::move(options.report_defect) : report_on_stderr),
        thread_([this] { run(); }) {}

  void submit(QueuedCommand command) { finish_push(queue_.push(command), command); }
  void submit_waiting(QueuedCommand command) {
    if (std::this_thread::get_id() == thread_.get_id())
      throw std::logic_error("the recorder waits for itself");
    finish_push(queue_.push_waiting(command), command);
  }

  void stop() {
    const std::lock_guard lock(stopping_);
    queue_.close();
    if (thread_.joinable()) thread_.join();
  }

  Stats stats() const {
    return {batches_.load(), commands_.load(), events_.load(),
            refused_.load(), queue_.size(),    !why_not_writable()};
  }

  std::optional<Error> why_not_writable() const {
    if (!writable_) return writes_stopped();
    if (auto shortage = disk_.look()) return shortage;
    const std::lock_guard lock(loss_mutex_);
    if (!loss_ || clock_.steady() - loss_->at >= limits::kLossTold) return std::nullopt;
    return error(loss_->why.cause,
                 fmt::format("the last write was refused, and none was taken since: {}", loss_->why.message));
  }

 private:
  static void finish_push(CommandQueue::Pushed pushed, const QueuedCommand& command) {
    if (pushed == CommandQueue::Pushed::full) command.done(busy());
    if (pushed == CommandQueue::Pushed::closed) command.done(stopping());
  }

  void run() {
    while (auto command = queue_.pop_waiting()) record(std::move(*command));
    if (ended_) return;
    for (const QueuedCommand& left : queue_.drain()) left.done(stopping());
  }

  // A batch: this command and those that came while the last commit synced.
  void record(QueuedCommand first) {
    if (!writable_) return answer_without_writing(first, writes_stopped());
    auto begun = log_.begin();
    if (!begun) {
      lost(begun.error());
      return answer_without_writing(first, begun.error());
    }
    Batch batch(std::move(*begun), {log_.origin(), head_, clock_, ids_}, disk_.shortage());
    std::vector<Answer> answers;
    std::optional<QueuedCommand> next(std::move(first));
    while (next) {
      Result<Recorded> result = batch.record(next->submission);
      if (!result && result.error().cause == Cause::internal) report_defect_(result.error().message);
      const bool stands = result && result->replayed && !batch.remembers(next->submission);
      answers.push_back({std::move(next->done), std::move(result), stands});
      const bool more = !batch.lost() && !batch.full() && answers.size() < limits::kMaxCommandsPerBatch;
      next = more ? queue_.pop() : std::nullopt;
    }
    ++batches_;
    settle(batch, answers);
  }

  // The order that durability hangs on: the log, then the head, then whoever follows, then the answers.
  void settle(Batch& batch, std::vector<Answer>& answers) {
    if (batch.lost()) return refuse_all(answers, lost(*batch.lost()));
    if (!batch.changed()) return release(answers);
    if (fail_point("recorder.before_log_commit")) return refuse_all(answers, lost(no_room("fail point")));

    const auto committed = batch.commit_log();
    if (committed.outcome == Outcome::unknown) return end(committed.error);
    if (committed.outcome == Outcome::nothing) return refuse_all(answers, lost(no_room(committed.error)));

    events_ += batch.events();
    if (!fail_point("recorder.after_log_commit") && batch.commit_head()) {
      tail_.advance(batch.last());
      if (batch.events() > 0) found_room();
    } else {
      writable_ = false;
    }
    (void)fail_point("recorder.after_head_commit");
    release(answers);
  }

  void answer_without_writing(QueuedCommand& command, const Error& why) {
    auto known = known_answer(log_.read(), command.submission);
    std::vector<Answer> answers;
    answers.push_back({std::move(command.done), known ? std::move(*known) : Result<Recorded>(why)});
    release(answers);
  }

  void refuse_all(std::vector<Answer>& answers, const Error& why) {
    for (Answer& answer : answers) {
      if (!answer.stands) answer.result = why;
    }
    release(answers);
  }

  // Told until something is recorded, for only a write can tell whether there is room again; and not for long, or whoever
  // is asked before writes are sent here would never send one.
  Error lost(const Error& why) {
    const std::lock_guard lock(loss_mutex_);
    loss_ = Loss{why, clock_.steady()};
    return why;
  }
  void found_room() {
    const std::lock_guard lock(loss_mutex_);
    loss_.reset();
  }

  void release(std::vector<Answer>& answers) {
    for (Answer& answer : answers) {
      ++commands_;
      if (!answer.result) ++refused_;
      answer.done(std::move(answer.result));
    }
  }

  void end(const std::string& why) {
    ended_ = true;
    queue_.close();
    end_process_(fmt::format(
        "the log's commit failed in a way whose outcome only a restart can tell ({}): no command of "
        "that batch is answered, and the process ends",
        why));
  }

  eventstore::Log& log_;
  projections::Head& head_;
  eventstore::Tail& tail_;
  const Clock& clock_;
  IdSource& ids_;
  DiskReserve disk_;  // but for look(), the recorder's thread alone
  const std::function<void(const std::string&)> end_process_;
  const std::function<void(const std::string&)> report_defect_;
  bool ended_ = false;  // the recorder's thread alone
  std::atomic<bool> writable_{true};
  mutable std::mutex loss_mutex_;
  std::optional<Loss> loss_;  // guarded by the mutex: of the last batch, until one with events is recorded
  std::atomic<std::uint64_t> batches_{0}, commands_{0}, events_{0}, refused_{0};
  CommandQueue queue_{limits::kMaxQueuedCommands};
  std::mutex stopping_;
  std::thread thread_;  // last: it uses all of the above
};

Recorder::Recorder(Options options, eventstore::Log& log, projections::Head& head, eventstore::Tail& tail,
                   const Clock& clock, IdSource& ids)
    : impl_(std::make_unique<Impl>(std::move(options), log, head, tail, clock, ids)) {}
Recorder::~Recorder() {
  stop();
}

void Recorder::submit(Submission submission, Done done) {
  impl_->submit({std::move(submission), std::move(done)});
}

void Recorder::submit_with_patience(Submission submission, Done done) {
  impl_->submit_waiting({std::move(submission), std::move(done)});
}

Result<Recorded> Recorder::record(Submission submission) {
  std::future<Result<Recorded>> answer;
  submit_with_patience(std::move(submission), answer_into(answer));
  return answer.get();
}

void Recorder::stop() {
  impl_->stop();
}
Recorder::Stats Recorder::stats() const {
  return impl_->stats();
}
std::optional<Error> Recorder::why_not_writable() const {
  return impl_->why_not_writable();
}

}  // namespace herald::recorder
