#include "automations/engine.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "automations/chain.h"
#include "automations/rate_limit.h"
#include "base/fail_point.h"
#include "base/limits.h"
#include "registry/event.h"

namespace herald::automations {
namespace {

using recorder::Recording;

constexpr std::chrono::seconds kPositionKept{1};

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
    if (loaded_ && stored_ < done_) (void)record({}, done_);
  }

 private:
  Result<void> apply_once(std::span<const Recording> events, const std::stop_token& stop) {
    if (!loaded_) HERALD_CHECK(load(stop));
    std::vector<registry::Trigger> triggers;
    for (const Recording& recording : events) {
      if (recording.sequence <= done_) continue;
      if (stop.stop_requested()) return error(Cause::stopping, "the automations are stopping");
      HERALD_CHECK(meet(recording, triggers));
    }
    const Sequence last = std::max(done_, events.back().sequence);
    if (!triggers.empty()) return record(std::move(triggers), last);
    done_ = last;
    if (stored_ < done_ && clock_.steady() - written_ >= kPositionKept) return record({}, done_);
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

  // Adds what the event sets off. Of more than one command holds, the earlier ones are recorded on the way, under a
  // position before this event: met again after a crash, decide() leaves out those that are recorded.
  Result<void> meet(const Recording& recording, std::vector<registry::Trigger>& triggers) {
    const auto event = registry::decode(recording.bytes);
    if (!event && event.error().cause == Cause::not_found)
      return {};  // of a newer version: no rule can mean it
    if (!event) {
      return error(event.error().cause,
                   fmt::format("event {}: {}", recording.sequence.value(), event.error().message));
    }
    matcher_.fold(*event);
    for (const Matcher::Match& match : matcher_.match(*event, recording.bytes)) {
      if (triggers.size() == limits::kMaxEventsPerCommand) {
        HERALD_CHECK(record(std::exchange(triggers, {}), Sequence(recording.sequence.value() - 1)));
      }
      if (auto answer = trigger(*event, match)) triggers.push_back(std::move(*answer));
    }
    return {};
  }

  std::optional<registry::Trigger> trigger(const registry::Event& event, const Matcher::Match& match) {
    const NextLink next = next_link(event, match.automation_id);
    if (next == NextLink::nothing) return std::nullopt;
    registry::Trigger trigger;
    trigger.automation_id = match.automation_id;
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

  Result<void> record(std::vector<registry::Trigger> triggers, Sequence to) {
    recorder::Submission submission;
    submission.actor = registry::Actor::system();
    submission.causation.correlation = ids_.next(clock_.now());
    submission.position = recorder::PositionChange{kEngineFollower, stored_, to};
    if (!triggers.empty()) submission.command = registry::RecordTriggers{std::move(triggers)};
    if (fail_point("engine.before_record")) return failed_here("engine.before_record");
    HERALD_CHECK(recorder_.record(std::move(submission)));
    if (fail_point("engine.after_record")) return failed_here("engine.after_record");
    stored_ = done_ = to;
    written_ = clock_.steady();
    return {};
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
