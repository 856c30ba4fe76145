#include "api/exchange.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <stdexcept>

#include "api/authorisation.h"
#include "api/completion.h"
#include "api/compression.h"
#include "api/door.h"
#include "api/export.h"
#include "api/header_fields.h"
#include "api/live.h"
#include "api/problem.h"
#include "api/range.h"
#include "api/request_checks.h"
#include "api/selection.h"
#include "api/transfer.h"
#include "api/writing.h"
#include "recorder/batch.h"

namespace herald::api {

namespace {

constexpr std::size_t kBodySlice = 8 << 10;
constexpr std::size_t kRewrittenHere = 32 << 10;  // takes less than a millisecond

Error defect(const std::exception& failure) {
  return error(Cause::internal, std::string("something that cannot be has happened: ") + failure.what());
}

struct Target {
  std::string_view path, query;
};

Target split_target(std::string_view target) {
  target = target.substr(0, target.find('#'));
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return {target, {}};
  return {target.substr(0, mark), target.substr(mark + 1)};
}

class Exchange {
 public:
  Exchange(Services& herald, Loop& loop, Workers& workers, Wire& wire, Request& request, Uuid request_id)
      : herald_(herald),
        loop_(loop),
        workers_(workers),
        wire_(wire),
        request_(request),
        request_id_(request_id) {}

  Task<Exchanged> run() {
    const Result<void> done = co_await guarded_answer();
    if (!done) co_await refuse(done.error());
    co_return exchanged_;
  }

 private:
  // What throws is a defect, and this request's alone: it is refused, or cut off once its answer has begun.
  Task<Result<void>> guarded_answer() {
    std::optional<Error> thrown;
    try {
      const Result<void> done = co_await answer_request();
      co_return done;
    } catch (const std::exception& failure) {
      thrown = defect(failure);
    }
    if (!begun_) co_return *thrown;
    log_failure(*thrown);
    wire_.break_off();
    co_return Result<void>();
  }

  Task<Result<void>> answer_request() {
    const Target target = split_target(request_.target);
    const Result<Found> found = herald_.router.find(request_.method, target.path, allowed_);
    Result<Caller> caller = caller_for(found);
    if (!caller) co_return caller.error();
    pool_.emplace(workers_, caller->actor.id);
    held_.emplace(herald_.held_bytes, holder_of(*caller));
    const Result<void> not_too_often = check_rate(*caller);
    if (!not_too_often) co_return not_too_often.error();
    if (!found) co_return found.error();
    const Route& route = *found->route;
    exchanged_.route = &route;
    const Result<Query> query = Query::parse(target.query);
    if (!query) co_return query.error();
    const Result<void> known = check_parameters(route, *query);
    if (!known) co_return known.error();
    const Result<std::vector<std::string>> fields = fields_in(route, *query);
    if (!fields) co_return fields.error();
    fields_ = *fields;
    Call call{std::move(*caller), herald_,     request_, route, found->path, *query,
              target.path,        request_id_, {}};
    const Result<void> answered = co_await answer_call(call);
    if (!answered) count_refusal(call, answered.error());
    co_return answered;
  }

