// Aliases: compare-and-set, moves of several at once, and who held them when.
#include <algorithm>

#include "api/event_pages.h"
#include "api/handlers.h"
#include "api/writing.h"
#include "registry/event.h"

namespace herald::api {

struct AliasRequest {
  VersionNumber version;
  reflect::Nullable<VersionNumber> expected;  // null: it must not exist
  std::optional<registry::Reason> reason;
};
BOOST_DESCRIBE_STRUCT(AliasRequest, (), (version, expected, reason))

struct MoveRequest {
  registry::AliasName alias;
  reflect::Nullable<VersionNumber> to;  // null: it is removed
  reflect::Nullable<VersionNumber> expected;
};
BOOST_DESCRIBE_STRUCT(MoveRequest, (), (alias, to, expected))

struct MovesRequest {
  std::vector<MoveRequest> moves;
  std::optional<registry::Reason> reason;
};
BOOST_DESCRIBE_STRUCT(MovesRequest, (), (moves, reason))

struct SwapRequest {
  registry::AliasName first, second;
  std::optional<VersionNumber> expected_first, expected_second;
  std::optional<registry::Reason> reason;
};
BOOST_DESCRIBE_STRUCT(SwapRequest, (), (first, second, expected_first, expected_second, reason))

struct RollbackRequest {
  std::optional<VersionNumber> expected;
  std::optional<registry::Reason> reason;
};
BOOST_DESCRIBE_STRUCT(RollbackRequest, (), (expected, reason))

struct AliasesBody {
  std::vector<AliasBody> items;
};
BOOST_DESCRIBE_STRUCT(AliasesBody, (), (items))

namespace {

registry::Expected expected_of(const reflect::Nullable<VersionNumber>& given) {
  if (!given.given) return {};
  if (!given.value) return {registry::Expected::Kind::nothing, {}};
  return {registry::Expected::Kind::version, *given.value};
}

std::optional<AliasBody> computed_latest(const registry::Reader& state, registry::ModelId model) {
  const auto latest = registry::latest_version(state, model);
  if (!latest) return std::nullopt;
  AliasBody body;
  body.alias = "latest";
  body.version = *latest;
  body.computed = true;
  return body;
}

// All fit on a page or a few: they are at most kMaxAliasesPerModel and `latest`.
Result<Outcome> list_aliases(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto request, page_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
  const Presenter presenter(now.state(), call.herald.parts.work);
  std::vector<AliasBody> all;
  for (const auto& alias : projections::list_aliases(now.state(), found.model.id))
    all.push_back(presenter.alias(alias));
  if (auto latest = computed_latest(now.state(), found.model.id)) all.push_back(std::move(*latest));
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.alias < b.alias; });

  const auto page = page_of(std::move(all), request, [](const AliasBody& alias) { return alias.alias; });
  return list_answer(call, page, now.sequence(),
                     [](std::string& out, const AliasBody& alias) { json::write(out, alias); });
}

Error no_alias(const registry::FoundModel& found, std::string_view alias) {
  return error(Cause::not_found, "model \"" + found.model.name.str() + "\" has no alias " + shown(alias),
               "alias");
}

Result<Outcome> get_alias(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
  if (call.path.at("alias") == "latest") {
    const auto latest = computed_latest(now.state(), found.model.id);
    if (!latest)
      return error(Cause::not_found, "model \"" + found.model.name.str() + "\" has no version that is ready",
                   "alias");
    return answer_with(*latest, now.sequence());
  }
  HERALD_TRY(const auto name, alias_in(call));
  const auto alias = registry::find_alias(now.state(), found.model.id, name);
  if (!alias) return no_alias(found, name.str());
  return answer_with(Presenter(now.state(), call.herald.parts.work).alias(*alias), now.sequence());
}

Write::Present present_aliases(const registry::ModelAddress& address, std::vector<registry::AliasName> names,
                               bool as_list) {
  return [address, names = std::move(names), as_list](const registry::Reader& state,
                                                      const recorder::Recorded&) -> Result<Answer> {
    HERALD_TRY(const auto found, registry::require_model(state, address.registry, address.model));
    AliasesBody body;
    for (const auto& name : names) {
      const auto alias = registry::find_alias(state, found.model.id, name);
      if (alias)
        body.items.push_back({alias->alias.str(),
                              alias->version,
                              alias->previous,
                              alias->reason,
                              alias->assigned,
                              {},
                              alias->rollback});
    }
    if (as_list) return answer_with(body, std::nullopt);
    if (body.items.empty()) return no_alias(found, names.front().str());
    return answer_with(body.items.front(), std::nullopt);
  };
}

