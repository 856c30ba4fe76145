// The schedule of deliveries that are open, and every attempt of every delivery. Rows of the schedule go when the
// outcome is an event; attempts stay for kAttemptsKept.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "registry/facts.h"
#include "work/store.h"

namespace herald::work {

struct ScheduleRow {
  registry::DeliveryId delivery_id;
  Timestamp due;                    // not before
  Timestamp written;                // when this row was; a clock that was set back since is noticed by it
  std::uint32_t attempts = 0;       // made so far, those before a replay included
  std::uint32_t before_replay = 0;  // of them, those that the schedule does not count
  // An outcome that is final but not yet an event: it is recorded again after a crash, never sent again.
  std::optional<std::string> outcome;  // "succeeded" or "exhausted"
  std::uint32_t status = 0;
  std::string error;
};
BOOST_DESCRIBE_STRUCT(ScheduleRow, (),
                      (delivery_id, due, written, attempts, before_replay, outcome, status, error))

struct Attempt {
  registry::DeliveryId delivery_id;
  std::uint32_t number = 0;  // from 1
  Timestamp started;
  std::uint32_t duration_ms = 0;
  std::string target;        // scheme://host:port, without path or query: they may be secrets
  std::uint32_t status = 0;  // HTTP status; 0: none came
  std::string
      error_class;  // "", dns, connect, refused-address, tls, timeout, protocol, status, rejected, too-large, configuration
  std::string error;              // a sentence, redacted
  std::string request_body;       // cut to kMaxKeptBodyBytes
  std::string response_body;      // cut to kMaxKeptBodyBytes
  std::optional<Timestamp> next;  // when the next attempt is due; absent: none
};
BOOST_DESCRIBE_STRUCT(Attempt, (),
                      (delivery_id, number, started, duration_ms, target, status, error_class, error,
                       request_body, response_body, next))

// What is kept of text from outside: at most so many bytes, cut between characters, and UTF-8 whatever came.
std::string kept_text(std::string_view text, std::size_t most_bytes);

// For jobs (on the store's thread):
Result<void> put_schedule(lmdb::WriteTxn& txn, const Tables& tables, const ScheduleRow& row);
// Erases this very row: one that was written for the same delivery since (by a replay) stays.
Result<void> erase_schedule(lmdb::WriteTxn& txn, const Tables& tables, const ScheduleRow& row);
// Bodies are kept_text() of kMaxKeptBodyBytes. Also forgets up to kAttemptsPrunedPerWrite
// attempts that started kAttemptsKept before this one.
Result<void> put_attempt(lmdb::WriteTxn& txn, const Tables& tables, const Attempt& attempt);
Result<void> put_position(lmdb::WriteTxn& txn, const Tables& tables, std::string_view follower,
                          Sequence sequence);

// For readers:
std::optional<ScheduleRow> find_schedule(const Store& store, registry::DeliveryId id);
// Those due first, first.
std::vector<ScheduleRow> all_scheduled(const Store& store);
// In the order in which they were made.
std::vector<Attempt> attempts_of(const Store& store, registry::DeliveryId id);
// The same, of which the newest are as many as a page has room for (limits::kMaxPageSize, kMaxPageBytes as they are stored).
struct NewestAttempts {
  std::vector<Attempt> attempts;
  bool more = false;  // there are older ones
};
NewestAttempts newest_attempts_of(const Store& store, registry::DeliveryId id);
// Zero for a follower that never stored one.
Sequence position_of(const Store& store, std::string_view follower);

}  // namespace herald::work