  Task<Result<void>> answer_call(Call& call) {
    const Route& route = call.route;
    first_ = recorded_under_key(call);
    const Result<void> awaited = co_await wait_for_views(call);
    if (!awaited) co_return awaited.error();
    co_await go_back_to_the_first(call);
    const Result<void> permitted = authorise(call);
    if (!permitted) co_return permitted.error();
    const Result<void> acceptable = check_header(route);
    if (!acceptable) co_return acceptable.error();
    if (route.doc().body() == BodyKind::json) {
      const Result<void> read = co_await read_body(route.doc().max_body());
      if (!read) co_return read.error();
      const Result<void> still_permitted = request_.has_body() ? authorise_anew(call) : Result<void>();
      if (!still_permitted) co_return still_permitted.error();
    }
    for (;;) {
      const Result<void> same = check_same_request(call);
      if (!same) co_return same.error();
      if (changed_something() && !call.is_retry) {
        if (route.doc().completed_by_retries()) co_return views_are_behind(first_->last);
        co_await send_what_was_decided();
        co_return Result<void>();
      }
      Result<Outcome> outcome = first_outcome(call);
      if (outcome && std::holds_alternative<Blocking>(*outcome)) {
        Result<Outcome> unblocked = co_await outcome_of_what_blocks(std::move(outcome));
        outcome = std::move(unblocked);
      }
      const Waits* const waits = outcome ? std::get_if<Waits>(&*outcome) : nullptr;
      if (waits == nullptr) {
        const Result<void> performed = co_await perform(call, std::move(outcome));
        co_return performed;
      }
      const bool is_over = co_await wait_for_turn(*waits);
      if (!is_over) {
        co_return error(Cause::busy, std::to_string(limits::kMaxWaitingForATurn) +
                                         " requests wait for the same as this one: try again");
      }
      // Who had the turn may have been this very request, sent twice.
      first_ = recorded_under_key(call);
      co_await go_back_to_the_first(call);
      const Result<void> still_permitted = authorise_anew(call);
      if (!still_permitted) co_return still_permitted.error();
    }
  }

  // What the handler wants, when all that blocks has been done.
  Task<Result<Outcome>> outcome_of_what_blocks(Result<Outcome> outcome) {
    while (outcome && std::holds_alternative<Blocking>(*outcome)) {
      std::function<Result<Outcome>()> run = std::get<Blocking>(std::move(*outcome)).run;
      Result<Outcome> next = co_await blocking<Result<Outcome>>(*pool_, std::move(run));
      outcome = std::move(next);
    }
    co_return outcome;
  }

  // False: too many wait.
  Task<bool> wait_for_turn(const Waits& waits) {
    std::function<void(std::function<void(bool)>)> start = [&waits](std::function<void(bool)> done) {
      if (!waits.turns->when_free(waits.name, [done] { done(true); })) done(false);
    };
    const bool is_over = co_await completion<bool>(std::move(start));
    co_return is_over;
  }

  // What the log knows of this key of the caller.
  std::optional<eventstore::IdempotencyRecord> recorded_under_key(const Call& call) const {
    if (!call.route.doc().recording() || !request_.idempotency_key) return std::nullopt;
    return herald_.parts.log.read().idempotency(call.actor.id, *request_.idempotency_key);
  }

  Result<void> check_same_request(const Call& call) const {
    if (!first_) return {};
    return recorder::check_same_request(*first_, *submission_of(call, {}).idempotency);
  }

  bool changed_something() const { return first_ && first_->first.value() != 0; }

  // A retry is handled as of the moment before its first: it finds what that found, and gets the same answer. Where the
  // views are not as far, what was decided then is all that it gets.
  Task<> go_back_to_the_first(Call& call) {
    if (!changed_something()) co_return;
    co_await await_views(first_->last);
    if (herald_.parts.projected.last() < first_->last) co_return;
    call.as_of = Sequence(first_->first.value() - 1);
    call.is_retry = true;
  }

  Task<> send_what_was_decided() {
    const recorder::Recorded recorded{first_->first, first_->last, first_->created, true, first_->answer};
    co_await send(plain_answer(recorded, herald_.parts.tail.last()));
  }

  // What is left is told whatever the answer is.
  Result<void> check_rate(const Caller& caller) {
    const auto allowance = caller.token ? herald_.rate_limits.take(caller.actor.id) : std::nullopt;
    if (!allowance) return {};
    wire_.add_header_lines(herald_.rate_limits.header_lines(*allowance));
    if (allowance->granted) return {};
    const std::string seconds = std::to_string(allowance->reset.count());
    wire_.add_header_lines("Retry-After: " + seconds + "\r\n");
    return error(Cause::rate_limited, "you have sent as many requests as you may within " +
                                          std::to_string(limits::kRateWindow.count()) + " s: go on in " +
                                          seconds + " s (the header RateLimit says what is left)");
  }