// Versions are counted from 1: 0 is a mistake, not a version that is missing.
Result<void> check_number(const std::optional<VersionNumber>& number, const std::string& field) {
  if (!number || number->value() > 0) return {};
  return error(Cause::invalid_value, "\"" + field + "\" is 0, and versions are counted from 1", field);
}

// One move in the command is the whole of the request: what the command calls its fields, and what the request does.
const std::map<std::string, std::string> kOneMove{{"moves", "alias"},
                                                  {"moves[0].alias", "alias"},
                                                  {"moves[0].to", "version"},
                                                  {"moves[0].expected", "expected"}};

Result<Outcome> put_alias(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto alias, alias_in(call));
  HERALD_TRY(const auto request, body_of<AliasRequest>(call));
  HERALD_CHECK(check_number(request.version, "version"));
  HERALD_CHECK(check_number(request.expected.value, "expected"));
  registry::MoveAliases command{address,
                                {{alias, request.version, expected_of(request.expected)}},
                                request.reason,
                                moves_protected(call, address)};
  return Write{std::move(command), {}, present_aliases(address, {alias}, false), kOneMove};
}

Result<Outcome> delete_alias(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto alias, alias_in(call));
  registry::MoveAliases command{address, {{alias, std::nullopt, {}}}, {}, moves_protected(call, address)};
  if (const auto expected = call.query.get("expected")) {
    HERALD_TRY(const auto number,
               whole_number(*expected, "expected", 1, std::numeric_limits<std::int64_t>::max()));
    command.moves.front().expected = {registry::Expected::Kind::version, VersionNumber(number)};
  }
  HERALD_TRY(command.reason, reason_in_query(call));
  // To the decision, removing what is not there is no change; who names one thing to remove has named a wrong one.
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
  if (!registry::find_alias(now.state(), found.model.id, alias)) return no_alias(found, alias.str());
  return Write{std::move(command), {}, present_removed(alias.str()), kOneMove};
}

Result<Outcome> move_aliases(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto request, body_of<MovesRequest>(call));
  registry::MoveAliases command{address, {}, request.reason, moves_protected(call, address)};
  std::vector<registry::AliasName> names;
  for (std::size_t i = 0; i < request.moves.size(); ++i) {
    const MoveRequest& move = request.moves[i];
    const std::string field = "moves[" + std::to_string(i) + "].";
    if (!move.to.given) {
      return error(Cause::missing_field,
                   "\"" + field + "to\" is missing: a version's number, or null to remove the alias",
                   field + "to");
    }
    HERALD_CHECK(check_number(move.to.value, field + "to"));
    HERALD_CHECK(check_number(move.expected.value, field + "expected"));
    command.moves.push_back({move.alias, move.to.value, expected_of(move.expected)});
    names.push_back(move.alias);
  }
  return Write{std::move(command), {}, present_aliases(address, std::move(names), true)};
}

registry::Expected expected_of(const std::optional<VersionNumber>& given) {
  return given ? registry::Expected{registry::Expected::Kind::version, *given} : registry::Expected{};
}

Result<Outcome> swap_aliases(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto request, body_of<SwapRequest>(call));
  HERALD_CHECK(check_number(request.expected_first, "expected_first"));
  HERALD_CHECK(check_number(request.expected_second, "expected_second"));
  registry::SwapAliases command{address,
                                request.first,
                                request.second,
                                request.reason,
                                moves_protected(call, address),
                                expected_of(request.expected_first),
                                expected_of(request.expected_second)};
  return Write{std::move(command),
               {},
               present_aliases(address, {request.first, request.second}, true),
               {{"first.expected", "expected_first"}, {"second.expected", "expected_second"}}};
}

Result<Outcome> roll_back_alias(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto alias, alias_in(call));
  RollbackRequest request;
  if (!call.request.body.empty()) {
    HERALD_TRY(request, body_of<RollbackRequest>(call));
  }
  HERALD_CHECK(check_number(request.expected, "expected"));
  registry::RollBackAlias command{address, alias, expected_of(request.expected), request.reason,
                                  moves_protected(call, address)};
  return Write{std::move(command), {}, present_aliases(address, {alias}, false)};
}

std::optional<AliasStepBody> step_of(std::string_view bytes) {
  const auto event = registry::decode(bytes);
  if (!event) return std::nullopt;
  AliasStepBody step{.sequence = event->sequence,
                     .time = event->time,
                     .actor = event->actor.id,
                     .from = {},
                     .to = {},
                     .reason = {},
                     .held_seconds = {}};
  if (const auto* assigned = std::get_if<registry::AliasAssigned>(&event->payload)) {
    step.from = assigned->from;
    step.to = assigned->to;
    step.reason = assigned->reason;
    step.rollback = assigned->rollback;
  } else if (const auto* removed = std::get_if<registry::AliasRemoved>(&event->payload)) {
    step.from = removed->from;
    step.reason = removed->reason;
  } else {
    return std::nullopt;
  }
  return step;
}

