#include "automations/sending.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "automations/schedule.h"
#include "base/bytes.h"
#include "base/fail_point.h"
#include "base/limits.h"

namespace herald::automations {
namespace {

using registry::DeliveryId;
using registry::RecordOutcome;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kMostBegunAtOnce = 256;
constexpr milliseconds kPauseAfterError{200};

constexpr std::string_view kSucceeded = "succeeded";
constexpr std::string_view kExhausted = "exhausted";

Outcome not_rendered(const Error& error) {
  Outcome outcome;
  outcome.verdict = error.cause == Cause::internal ? Verdict::retry : Verdict::permanent;
  outcome.error_class = "configuration";
  outcome.error = error.message;
  return outcome;
}

std::uint32_t random_number() {
  return static_cast<std::uint32_t>(read_be64(random_bytes(8)));
}

bool is_timeout(const Outcome& outcome) {
  return outcome.error_class == "timeout";
}

bool is_overload(const Outcome& outcome) {
  return outcome.status == 429 || is_timeout(outcome);
}

Targets::Heard heard_of_the_host(const Outcome& outcome) {
  if (is_timeout(outcome)) return Targets::Heard::silence;
  return outcome.error_class == "configuration" ? Targets::Heard::nothing : Targets::Heard::answer;
}

bool will_pass(Cause cause) {
  return cause == Cause::busy || cause == Cause::storage_full || cause == Cause::unavailable;
}

}  // namespace

Sending::Sending(Parts parts, Preparing preparing, Schedule schedule, milliseconds grace)
    : parts_(parts), preparing_(std::move(preparing)), schedule_(std::move(schedule)), grace_(grace) {}

Sending::~Sending() {
  stop();
}

void Sending::start() {
  projected_moved_ = parts_.projected.subscribe([this] {
    if (waits_for_views_) post([] {});
  });
  thread_ = std::thread([this] { run(); });
}

void Sending::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  if (thread_.joinable()) thread_.join();
  projected_moved_ = {};
}

void Sending::scheduled(std::vector<work::ScheduleRow> rows) {
  counts_.open += rows.size();
  post([this, rows = std::move(rows)] {
    const Moment now = Moment::of(parts_.clock);
    for (const work::ScheduleRow& row : rows) {
      const auto under_way = under_way_.find(row.delivery_id);
      if (under_way != under_way_.end()) {
        under_way->second.scheduled_anew = true;
      } else {
        due_.push(row.delivery_id, row.due, row.written, now);
      }
    }
  });
}

// ---- the inbox and the loop ----

// Notified under the lock: the task may be the last, after which the thread ends and this object goes.
void Sending::post(Task task) {
  const std::lock_guard lock(mutex_);
  inbox_.push_back(std::move(task));
  arrived_.notify_one();
}

void Sending::run() {
  while (!ending_ || !under_way_.empty()) {
    for (const Task& task : wait()) task();
    cancel_when_it_is_time();
    if (ending_) continue;
    begin_what_is_due();
    begin_what_the_views_hold();
    send_what_may_leave();
  }
}

// Once, after the grace of a stop. What was answered until then is kept, and what is written and recorded of it is waited for.
void Sending::cancel_when_it_is_time() {
  if (!cancel_at_ || parts_.clock.steady() < *cancel_at_) return;
  cancel_at_.reset();
  if (counts_.in_flight > 0) parts_.sender.cancel();
}

std::vector<Sending::Task> Sending::wait() {
  const Moment now = Moment::of(parts_.clock);
  const auto until = wake(now);
  std::unique_lock lock(mutex_);
  const auto has_work = [this] { return !inbox_.empty() || stopping_ != ending_; };
  if (until) {
    arrived_.wait_for(lock, *until - now.steady, has_work);
  } else {
    arrived_.wait(lock, has_work);
  }
  const bool begins_to_end = stopping_ && !ending_;
  ending_ = stopping_;
  std::vector<Task> tasks = std::exchange(inbox_, {});
  lock.unlock();
  if (begins_to_end) cancel_at_ = parts_.clock.steady() + grace_;
  if (again_at_ && (ending_ || parts_.clock.steady() >= *again_at_)) {
    again_at_.reset();
    std::move(again_later_.begin(), again_later_.end(), std::back_inserter(tasks));
    again_later_.clear();
  }
  return tasks;
}

std::optional<std::chrono::steady_clock::time_point> Sending::wake(const Moment& now) const {
  std::optional<std::chrono::steady_clock::time_point> earliest = again_at_;
  const auto consider = [&](std::optional<std::chrono::steady_clock::time_point> time) {
    if (time && (!earliest || *time < *earliest)) earliest = time;
  };
  consider(cancel_at_);
  if (ending_) return earliest;
  consider(due_.wake(now));
  return earliest;
}

// ---- from due to a target's turn ----

void Sending::begin_what_is_due() {
  const Moment now = Moment::of(parts_.clock);
  for (std::size_t begun = 0; begun < kMostBegunAtOnce; ++begun) {
    const auto id = due_.pop(now);
    if (!id) return;
    begin(*id);
  }
}