  // Who has not come in is not told what is where.
  Result<Caller> caller_for(const Result<Found>& found) {
    const bool is_open =
        found && found->route->permission() == Permission::open &&
        (answers_before_the_claim(*found->route) || !herald_.authentication.awaits_its_claim());
    return is_open ? herald_.authentication.anybody(request_) : herald_.authentication.caller_of(request_);
  }

  // A list may look at many rows: not on an I/O thread.
  static Result<Outcome> first_outcome(const Call& call) {
    const auto run = [&call] { return call.route.handler()(call); };
    if (call.route.doc().list()) return Blocking{run};
    return run();
  }

  Result<void> check_header(const Route& route) const {
    HERALD_CHECK(check_conditions(request_));
    if (route.doc().recording()) HERALD_CHECK(check_idempotency_key(request_));
    return check_body_header(route, request_);
  }

  Task<Result<void>> read_body(std::size_t most) {
    if (!request_.has_body()) co_return Result<void>();
    for (;;) {
      Result<std::string> slice = co_await wire_.read_body(kBodySlice);
      if (!slice) co_return slice.error();
      if (slice->empty()) co_return Result<void>();
      if (request_.body.size() + slice->size() > most) {
        co_return error(Cause::too_large, "the body has more than " + std::to_string(most) +
                                              " bytes, which is the most that is allowed");
      }
      const Result<void> held = hold(request_.body.size(), slice->size());
      if (!held) co_return held.error();
      if (request_.body.empty()) {
        request_.body = std::move(*slice);
      } else {
        request_.body.append(*slice);
      }
    }
  }

  // So much more of a body or an answer stays in memory for as long as the caller takes. Small ones are not counted.
  Result<void> hold(std::size_t before, std::size_t more) {
    if (before + more < limits::kHeldBytesCounted) return {};
    const std::size_t uncounted = before < limits::kHeldBytesCounted ? before : 0;
    switch (held_->take(uncounted + more)) {
      case Granted::yes:
        return {};
      case Granted::one_holds_too_much:
        wire_.add_header_lines("Retry-After: 1\r\n");
        return error(Cause::rate_limited,
                     "requests and answers of yours that are under way have " +
                         std::to_string(herald_.options.held_bytes_of_one) +
                         " bytes together, which is the most that is kept for one caller");
      case Granted::all_hold_too_much:
        break;
    }
    return error(Cause::busy, "requests and answers that are under way have " +
                                  std::to_string(herald_.options.held_bytes) +
                                  " bytes together, which is the most that is kept: try again");
  }

  // Resolves `as_of`, and waits until the views hold what it, or `min_sequence`, asks for.
  Task<Result<void>> wait_for_views(Call& call) {
    const Result<Sequence> needed = needed_of(call);
    if (!needed) co_return needed.error();
    co_await await_views(*needed);
    if (herald_.parts.projected.last() >= *needed) co_return Result<void>();
    co_return views_are_behind(*needed);
  }

  Error views_are_behind(Sequence needed) const {
    const Sequence projected = herald_.parts.projected.last();
    return error(Cause::busy, "the views are at event " + std::to_string(projected.value()) +
                                  " and not yet at " + std::to_string(needed.value()) + ": try again");
  }

  Result<Sequence> needed_of(Call& call) const {
    Sequence needed;
    if (const auto text = call.query.get("min_sequence")) {
      HERALD_TRY(needed, place_in_the_log(*text, "min_sequence", herald_.parts.log.last()));
    }
    if (const auto text = call.query.get("as_of")) {
      HERALD_TRY(call.as_of, parse_as_of(*text));
      needed = std::max(needed, *call.as_of);
    }
    return needed;
  }