// Newest first, so that each step tells the one before it when it came to its end.
class StepsOfAnAlias {
 public:
  StepsOfAnAlias(std::size_t limit, std::optional<Timestamp> ended) : limit_(limit), ended_(ended) {}

  // False: enough.
  bool take(std::string_view event) {
    if (page_.items.size() == limit_) {
      page_.next = page_.keys.back();
      return false;
    }
    auto step = step_of(event);
    if (!step) return true;
    if (ended_ && step->to)
      step->held_seconds = static_cast<double>(ended_->unix_ms() - step->time.unix_ms()) / 1000.0;
    ended_ = step->time;
    page_.keys.push_back(std::to_string(step->sequence));
    page_.items.push_back(std::move(*step));
    return true;
  }
  const projections::Page<AliasStepBody>& page() const { return page_; }

 private:
  const std::size_t limit_;
  std::optional<Timestamp> ended_;  // when the step that is read next came to its end
  projections::Page<AliasStepBody> page_;
};

Result<Outcome> alias_history(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto name, alias_in(call));
  HERALD_TRY(const auto request, page_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
  const Timelines from(call.herald.parts);

  Sequence before;
  std::optional<Timestamp> ended;
  if (!request.after.empty()) {
    HERALD_TRY(const auto cursor,
               whole_number(request.after, "cursor", 1, std::numeric_limits<std::int64_t>::max()));
    before = Sequence(cursor);
    ended = from.log.time(before);
  }
  StepsOfAnAlias steps(request.limit, ended);
  std::optional<Sequence> missing;
  from.views.timeline_back(projections::timelines::alias(found.model.id, name), before, [&](Sequence step) {
    const auto bytes = from.log.event(step);
    if (!bytes) missing = step;
    return bytes && steps.take(*bytes);
  });
  if (missing) return not_in_the_log(*missing);
  if (steps.page().items.empty() && request.after.empty()) return no_alias(found, name.str());
  return list_answer(call, steps.page(), from.end,
                     [names = Names(call.herald.parts.work)](std::string& out, AliasStepBody step) {
                       step.name = names.of_actor(step.actor);
                       json::write(out, step);
                     });
}

// Newest first, as the events are read: where one begins, the one before it came to its end.
class HoldersOfAnAlias {
 public:
  // `now`: what those who hold it still are measured by.
  HoldersOfAnAlias(std::size_t limit, Timestamp now, std::optional<Mark> ended)
      : limit_(limit), now_(now), ended_(std::move(ended)) {}

  bool take(std::string_view event) {
    if (page_.items.size() == limit_) {
      page_.next = page_.keys.back();
      return false;
    }
    const auto step = step_of(event);
    if (!step) return true;
    const Mark mark{step->sequence, step->time, step->actor};
    if (step->to) {
      HolderBody holder{
          .version = *step->to, .since = mark, .until = ended_, .held_seconds = 0, .reason = step->reason};
      holder.held_seconds =
          static_cast<double>((ended_ ? ended_->time : now_).unix_ms() - step->time.unix_ms()) / 1000.0;
      page_.keys.push_back(std::to_string(step->sequence));
      page_.items.push_back(std::move(holder));
    }
    ended_ = mark;
    return true;
  }
  const projections::Page<HolderBody>& page() const { return page_; }

 private:
  const std::size_t limit_;
  const Timestamp now_;
  std::optional<Mark> ended_;
  projections::Page<HolderBody> page_;
};

std::optional<Mark> mark_of(const eventstore::LogReader& log, Sequence sequence) {
  const auto bytes = log.event(sequence);
  const auto step = bytes ? step_of(*bytes) : std::nullopt;
  if (!step) return std::nullopt;
  return Mark{step->sequence, step->time, step->actor};
}

// The time that was asked for, or that of the event.
Timestamp measured_as_of(const Call& call, const eventstore::LogReader& log) {
  const Timestamp now = call.herald.parts.clock.now();
  if (const auto time = Timestamp::parse(text_in(call, "as_of"))) return std::min(*time, now);
  return log.time(*call.as_of).value_or(now);
}