void Sending::begin_what_the_views_hold() {
  waits_for_views_ = !behind_views_.empty();
  const Sequence held = parts_.projected.last();
  while (!behind_views_.empty() && behind_views_.begin()->first <= held) {
    const DeliveryId id = behind_views_.begin()->second;
    behind_views_.erase(behind_views_.begin());
    begin(id);
  }
}

void Sending::begin(DeliveryId id) {
  auto row = work::find_schedule(parts_.work, id);
  if (!row) {
    --counts_.open;
    return;
  }
  const auto delivery = preparing_.find(id);
  if (!delivery || !is_open(*delivery) || row->outcome) {
    UnderWay& ended = under_way_[id];
    ended.row = std::move(*row);
    ended.delivery = delivery.value_or(registry::DeliveryRecord());
    return delivery && is_open(*delivery) ? record_result(id) : forget(id);
  }
  const Sequence planned(delivery->triggered_sequence);
  if (planned > parts_.projected.last()) {
    behind_views_.emplace(planned, id);
    return;
  }
  // Without a route it cannot be rendered either, and ends at its turn.
  const auto route = preparing_.route_of(*delivery);
  if (route && waits_for_pause(id, route->url)) return;
  targets_.enqueue(route ? route->url : std::string(), id);
}

void Sending::send_what_may_leave() {
  while (under_way_.size() < limits::kMaxInFlight) {
    const auto turn = targets_.take();
    if (!turn) return;
    attempt(*turn);
  }
}

// True: it will be due when the pause ends that its URL asked for.
bool Sending::waits_for_pause(DeliveryId id, const std::string& url) {
  const Moment now = Moment::of(parts_.clock);
  const auto until = pauses_.until(url, now.steady);
  if (until)
    due_.push(id, now.wall.plus(std::chrono::ceil<milliseconds>(*until - now.steady)), now.wall, now);
  return until.has_value();
}

// ---- the steps ----

void Sending::attempt(const Targets::Turn& turn) {
  auto row = work::find_schedule(parts_.work, turn.id);
  auto delivery = preparing_.find(turn.id);
  if (!row || !delivery) throw std::logic_error("a delivery that was to be sent is not scheduled");
  auto route = preparing_.route_of(*delivery);
  if (route && waits_for_pause(turn.id, route->url))
    return targets_.finished(turn.url, Targets::Heard::nothing);
  UnderWay& under_way = under_way_[turn.id];
  under_way.row = std::move(*row);
  under_way.delivery = std::move(*delivery);
  under_way.started = Moment::of(parts_.clock);
  if (route) under_way.route = std::move(*route);
  under_way.turn = turn.url;
  ++under_way.row.attempts;
  ++counts_.attempts;
  ++counts_.in_flight;

  auto outgoing = preparing_.outgoing(under_way.delivery, under_way.started.wall);
  if (!outgoing) return attempted(turn.id, not_rendered(outgoing.error()));
  (void)fail_point("dispatcher.before_send");
  parts_.sender.send(std::move(*outgoing), [this, id = turn.id](Outcome outcome) {
    post([this, id, outcome = std::move(outcome)] { attempted(id, outcome); });
  });
}

void Sending::attempted(DeliveryId id, const Outcome& outcome) {
  (void)fail_point("dispatcher.after_send");
  UnderWay& under_way = under_way_.at(id);
  --counts_.in_flight;
  if (outcome.cancelled) {  // its row is as it was: the next start sends it
    --counts_.attempts;
    targets_.finished(under_way.turn, Targets::Heard::nothing);
    under_way_.erase(id);
    return;
  }
  if (outcome.verdict != Verdict::delivered) ++counts_.failed_attempts;
  if (outcome.retry_after && outcome.verdict == Verdict::retry) {
    const seconds pause = heeded(*outcome.retry_after, gap_after(under_way).value_or(seconds(0)));
    const auto now = parts_.clock.steady();
    pauses_.pause(under_way.route.url, now + pause, now);
  }
  targets_.finished(under_way.turn, heard_of_the_host(outcome));
  plan_next(under_way, outcome);
  keep_attempt(id, outcome);
}

void Sending::plan_next(UnderWay& under_way, const Outcome& outcome) {
  work::ScheduleRow& row = under_way.row;
  row.written = parts_.clock.now();
  row.status = outcome.status;
  row.error = work::kept_text(outcome.error, limits::kMaxReasonBytes);
  const auto gap = gap_after(under_way);
  if (outcome.verdict == Verdict::delivered) {
    row.outcome = kSucceeded;
  } else if (outcome.verdict == Verdict::permanent || !gap) {
    row.outcome = kExhausted;
  } else {
    auto retry_after = outcome.retry_after;
    if (!under_way.route.retry_seconds && is_overload(outcome))
      retry_after = std::max(retry_after.value_or(seconds(0)), schedule_.least_after_overload);
    row.due = row.written.plus(delay_before_next(*gap, retry_after, random_number()));
  }
}