  Result<Sequence> parse_as_of(std::string_view text) const {
    const auto log = herald_.parts.log.read();
    const bool digits =
        !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (digits) return place_in_the_log(text, "as_of", log.last());
    const auto time = Timestamp::parse(text);
    const Timestamp now = herald_.parts.clock.now();
    if (time && *time > std::max(now, log.time(log.last()).value_or(now))) {
      return error(Cause::invalid_value,
                   "\"as_of\" is " + shown(text) + ", and it is " + now.str() +
                       " here: what will be then nobody knows, leave it out for what is now",
                   "as_of");
    }
    if (time) return log.last_at(*time);
    return error(Cause::invalid_value,
                 "\"as_of\" must be a sequence or an RFC 3339 time, as 2026-11-24T05:02:00Z (in a query "
                 "\"+\" is written %2B), not " +
                     shown(text),
                 "as_of");
  }

  // Until the views hold `needed`, or for as long as a caller is kept waiting.
  Task<> await_views(Sequence needed) {
    const auto deadline = herald_.parts.clock.steady() + herald_.options.views_timeout;
    while (herald_.parts.projected.last() < needed && herald_.parts.clock.steady() < deadline)
      co_await loop_.projected().wait_beyond(herald_.parts.projected.last(), deadline);
  }

  // Does what the handler asked for.
  Task<Result<void>> perform(const Call& call, Result<Outcome> outcome) {
    if (!outcome) {
      // A retry of what changed nothing is handled as of now, and may no longer make sense. Of routes that retries complete this is
      // for what was erased since alone: their handlers ask nothing of now of a retry.
      if (!first_) co_return outcome.error();
      co_await send_what_was_decided();
      co_return Result<void>();
    }
    if (auto* answer = std::get_if<Answer>(&*outcome)) {
      const Result<void> read = co_await send_read(call, std::move(*answer));
      co_return read;
    } else if (auto* write = std::get_if<Write>(&*outcome)) {
      const Result<void> recorded = co_await record(call, *write);
      co_return recorded;
    } else if (auto* content = std::get_if<Content>(&*outcome)) {
      begun_ = true;
      exchanged_.status = co_await send_content(call, std::move(*content), *pool_, wire_);
    } else if (auto* receive = std::get_if<Receive>(&*outcome)) {
      const Result<Answer> received = co_await receive_blob(call, receive->digest, *pool_, wire_);
      if (!received) co_return received.error();
      co_await send(*received);
    } else if (auto* lines = std::get_if<Export>(&*outcome)) {
      exchanged_.status = 200;
      begun_ = true;
      co_await send_export(call, std::move(*lines), *pool_, wire_);
    } else if (auto* live = std::get_if<Live>(&*outcome)) {
      if (request_.method == Method::head)
        co_return error(Cause::method_not_allowed, "a stream has no end, and so no HEAD");
      exchanged_.status = 200;
      begun_ = true;
      const Result<void> streamed = co_await stream_live(call, std::move(*live), loop_, *pool_, wire_);
      co_return streamed;
    }
    co_return Result<void>();
  }

  // What was read, in the form that the caller asked for: some of its members, not at all when it knows it, compressed.
  Task<Result<void>> send_read(const Call& call, Answer answer) {
    const bool reads = request_.method == Method::get || request_.method == Method::head;
    if (!reads || answer.status != 200) {
      co_await send(answer);
      co_return Result<void>();
    }
    if (!fields_.empty()) co_await leave_fields(answer, call.route.doc().list());
    const Prepared* prepared = answer.prepared;
    const bool as_gzip = vary_by_size(answer);
    if (answer.media == kJson || answer.media == kEventJson || answer.media == kSchemaJson) {
      std::string etag = prepared != nullptr ? prepared->etag : weak_etag_of(answer.body);
      const bool known = is_known(request_, etag);
      answer.headers.push_back({"ETag", std::move(etag)});
      answer.headers.push_back({"Cache-Control", "private, no-cache"});
      if (known) {
        answer.status = 304;
        answer.media = {};
        answer.body.clear();
        co_await send(answer);
        co_return Result<void>();
      }
    }
    if (prepared != nullptr) answer.body = as_gzip ? prepared->gzipped : prepared->body;
    if (as_gzip && prepared == nullptr) co_await compress(answer);
    if (as_gzip) answer.headers.push_back({"Content-Encoding", "gzip"});
    const Result<void> held = hold(0, answer.body.size());
    if (!held) co_return held.error();
    co_await send(answer);
    co_return Result<void>();
  }

