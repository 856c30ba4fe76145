// The thread that sends what is due. For each attempt, in this order, each step durable before the next:
//   1. render and send               2. the attempt's row, with the schedule's next due time or the outcome
//   3. the outcome as an event       4. the schedule's row goes
// A crash before 2 sends again under the same id; between 2 and 4 the outcome is recorded again (decide() passes over
// one that it knows), never sent again.
//
// All state belongs to the sending thread; others leave it work in its inbox (post()). It waits for its inbox and
// for the next due time, at most a second at once, since due times are the wall clock's and that may be set.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "automations/due_queue.h"
#include "automations/ports.h"
#include "automations/preparing.h"
#include "automations/schedule.h"
#include "automations/targets.h"
#include "eventstore/tail.h"
#include "recorder/recorder.h"
#include "work/deliveries.h"
#include "work/store.h"

namespace herald::automations {

class Sending {
 public:
  struct Parts {  // borrowed
    recorder::Recorder& recorder;
    const eventstore::Tail& projected;
    work::Store& work;
    Sender& sender;
    const Clock& clock;
  };
  struct Counts {
    std::atomic<std::uint64_t> open{0}, in_flight{0}, attempts{0}, succeeded{0}, failed_attempts{0},
        exhausted{0};
  };

  // `grace`: how long a stop waits for answers.
  Sending(Parts parts, Preparing preparing, Schedule schedule, std::chrono::milliseconds grace);
  ~Sending();  // stop()

  void start();
  // Takes nothing new; waits for what is under way, whose attempts are written. What is not answered within the grace is
  // cancelled: no attempt, and due as it was.
  void stop();
  // Rows that are durable in the schedule. Any thread.
  void scheduled(std::vector<work::ScheduleRow> rows);
  const Counts& counts() const { return counts_; }

 private:
  using Task = std::function<void()>;
  // A delivery that is on its way from step 1 to 4.
  struct UnderWay {
    registry::DeliveryRecord delivery;
    work::ScheduleRow row;
    Preparing::Route route;
    std::string turn;  // the URL whose turn this is
    Moment started;
    bool scheduled_anew = false;  // meanwhile, by a replay
  };

  // The inbox and the thread's loop.
  void post(Task task);
  void run();
  std::vector<Task> wait();
  void cancel_when_it_is_time();
  std::optional<std::chrono::steady_clock::time_point> wake(const Moment& now) const;

  // From due to a target's turn.
  void begin_what_is_due();
  void begin_what_the_views_hold();
  void begin(registry::DeliveryId id);
  void send_what_may_leave();
  bool waits_for_pause(registry::DeliveryId id, const std::string& url);

  // The steps.
  void attempt(const Targets::Turn& turn);
  void attempted(registry::DeliveryId id, const Outcome& outcome);
  void keep_attempt(registry::DeliveryId id, const Outcome& outcome);
  void record_result(registry::DeliveryId id);
  void forget(registry::DeliveryId id);
  void try_again_when_due(registry::DeliveryId id);
  void finish(registry::DeliveryId id);

  void plan_next(UnderWay& under_way, const Outcome& outcome);
  std::optional<std::chrono::seconds> gap_after(const UnderWay& under_way) const;
  work::Attempt attempt_row(const UnderWay& under_way, const Outcome& outcome) const;

  // One durable step of a delivery, then the next; after an error that will pass, the step again.
  void write(registry::DeliveryId id, work::Store::Job job, Task next);
  void record(registry::DeliveryId id, registry::RecordOutcome::Kind kind, Task next);
  void go_on(registry::DeliveryId id, const Result<void>& result, const Task& next, const Task& again);

  const Parts parts_;
  const Preparing preparing_;
  const Schedule schedule_;
  const std::chrono::milliseconds grace_;
  Counts counts_;

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Task> inbox_;
  bool stopping_ = false;

  // The sending thread's own.
  bool ending_ = false;  // it has seen stopping_
  DueQueue due_;
  std::multimap<Sequence, registry::DeliveryId> behind_views_;  // by the sequence that they wait for
  Targets targets_;
  Pauses pauses_;
  std::unordered_map<registry::DeliveryId, UnderWay> under_way_;
  std::vector<Task> again_later_;
  std::optional<std::chrono::steady_clock::time_point> again_at_, cancel_at_;

  std::atomic<bool> waits_for_views_{false};
  eventstore::Tail::Subscription projected_moved_;
  std::thread thread_;
};

}  // namespace herald::automations
