#include "automations/engine.h"

#include <fmt/format.h>

#include <future>
#include <memory>
#include <utility>
#include <vector>

#include "automations/chain.h"
#include "automations/positions.h"
#include "automations/rate_limit.h"
#include "base/answer.h"
#include "base/fail_point.h"
#include "base/limits.h"
#include "recorder/decoding.h"
#include "registry/event.h"

namespace herald::automations {
namespace {

using recorder::Recording;

Error failed_here(const char* point) {
  return error(Cause::unavailable, fmt::format("fail point {}", point));
}

// What a trigger in the log says it answered; nothing for other events, and for one that was sent by hand.
std::optional<registry::AutomationTriggered> trigger_in(std::string_view bytes) {
  if (bytes.find("automation.triggered") == std::string_view::npos) return std::nullopt;
  auto event = registry::decode(bytes);
  if (!event) return std::nullopt;
  auto* triggered = std::get_if<registry::AutomationTriggered>(&event->payload);
  if (triggered == nullptr || triggered->test) return std::nullopt;
  return std::move(*triggered);
}

}  // namespace

class Engine::Impl {
 public:
  Impl(recorder::Recorder& recorder, const eventstore::Log& log, const projections::Views& views,
       const eventstore::Tail& projected, const Clock& clock, IdSource& ids)
      : recorder_(recorder), log_(log), views_(views), projected_(projected), clock_(clock), ids_(ids) {}

  Sequence position() const { return loaded_ ? done_ : log_.read().position(kEngineFollower); }

  Result<void> apply(std::span<const Recording> events, const std::stop_token& stop) {
    for (;;) {
      Result<void> applied = apply_once(events, stop);
      if (applied) return applied;
      loaded_ = false;  // rules and counts may be ahead of what was recorded
      if (applied.error().cause != Cause::expected_mismatch) return applied;
      // Somebody else moved the position: what it passed is done, the rest is still to do.
      const Sequence now = position();
      if (now.next() < events.front().sequence) return applied;
      if (now >= events.back().sequence) return {};
    }
  }

  void keep_position() {
    if (loaded_ && stored_ < done_) (void)record_position(done_);
  }

 private:
  // What one command records. Its triggers share a correlation id, so that whoever keeps events together by it parts no
  // command. One event may make several such steps, each a command of its own.
  struct Step {
    std::vector<registry::Trigger> triggers;
    Sequence to;  // the position
  };
  struct Begun {
    std::future<Result<recorder::Recorded>> answer;
    Sequence to;
  };

  Result<void> apply_once(std::span<const Recording> events, const std::stop_token& stop) {
    if (!loaded_) HERALD_CHECK(load(stop));
    std::vector<Step> steps;
    for (const Recording& recording : events) {
      if (recording.sequence <= done_) continue;
      if (stop.stop_requested()) return error(Cause::stopping, "the automations are stopping");
      HERALD_CHECK(meet(recording, steps));
    }
    const Sequence last = std::max(done_, events.back().sequence);
    if (!steps.empty()) return record(std::move(steps), last);
    done_ = last;
    if (stored_ < done_ && clock_.steady() - written_ >= kPositionKept) return record_position(done_);
    return {};
  }

  // Rules and counts as they were at the position.
  Result<void> load(const std::stop_token& stop) {
    stored_ = log_.read().position(kEngineFollower);
    while (projected_.last() < stored_) {
      projected_.wait_beyond(projected_.last(), stop);
      if (stop.stop_requested()) return error(Cause::stopping, "the automations are stopping");
    }
    const projections::ViewsReader views(views_);
    matcher_.load(views.as_of(stored_));
    count_again();
    done_ = stored_;
    loaded_ = true;
    return {};
  }

  void count_again() {
    rate_.clear();
    const eventstore::LogReader log = log_.read();
    const auto reached = log.time(stored_);
    if (!reached) return;
    const Sequence before = log.last_at(reached->plus(-RateLimit::kWindow));
    log.scan(before.next(), [&](Sequence, std::string_view bytes) {
      const auto triggered = trigger_in(bytes);
      if (!triggered) return true;
      const Sequence answered(triggered->event_sequence);
      if (answered > before && answered <= stored_)
        rate_.add(triggered->automation_id, log.time(answered).value());
      return true;
    });
  }

  // Adds what the event sets off.
  Result<void> meet(const Recording& recording, std::vector<Step>& steps) {
    HERALD_TRY(const auto event, recorder::decode_known(recording));
    if (!event) return {};  // no rule can mean it
    matcher_.fold(*event);
    for (const Matcher::Match& match : matcher_.match(*event, recording.bytes)) {
      if (auto answer = trigger(*event, match)) HERALD_CHECK(add(std::move(*answer), steps));
    }
    return {};
  }