  // Whether it is large enough to be sent as gzip, to a caller that takes it. That it depends on the caller is told to caches
  // with a 304 too (RFC 9110, 15.4.5).
  bool vary_by_size(Answer& answer) const {
    const std::size_t size = answer.prepared != nullptr ? answer.prepared->body.size() : answer.body.size();
    if (size < limits::kLeastCompressedBytes) return false;
    answer.headers.push_back({"Vary", "Accept-Encoding"});
    return takes_gzip(request_.accept_encoding);
  }

  Task<> compress(Answer& answer) {
    std::function<std::string()> run = [&answer] { return gzipped(answer.body); };
    co_await rewrite(answer, std::move(run));
  }

  Task<> leave_fields(Answer& answer, bool is_list) {
    std::function<std::string()> run = [this, &answer, is_list] {
      return only(answer.body, fields_, is_list);
    };
    co_await rewrite(answer, std::move(run));
  }

  // What is large is rewritten in the pool: others wait for this thread.
  Task<> rewrite(Answer& answer, std::function<std::string()> run) {
    if (answer.body.size() <= kRewrittenHere) {
      answer.body = run();
    } else {
      std::string rewritten = co_await blocking<std::string>(*pool_, std::move(run));
      answer.body = std::move(rewritten);
    }
  }

  using SubmitJob = void (work::Store::*)(work::Store::Job, std::function<void(Result<void>)>);

  // Durable when it comes back; no thread waits for that.
  Task<Result<void>> make_durable(const work::Store::Job& job, SubmitJob submit) {
    std::function<void(std::function<void(Result<void>)>)> start =
        [this, &job, submit](std::function<void(Result<void>)> done) {
          (herald_.parts.work.*submit)(job, std::move(done));
        };
    const Result<void> stored = co_await completion<Result<void>>(std::move(start));
    co_return stored;
  }

  Task<Result<void>> prepare(const std::vector<work::Store::Job>& jobs) {
    for (const work::Store::Job& job : jobs) {
      const Result<void> stored = co_await make_durable(job, &work::Store::submit);
      if (!stored) co_return stored.error();
    }
    co_return Result<void>();
  }

  // What must be so before the caller hears of what was recorded.
  Task<Result<void>> finish(const Write& write, const recorder::Recorded& recorded) {
    if (!write.once_recorded) co_return Result<void>();
    const std::optional<work::Store::Job> follows = write.once_recorded(recorded);
    if (!follows) co_return Result<void>();
    const Result<void> stored = co_await make_durable(*follows, &work::Store::submit_what_follows);
    co_return stored;
  }

  Task<Result<void>> record(const Call& call, Write& write) {
    if (write.once_recorded && !call.route.doc().completed_by_retries())
      throw std::logic_error("a route whose writes have more to do must say completed_by_its_retries()");
    if (!first_) {
      const Result<void> prepared = co_await prepare(write.before);
      if (!prepared) co_return prepared.error();
    }
    auto submission = std::make_shared<recorder::Submission>(submission_of(call, write.command));
    std::function<void(std::function<void(Result<recorder::Recorded>)>)> submit =
        [this, submission](recorder::Done done) {
          herald_.parts.recorder.submit(std::move(*submission), std::move(done));
        };
    const Result<recorder::Recorded> recorded =
        co_await completion<Result<recorder::Recorded>>(std::move(submit));
    if (!recorded) {
      if (write.if_refused && !first_)
        co_await make_durable(*write.if_refused, &work::Store::submit_what_follows);
      co_return in_the_words_of_the_request(write, recorded.error());
    }
    const Result<void> finished = co_await finish(write, *recorded);
    if (!finished) co_return finished.error();
    if (recorded->replayed) co_await await_views(recorded->last);
    const Answer answer = recorded_answer(write, *recorded);
    write.held.reset();
    co_await send(answer);
    co_return Result<void>();
  }