// Nothing: it was the last.
std::optional<seconds> Sending::gap_after(const UnderWay& under_way) const {
  const std::size_t index = under_way.row.attempts - under_way.row.before_replay - 1;
  if (const auto& own = under_way.route.retry_seconds) {
    return index < own->size() ? std::optional(seconds((*own)[index])) : std::nullopt;
  }
  return index < schedule_.gaps.size() ? std::optional(schedule_.gaps[index]) : std::nullopt;
}

work::Attempt Sending::attempt_row(const UnderWay& under_way, const Outcome& outcome) const {
  work::Attempt attempt;
  attempt.delivery_id = under_way.row.delivery_id;
  attempt.number = under_way.row.attempts;
  attempt.started = under_way.started.wall;
  attempt.duration_ms = static_cast<std::uint32_t>(outcome.duration.count());
  attempt.target = outcome.target.empty() ? under_way.route.target : outcome.target;
  attempt.status = outcome.status;
  attempt.error_class = outcome.error_class;
  attempt.error = outcome.error;
  attempt.request_body = outcome.request_body;
  attempt.response_body = outcome.response_body;
  if (!under_way.row.outcome) attempt.next = under_way.row.due;
  return attempt;
}

void Sending::keep_attempt(DeliveryId id, const Outcome& outcome) {
  const UnderWay& under_way = under_way_.at(id);
  const auto keep = [row = under_way.row, attempt = attempt_row(under_way, outcome)](
                        lmdb::WriteTxn& txn, const work::Tables& tables) -> Result<void> {
    HERALD_CHECK(work::put_attempt(txn, tables, attempt));
    return work::put_schedule(txn, tables, row);
  };
  write(id, keep, [this, id] { record_result(id); });
}

// delivery.failing is said when the head does not know of it yet: once for each delivery, or replay of it.
void Sending::record_result(DeliveryId id) {
  const UnderWay& under_way = under_way_.at(id);
  if (const auto& outcome = under_way.row.outcome) {
    const auto kind =
        *outcome == kSucceeded ? RecordOutcome::Kind::succeeded : RecordOutcome::Kind::exhausted;
    record(id, kind, [this, id, kind] {
      (void)fail_point("dispatcher.after_outcome");
      ++(kind == RecordOutcome::Kind::succeeded ? counts_.succeeded : counts_.exhausted);
      forget(id);
    });
  } else if (under_way.delivery.state == registry::DeliveryState::pending) {
    record(id, RecordOutcome::Kind::failing, [this, id] { try_again_when_due(id); });
  } else {
    try_again_when_due(id);
  }
}

void Sending::forget(DeliveryId id) {
  const auto erase = [row = under_way_.at(id).row](lmdb::WriteTxn& txn, const work::Tables& tables) {
    return work::erase_schedule(txn, tables, row);
  };
  write(id, erase, [this, id] { finish(id); });
}

void Sending::try_again_when_due(DeliveryId id) {
  const work::ScheduleRow& row = under_way_.at(id).row;
  due_.push(id, row.due, row.written, Moment::of(parts_.clock));
  under_way_.erase(id);
}

void Sending::finish(DeliveryId id) {
  --counts_.open;
  const bool scheduled_anew = under_way_.at(id).scheduled_anew;
  under_way_.erase(id);
  const Moment now = Moment::of(parts_.clock);
  if (scheduled_anew) due_.push(id, now.wall, now.wall, now);
}

// ---- one durable step ----

void Sending::write(DeliveryId id, work::Store::Job job, Task next) {
  parts_.work.submit_with_patience(job, [this, id, job, next = std::move(next)](const Result<void>& result) {
    post([this, id, job, next, result] { go_on(id, result, next, [=, this] { write(id, job, next); }); });
  });
}

void Sending::record(DeliveryId id, RecordOutcome::Kind kind, Task next) {
  const UnderWay& under_way = under_way_.at(id);
  recorder::Submission submission;
  submission.actor = registry::Actor::system();
  submission.causation = preparing_.causation_of(under_way.delivery);
  submission.command =
      RecordOutcome{kind, id, under_way.row.attempts, under_way.row.status, under_way.row.error};
  parts_.recorder.submit_with_patience(std::move(submission), [this, id, kind, next = std::move(next)](
                                                                  const Result<recorder::Recorded>& r) {
    const Result<void> result = r ? Result<void>() : Result<void>(r.error());
    post([this, id, kind, next, result] { go_on(id, result, next, [=, this] { record(id, kind, next); }); });
  });
}

// What was not written when the server goes down, or for a reason that lasts, is found in the schedule by the next start.
// But a delivery that the log does not know must not keep its row for ever.
void Sending::go_on(DeliveryId id, const Result<void>& result, const Task& next, const Task& again) {
  if (result || result.error().cause == Cause::not_found) return next();
  if (ending_ || !will_pass(result.error().cause)) {
    const bool scheduled_anew = under_way_.at(id).scheduled_anew;
    under_way_.erase(id);
    const Moment now = Moment::of(parts_.clock);
    if (scheduled_anew) due_.push(id, now.wall, now.wall, now);
    return;
  }
  again_later_.push_back(again);
  if (!again_at_) again_at_ = parts_.clock.steady() + kPauseAfterError;
}

}  // namespace herald::automations
