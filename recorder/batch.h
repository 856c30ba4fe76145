// One commit's worth of commands, decided one after the other inside an open transaction of the log and one
// of the head, so that each sees what those before it did. A refused command leaves no trace. One thread.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "eventstore/log.h"
#include "projections/head.h"
#include "recorder/recorder.h"
#include "registry/event.h"

namespace herald::recorder {

// Whether `now` is the request that the key was first used with. Errors: idempotency_mismatch.
Result<void> check_same_request(const eventstore::IdempotencyRecord& first, const Idempotency& now);
// The answer that the log knows for the submission's idempotency key: its first one, or why it is another request.
std::optional<Result<Recorded>> known_answer(const eventstore::LogView& log, const Submission& submission);

class Batch {
 public:
  struct Surroundings {  // borrowed
    const std::string& origin;
    projections::Head& head;
    const Clock& clock;
    IdSource& ids;
  };
  // `no_writes`: why nothing may be recorded now; the answers that the log already knows are given all the
  // same.
  Batch(std::unique_ptr<eventstore::LogBatch> log, const Surroundings& surroundings,
        std::optional<Error> no_writes);

  // The answer, true only once commit_log() says durable.
  Result<Recorded> record(const Submission& submission);

  // Why the batch can only be dropped, when a write met a full map.
  const std::optional<Error>& lost() const { return lost_; }
  // The submission's idempotency key was first used in this very batch.
  bool remembers(const Submission& submission) const;
  // Nothing more fits.
  bool full() const;
  // There is something to commit.
  bool changed() const { return changed_; }
  std::uint64_t events() const { return events_; }

  eventstore::LogBatch::Committed commit_log();
  // After the log's. Does nothing when no event was made.
  Result<void> commit_head();
  // Of the last event in the log and in this batch.
  Sequence last() const { return stand_.sequence; }

 private:
  struct Encoded {
    registry::Event event;
    std::string bytes;
  };
  std::optional<Error> position_mismatch(const PositionChange& change) const;
  Result<std::vector<Encoded>> encode(const Submission& submission,
                                      const std::vector<registry::Draft>& drafts);
  Result<Recorded> write(const Submission& submission, const registry::Decision& decision,
                         const std::vector<Encoded>& events);
  Result<void> append(const Encoded& encoded);
  Result<void> remember(const Submission& submission, const Recorded& recorded);
  Timestamp now() const;

  std::unique_ptr<eventstore::LogBatch> log_;
  const Surroundings around_;
  projections::HeadBatch head_;
  const std::optional<Error> no_writes_;
  std::optional<Error> lost_;
  bool changed_ = false;
  std::set<std::pair<std::string, std::string>> remembered_;  // actor, key
  std::uint64_t events_ = 0;
  std::size_t bytes_ = 0;
  Timestamp last_time_;
  projections::Stand stand_;
};

}  // namespace herald::recorder