  static Error in_the_words_of_the_request(const Write& write, Error refusal) {
    const auto renamed = write.fields.find(refusal.field);
    if (renamed != write.fields.end()) refusal.field = renamed->second;
    return refusal;
  }

  // The first answer shows the head; a retry is answered from the time of the first, wherever things are now. A state
  // from before the event (the head failed, the views are behind) is never shown: the decision's own answer is.
  Answer recorded_answer(const Write& write, const recorder::Recorded& recorded) const {
    const bool back_then = recorded.replayed && recorded.last.value() != 0;
    const Snapshot snapshot(herald_.parts, back_then ? std::optional(recorded.last) : std::nullopt);
    if (snapshot.sequence() < recorded.last) return plain_answer(recorded, recorded.last);
    return answer_to(recorded, write.present, snapshot.state(), snapshot.sequence());
  }

  Task<> send(const Answer& answer) {
    exchanged_.status = answer.status;
    begun_ = true;
    co_await wire_.send(answer);
  }

  // Rules speak of a thing, and not of where a request names it: that is the part of the path that is called like it.
  Error where_the_path_names_it(Error refusal) const {
    if (!refusal.field.empty() || exchanged_.route == nullptr) return refusal;
    const std::string thing = refusal.message.substr(0, refusal.message.find(' '));
    if (exchanged_.route->pattern().find("{" + thing + "}") != std::string::npos) refusal.field = thing;
    return refusal;
  }

  Task<> refuse(Error refusal) {
    refusal = where_the_path_names_it(std::move(refusal));
    if (refusal.cause == Cause::unauthenticated && request_.authorization)
      herald_.denials.count(registry::Actor::anonymous({}).id, {"sign-in"});
    Answer answer = problem(refusal, request_id_);
    if (refusal.cause == Cause::method_not_allowed)
      answer.headers.push_back({"Allow", allowed_.empty() ? "GET" : allowed_});
    if (refusal.cause == Cause::unauthenticated)  // RFC 6750, 3
      answer.headers.push_back({"WWW-Authenticate", request_.authorization
                                                        ? R"(Bearer realm="herald", error="invalid_token")"
                                                        : R"(Bearer realm="herald")"});
    if (answer.status >= 500) log_failure(refusal);
    co_await send(answer);
  }

  void log_failure(const Error& failure) const {
    spdlog::error("request {}: {} {}: {}: {}", request_id_.str(), to_string(request_.method),
                  split_target(request_.target).path, to_string(failure.cause), failure.message);
  }

  Services& herald_;
  Loop& loop_;
  Workers& workers_;
  std::optional<WorkersOf> pool_;      // from when it is known who calls
  std::optional<Shares::Share> held_;  // the same
  Wire& wire_;
  Request& request_;
  const Uuid request_id_;
  std::string allowed_;
  std::vector<std::string> fields_;  // that are wanted; empty: all
  std::optional<eventstore::IdempotencyRecord>
      first_;  // of which this request is a retry, or says that it is
  Exchanged exchanged_;
  bool begun_ = false;  // an answer, or a stream
};

}  // namespace

Task<Exchanged> exchange(Services& herald, Loop& loop, Workers& workers, Wire& wire, Request& request,
                         Uuid request_id) {
  Exchange one(herald, loop, workers, wire, request, request_id);
  const Exchanged done = co_await one.run();
  co_return done;
}

}  // namespace herald::api
