// Stages: where a version stands, and how it came there.
#include "api/event_pages.h"
#include "api/handlers.h"
#include "api/known.h"
#include "api/writing.h"
#include "registry/event.h"

namespace herald::api {

struct TransitionRequest {
  reflect::Nullable<registry::StageName> stage;     // null: out of its stage
  reflect::Nullable<registry::StageName> expected;  // null: it must be in none
  std::optional<registry::Reason> reason;
};
BOOST_DESCRIBE_STRUCT(TransitionRequest, (), (stage, expected, reason))

namespace {

Result<Outcome> transition(const Call& call) {
  HERALD_TRY(const auto address, version_in(call));
  HERALD_TRY(const auto request, body_of<TransitionRequest>(call));
  if (!request.stage.given) {
    return error(Cause::missing_field,
                 "\"stage\" is missing: a stage, or null to take the version out of its stage", "stage");
  }
  return Write{registry::TransitionStage{address, request.stage.value, request.expected, request.reason},
               {},
               present_version(call, address, address.version)};
}

std::optional<StageStepBody> stage_step_of(std::string_view bytes) {
  const auto event = registry::decode(bytes);
  if (!event) return std::nullopt;
  const auto* const fact = std::get_if<registry::StageTransitioned>(&event->payload);
  if (fact == nullptr) return std::nullopt;
  return StageStepBody{.sequence = event->sequence,
                       .time = event->time,
                       .actor = event->actor.id,
                       .from = fact->from,
                       .to = fact->to,
                       .reason = fact->reason,
                       .held_seconds = {}};
}

// Where a page goes on: events before this one, and the step that ended the one which comes next ("120-97", or "120" for both).
struct StageCursor {
  Sequence before, ended;
  static Result<StageCursor> parse(const std::string& text) {
    const std::size_t dash = std::min(text.find('-'), text.size());
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
    HERALD_TRY(const auto before, whole_number(text.substr(0, dash), "cursor", 1, kMost));
    if (dash == text.size()) return StageCursor{Sequence(before), Sequence(before)};
    HERALD_TRY(const auto ended, whole_number(text.substr(dash + 1), "cursor", 0, kMost));
    return StageCursor{Sequence(before), Sequence(ended)};
  }
};

// Newest first, out of all that happened to the version.
class StepsOfAVersion {
 public:
  // `most_scanned`: events that are looked at.
  StepsOfAVersion(std::size_t limit, std::size_t most_scanned, Sequence ended,
                  std::optional<Timestamp> ended_at)
      : limit_(limit), most_scanned_(most_scanned), ended_(ended), ended_at_(ended_at) {}

  // False: enough.
  bool take(Sequence sequence, std::string_view event) {
    if (page_.items.size() == limit_ || scanned_ == most_scanned_) {
      page_.next = std::to_string(last_.value()) + "-" + std::to_string(ended_.value());
      return false;
    }
    ++scanned_;
    last_ = sequence;
    auto step = stage_step_of(event);
    if (!step) return true;
    if (ended_at_ && step->to)
      step->held_seconds = static_cast<double>(ended_at_->unix_ms() - step->time.unix_ms()) / 1000.0;
    ended_ = sequence;
    ended_at_ = step->time;
    page_.keys.push_back(std::to_string(sequence.value()));
    page_.items.push_back(std::move(*step));
    return true;
  }
  const projections::Page<StageStepBody>& page() const { return page_; }

 private:
  const std::size_t limit_, most_scanned_;
  std::size_t scanned_ = 0;
  Sequence last_, ended_;
  std::optional<Timestamp> ended_at_;
  projections::Page<StageStepBody> page_;
};

Result<Outcome> stage_history(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto selector, selector_in(call));
  HERALD_TRY(const auto request, page_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
  HERALD_TRY(const auto version, known_version(now.state(), found, selector));
  const Timelines from(call.herald.parts);

  StageCursor cursor;
  if (!request.after.empty()) {
    HERALD_TRY(cursor, StageCursor::parse(request.after));
  }
  StepsOfAVersion steps(request.limit, call.herald.options.events_scanned, cursor.ended,
                        from.log.time(cursor.ended));
  std::optional<Sequence> missing;
  from.views.timeline_back(projections::timelines::version(found.model.id, version.number), cursor.before,
                           [&](Sequence sequence) {
                             const auto bytes = from.log.event(sequence);
                             if (!bytes) missing = sequence;
                             return bytes && steps.take(sequence, *bytes);
                           });
  if (missing) return not_in_the_log(*missing);
  return list_answer(call, steps.page(), from.end,
                     [names = Names(call.herald.parts.work)](std::string& out, StageStepBody step) {
                       step.name = names.of_actor(step.actor);
                       json::write(out, step);
                     });
}

}  // namespace

void add_stage_routes(Router& router) {
  router.add_in_registry(
      Method::post, "/{model}/versions/{version}/transition", Permission::write, ObjectScope::model,
      transition,
      Doc("stages", "Take a version to a stage of its registry, or out of its stage")
          .takes<TransitionRequest>("TransitionRequest")
          .gives<VersionBody>("Version")
          .records()
          .says("\"stage\": null takes it out. \"expected\": refuse (409) unless it is in that "
                "stage now; null: unless it is in none."));
  router.add_in_registry(Method::get, "/{model}/versions/{version}/stages", Permission::read,
                         ObjectScope::model, stage_history,
                         Doc("stages", "Which stages a version went through, newest first")
                             .lists<StageStepBody>("StageStep")
                             .fresh());
}

}  // namespace herald::api