  // Of more steps than the writer takes at once, the earlier ones are recorded on the way. A step that another one
  // follows ends before that one's event: met again after a crash, decide() leaves out those that are recorded.
  Result<void> add(registry::Trigger trigger, std::vector<Step>& steps) {
    const bool joins = !steps.empty() && steps.back().triggers.back().correlation == trigger.correlation &&
                       steps.back().triggers.size() < limits::kMaxEventsPerCommand;
    if (!joins) {
      const Sequence before(trigger.event_sequence - 1);
      if (!steps.empty()) steps.back().to = before;
      if (steps.size() == limits::kMaxCommandsPerBatch)
        HERALD_CHECK(record(std::exchange(steps, {}), before));
      steps.emplace_back();
    }
    steps.back().triggers.push_back(std::move(trigger));
    return {};
  }

  std::optional<registry::Trigger> trigger(const registry::Event& event, const Matcher::Match& match) {
    const NextLink next = next_link(event, match.automation_id);
    if (next == NextLink::nothing) return std::nullopt;
    registry::Trigger trigger;
    trigger.automation_id = match.automation_id;
    trigger.automation = match.definition->name;
    trigger.event_sequence = event.sequence;
    trigger.event_type = event.type();
    trigger.event_id = event.id;
    trigger.event_depth = event.causation.depth;
    trigger.correlation = event.causation.correlation;
    const std::uint32_t most = match.definition->max_per_minute.value_or(limits::kTriggersPerMinute);
    if (next == NextLink::skip) {
      trigger.skip = registry::SkipCause::depth_limit;
    } else if (!rate_.admit(match.automation_id, event.time, most)) {
      if (!may_be_skipped(event)) return std::nullopt;
      trigger.skip = registry::SkipCause::rate_limit;
    } else {
      for (std::size_t i = 0; i < match.definition->actions.size(); ++i) {
        trigger.new_ids.emplace_back(ids_.next(clock_.now()));
      }
    }
    return trigger;
  }

  // The steps one behind the other, so that they share the writer's commits. Each is refused unless the one before has
  // moved the position; one that leaves it where it is would not be missed, and is waited for. So is the first, which
  // waits for room in a full queue too: something is done in each round, and what is refused is met again.
  Result<void> record(std::vector<Step> steps, Sequence to) {
    steps.back().to = to;
    if (fail_point("engine.before_record")) return failed_here("engine.before_record");
    HERALD_CHECK(recorder_.record(submission(std::move(steps.front()), stored_)));
    HERALD_CHECK(recorded(steps.front().to));
    std::vector<Begun> begun;
    for (std::size_t i = 1; i < steps.size(); ++i) {
      const bool moves = steps[i - 1].to < steps[i].to;
      begun.push_back(begin(std::move(steps[i]), steps[i - 1].to));
      if (!moves) HERALD_CHECK(wait_for(begun));
    }
    return wait_for(begun);
  }

  Result<void> record_position(Sequence to) { return record({Step{{}, to}}, to); }

  Begun begin(Step step, Sequence from) {
    const Sequence to = step.to;
    Begun begun{{}, to};
    recorder_.submit(submission(std::move(step), from), answer_into(begun.answer));
    return begun;
  }

  Result<void> wait_for(std::vector<Begun>& begun) {
    for (Begun& one : begun) {
      HERALD_CHECK(one.answer.get());
      HERALD_CHECK(recorded(one.to));
    }
    begun.clear();
    return {};
  }

  Result<void> recorded(Sequence to) {
    if (fail_point("engine.after_record")) return failed_here("engine.after_record");
    stored_ = done_ = to;
    written_ = clock_.steady();
    return {};
  }

  recorder::Submission submission(Step step, Sequence from) {
    recorder::Submission submission;
    submission.actor = registry::Actor::system();
    submission.causation.correlation = ids_.next(clock_.now());
    submission.position = recorder::PositionChange{kEngineFollower, from, step.to};
    if (!step.triggers.empty()) submission.command = registry::RecordTriggers{std::move(step.triggers)};
    return submission;
  }

  recorder::Recorder& recorder_;
  const eventstore::Log& log_;
  const projections::Views& views_;
  const eventstore::Tail& projected_;
  const Clock& clock_;
  IdSource& ids_;

  bool loaded_ = false;
  Sequence stored_;  // the position in the log
  Sequence done_;    // at or after it: events in between matched nothing
  std::chrono::steady_clock::time_point written_{};
  Matcher matcher_;
  RateLimit rate_;
};

Engine::Engine(recorder::Recorder& recorder, const eventstore::Log& log, const projections::Views& views,
               const eventstore::Tail& projected, const Clock& clock, IdSource& ids)
    : impl_(std::make_unique<Impl>(recorder, log, views, projected, clock, ids)) {}
Engine::~Engine() = default;

Sequence Engine::position() {
  return impl_->position();
}
Result<void> Engine::apply(std::span<const Recording> events, std::stop_token stop) {
  return impl_->apply(events, stop);
}
void Engine::stop() {
  impl_->keep_position();
}

}  // namespace herald::automations
