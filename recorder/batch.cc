#include "recorder/batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/limits.h"

namespace herald::recorder {
namespace {

Result<Recorded> first_answer(const eventstore::IdempotencyRecord& before, const Idempotency& now) {
  HERALD_CHECK(check_same_request(before, now));
  return Recorded{.first = before.first,
                  .last = before.last,
                  .created = before.created,
                  .replayed = true,
                  .answer = before.answer};
}

Result<void> check_number(std::size_t events) {
  if (events <= limits::kMaxEventsPerCommand) return {};
  return error(Cause::too_many,
               fmt::format("this would make {} events, and one command makes at most {}: do it in "
                           "several",
                           events, limits::kMaxEventsPerCommand));
}

Result<void> check_event_size(const registry::Event& event, std::size_t bytes) {
  if (bytes <= limits::kMaxEventBytes) return {};
  return error(Cause::too_large,
               fmt::format("the event {} would have {} bytes, and an event has at most {}: shorten "
                           "what it holds, or keep it as a file",
                           event.type(), bytes, limits::kMaxEventBytes));
}

// By the reader that all who follow the log use. An event that it refuses would stop them, and the next start, for
// good; one that it reads as something else would part the head from the views.
Result<void> check_reading_back(const registry::Event& event, const std::string& bytes) {
  const auto read = registry::decode(bytes);
  if (read && registry::encode(*read) == bytes) return {};
  return error(
      Cause::internal,
      fmt::format(
          "nothing was recorded: the event {} that this makes could not be read again ({}), which is a "
          "defect of Herald's; please report it with the request",
          event.type(), read ? "it would say something else" : read.error().message));
}

Result<void> check_size(std::size_t bytes) {
  if (bytes <= limits::kMaxBytesPerCommand) return {};
  return error(Cause::too_large,
               fmt::format("this would make {} bytes of events, and one command makes at most {}: do "
                           "it in several",
                           bytes, limits::kMaxBytesPerCommand));
}

Error head_is_full() {
  return error(Cause::storage_full,
               "nothing was recorded: the store of the current state has no room left in its map: start the "
               "server with a larger --map-size, or make room on the disk if that is full; reads go on");
}

}  // namespace

Result<void> check_same_request(const eventstore::IdempotencyRecord& first, const Idempotency& now) {
  if (equal_in_constant_time(first.request.bytes(), now.request.bytes())) return {};
  return error(
      Cause::idempotency_mismatch,
      fmt::format("the idempotency key \"{}\" was used before with another request: use a new key for a new "
                  "request",
                  now.key));
}

std::optional<Result<Recorded>> known_answer(const eventstore::LogView& log, const Submission& submission) {
  const auto& asked = submission.idempotency;
  if (!asked) return std::nullopt;
  const auto before = log.idempotency(submission.actor.id, asked->key);
  if (!before) return std::nullopt;
  return first_answer(*before, *asked);
}

Batch::Batch(std::unique_ptr<eventstore::LogBatch> log, const Surroundings& surroundings,
             std::optional<Error> no_writes)
    : log_(std::move(log)),
      around_(surroundings),
      head_(around_.head),
      no_writes_(std::move(no_writes)),
      last_time_(log_->time(log_->last()).value_or(Timestamp(std::numeric_limits<std::int64_t>::min()))) {
  stand_.origin = around_.origin;
  stand_.sequence = log_->last();
  stand_.version = projections::kHeadVersion;
}

bool Batch::remembers(const Submission& submission) const {
  return submission.idempotency && remembered_.contains({submission.actor.id, submission.idempotency->key});
}

bool Batch::full() const {
  return bytes_ >= limits::kMaxBatchBytes;
}

Result<Recorded> Batch::record(const Submission& submission) {
  if (auto known = known_answer(*log_, submission)) return std::move(*known);
  if (no_writes_) return *no_writes_;
  if (head_.failed()) return head_is_full();
  if (const auto& change = submission.position) {
    if (const auto mismatch = position_mismatch(*change)) return *mismatch;
  }
  registry::Decision decision;
  if (submission.command) {
    HERALD_TRY(decision, registry::decide(head_, *submission.command));
  }
  HERALD_TRY(const std::vector<Encoded> events, encode(submission, decision.drafts));
  Result<Recorded> recorded = write(submission, decision, events);
  if (!recorded) lost_ = recorded.error();
  return recorded;
}

std::optional<Error> Batch::position_mismatch(const PositionChange& change) const {
  const Sequence position = log_->position(change.follower);
  if (position == change.from) return std::nullopt;
  return error(Cause::expected_mismatch, fmt::format("the follower {} stands at {} and not at {}",
                                                     change.follower, position.value(), change.from.value()));
}

// All before the first is appended, so that a command that is refused here leaves its neighbours untouched.
Result<std::vector<Batch::Encoded>> Batch::encode(const Submission& submission,
                                                  const std::vector<registry::Draft>& drafts) {
  HERALD_CHECK(check_number(drafts.size()));
  std::vector<Encoded> events;
  events.reserve(drafts.size());
  std::size_t bytes = 0;
  std::uint64_t sequence = log_->next().value();
  const Timestamp time = now();
  for (const registry::Draft& draft : drafts) {
    Encoded encoded{{.id = around_.ids.next(time),
                     .source = around_.origin,
                     .sequence = sequence++,
                     .time = time,
                     .actor = submission.actor,
                     .causation = draft.causation.value_or(submission.causation),
                     .payload = draft.payload},
                    {}};
    encoded.bytes = registry::encode(encoded.event);
    HERALD_CHECK(check_event_size(encoded.event, encoded.bytes.size()));
    HERALD_CHECK(check_reading_back(encoded.event, encoded.bytes));
    bytes += encoded.bytes.size();
    events.push_back(std::move(encoded));
  }
  HERALD_CHECK(check_size(bytes));
  return events;
}

// The wall clock may step back; recorded time does not.
Timestamp Batch::now() const {
  return std::max(last_time_, around_.clock.now());
}

Result<Recorded> Batch::write(const Submission& submission, const registry::Decision& decision,
                              const std::vector<Encoded>& events) {
  Recorded recorded;
  recorded.created = decision.created;
  recorded.answer = decision.answer;
  if (!events.empty()) {
    recorded.first = Sequence(events.front().event.sequence);
    recorded.last = Sequence(events.back().event.sequence);
  }
  for (const Encoded& encoded : events) HERALD_CHECK(append(encoded));
  if (!events.empty()) HERALD_CHECK(log_->keep_together(recorded.first));
  HERALD_CHECK(remember(submission, recorded));
  if (const auto& change = submission.position) {
    changed_ = true;
    HERALD_CHECK(log_->set_position(change->follower, change->to));
  }
  return recorded;
}

Result<void> Batch::append(const Encoded& encoded) {
  changed_ = true;
  HERALD_CHECK(log_->append(encoded.event.subject(), encoded.event.time, encoded.bytes));
  if (!head_.apply(encoded.event)) return head_is_full();
  ++events_;
  bytes_ += encoded.bytes.size();
  last_time_ = encoded.event.time;
  stand_.sequence = Sequence(encoded.event.sequence);
  return {};
}

Result<void> Batch::remember(const Submission& submission, const Recorded& recorded) {
  if (!submission.idempotency) return {};
  changed_ = true;
  remembered_.emplace(submission.actor.id, submission.idempotency->key);
  const bool is_kept = recorded.answer.size() <= limits::kMaxIdempotentAnswerBytes;
  return log_->put_idempotency(submission.actor.id, submission.idempotency->key,
                               {.request = submission.idempotency->request,
                                .first = recorded.first,
                                .last = recorded.last,
                                .created = recorded.created,
                                .answer = is_kept ? recorded.answer : std::string(),
                                .recorded = now()});
}

eventstore::LogBatch::Committed Batch::commit_log() {
  stand_.leaf = log_->leaf_hash(stand_.sequence).value_or(Digest());
  return log_->commit();
}

Result<void> Batch::commit_head() {
  if (events_ == 0) return {};
  return head_.commit(stand_);
}

}  // namespace herald::recorder