Result<Outcome> alias_holders(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto name, alias_in(call));
  HERALD_TRY(const auto request, page_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
  const Timelines from(call.herald.parts);

  Sequence before;
  std::optional<Mark> ended;
  Timestamp measured_by = call.herald.parts.clock.now();
  if (call.as_of) {
    before = Sequence(call.as_of->value() + 1);
    measured_by = measured_as_of(call, from.log);
  }
  if (!request.after.empty()) {
    HERALD_TRY(const auto cursor,
               whole_number(request.after, "cursor", 1, std::numeric_limits<std::int64_t>::max()));
    before = Sequence(cursor);
    ended = mark_of(from.log, before);
  }
  HoldersOfAnAlias holders(request.limit, measured_by, std::move(ended));
  std::optional<Sequence> missing;
  from.views.timeline_back(projections::timelines::alias(found.model.id, name), before, [&](Sequence step) {
    const auto bytes = from.log.event(step);
    if (!bytes) missing = step;
    return bytes && holders.take(*bytes);
  });
  if (missing) return not_in_the_log(*missing);
  if (holders.page().items.empty() && request.after.empty()) return no_alias(found, name.str());
  return list_answer(call, holders.page(), call.as_of.value_or(from.end),
                     [names = Names(call.herald.parts.work)](std::string& out, HolderBody holder) {
                       holder.since = names.stamp(holder.since);
                       holder.until = names.stamp(holder.until);
                       json::write(out, holder);
                     });
}

}  // namespace

void add_alias_routes(Router& router) {
  router.add_in_registry(Method::get, "/{model}/aliases", Permission::read, ObjectScope::model, list_aliases,
                         Doc("aliases", "List the aliases of a model, with the computed \"latest\"")
                             .lists<AliasBody>("Alias")
                             .as_of());
  router.add_in_registry(Method::post, "/{model}/aliases:move", Permission::write, ObjectScope::model,
                         move_aliases,
                         Doc("aliases", "Move several aliases, all or none")
                             .takes<MovesRequest>("MovesRequest")
                             .gives<AliasesBody>("Aliases")
                             .may_create());
  router.add_in_registry(Method::get, "/{model}/aliases/{alias}", Permission::read, ObjectScope::model,
                         get_alias, Doc("aliases", "Show an alias").gives<AliasBody>("Alias").as_of());
  router.add_in_registry(Method::put, "/{model}/aliases/{alias}", Permission::write, ObjectScope::model,
                         put_alias,
                         Doc("aliases", "Assign an alias")
                             .takes<AliasRequest>("AliasRequest")
                             .gives<AliasBody>("Alias")
                             .may_create()
                             .says("\"expected\": refuse (409) unless the alias is at that version now; "
                                   "null: unless it does not exist."));
  router.add_in_registry(Method::del, "/{model}/aliases/{alias}", Permission::write, ObjectScope::model,
                         delete_alias,
                         Doc("aliases", "Remove an alias")
                             .gives<RemovedBody>("Removed")
                             .records()
                             .with({"expected", R"({"type":"integer","minimum":1})",
                                    "Refuse (409) unless the alias is at that version now."})
                             .with(kReasonParameter));
  router.add_in_registry(
      Method::post, "/{model}/aliases:swap", Permission::write, ObjectScope::model, swap_aliases,
      Doc("aliases", "Take each of two aliases to where the other is")
          .takes<SwapRequest>("SwapRequest")
          .gives<AliasesBody>("Aliases")
          .records()
          .says("\"expected_first\", \"expected_second\": refuse (409) unless they are at these "
                "versions now."));
  router.add_in_registry(
      Method::post, "/{model}/aliases/{alias}/rollback", Permission::write, ObjectScope::model,
      roll_back_alias,
      Doc("aliases", "Take an alias back to the version that held it before")
          .may_take<RollbackRequest>("RollbackRequest")
          .gives<AliasBody>("Alias")
          .may_create()
          .says("Versions that were deleted are passed over; an alias that was removed goes "
                "back to what it held last (201). \"expected\": refuse (409) unless the "
                "alias is at that version now; needed where it was taken back already."));
  router.add_in_registry(Method::get, "/{model}/aliases/{alias}/holders", Permission::read,
                         ObjectScope::model, alias_holders,
                         Doc("aliases", "Which version held an alias from when to when, newest first")
                             .lists<HolderBody>("AliasHolder")
                             .as_of());
  router.add_in_registry(Method::get, "/{model}/aliases/{alias}/history", Permission::read,
                         ObjectScope::model, alias_history,
                         Doc("aliases", "Which versions an alias was at, newest first")
                             .lists<AliasStepBody>("AliasStep")
                             .fresh());
}

}  // namespace herald::api
