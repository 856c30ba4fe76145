#include "automations/dispatcher.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "automations/positions.h"
#include "automations/sending.h"
#include "recorder/decoding.h"
#include "registry/event.h"
#include "work/deliveries.h"

namespace herald::automations {
namespace {

using recorder::Recording;
using registry::DeliveryId;
using registry::DeliveryRecord;

bool may_plan(std::string_view bytes) {
  return bytes.find("automation.triggered") != std::string_view::npos ||
         bytes.find("delivery.replayed") != std::string_view::npos;
}

// The deliveries that an event plans, for the first time or anew.
Result<std::vector<DeliveryId>> planned_by(const Recording& recording) {
  std::vector<DeliveryId> planned;
  if (!may_plan(recording.bytes)) return planned;
  HERALD_TRY(const auto event, recorder::decode_known(recording));
  if (!event) return planned;
  if (const auto* triggered = std::get_if<registry::AutomationTriggered>(&event->payload)) {
    for (const registry::PlannedDelivery& delivery : triggered->deliveries)
      planned.push_back(delivery.delivery_id);
  } else if (const auto* replayed = std::get_if<registry::DeliveryReplayed>(&event->payload)) {
    planned.push_back(replayed->delivery_id);
  }
  return planned;
}

work::ScheduleRow row_of(DeliveryId id, std::uint32_t attempts, Timestamp now) {
  work::ScheduleRow row;
  row.delivery_id = id;
  row.due = row.written = now;
  row.attempts = row.before_replay = attempts;
  return row;
}

}  // namespace

class Dispatcher::Impl {
 public:
  Impl(const Parts& parts, const Options& options)
      : parts_(parts),
        preparing_(parts.log, parts.head, parts.views, parts.work, parts.secrets, options.public_url),
        sending_({parts.recorder, parts.projected, parts.work, parts.sender, parts.clock}, preparing_,
                 options.schedule, options.stop_grace) {}

  Result<void> start() {
    HERALD_CHECK(step_back_to_the_log());
    HERALD_CHECK(schedule_what_is_open());
    sending_.scheduled(work::all_scheduled(parts_.work));
    sending_.start();
    return {};
  }

  void stop() { sending_.stop(); }

  Sequence position() const { return done_; }

  Result<void> apply(std::span<const Recording> events) {
    std::vector<work::ScheduleRow> rows;
    for (const Recording& recording : events) {
      HERALD_TRY(const std::vector<DeliveryId> planned, planned_by(recording));
      add_rows(planned, recording.sequence, rows);
    }
    if (!events.empty()) HERALD_CHECK(keep(rows, events.back().sequence));
    sending_.scheduled(std::move(rows));
    return {};
  }

  Stats stats() const {
    const Sending::Counts& counts = sending_.counts();
    return {counts.open,      counts.in_flight,       counts.attempts,
            counts.succeeded, counts.failed_attempts, counts.exhausted};
  }

 private:
  // A log that was brought back from a backup may be shorter than what this store has seen of it.
  Result<void> step_back_to_the_log() {
    done_ = work::position_of(parts_.work, kDispatcherFollower);
    const Sequence last = parts_.log.last();
    if (done_ > last) HERALD_CHECK(keep({}, last));
    return {};
  }

  // Those up to the position; what was planned after it comes by apply().
  Result<void> schedule_what_is_open() {
    std::unordered_set<DeliveryId> known;
    for (const work::ScheduleRow& row : work::all_scheduled(parts_.work)) known.insert(row.delivery_id);
    std::vector<work::ScheduleRow> rows;
    const projections::HeadReader head(parts_.head);
    head.scan(registry::Table::deliveries, {}, {}, [&](std::string_view, std::string_view bytes) {
      const auto delivery = record::decode<DeliveryRecord>(bytes);
      const bool reached = Sequence(delivery.triggered_sequence) <= done_;
      if (reached && is_open(delivery) && !known.contains(delivery.id)) {
        rows.push_back(row_of(delivery.id, last_attempt(delivery), parts_.clock.now()));
      }
      return true;
    });
    return rows.empty() ? Result<void>() : keep(rows, done_);
  }

  // Only what the head still holds open, for this very event: one that is read again after a crash plans nothing twice.
  void add_rows(const std::vector<DeliveryId>& planned, Sequence sequence,
                std::vector<work::ScheduleRow>& rows) const {
    for (const DeliveryId id : planned) {
      const auto delivery = preparing_.find(id);
      if (!delivery || !is_open(*delivery) || Sequence(delivery->triggered_sequence) != sequence) continue;
      rows.push_back(row_of(id, last_attempt(*delivery), parts_.clock.now()));
    }
  }

  // Attempts go on counting when a delivery is scheduled anew.
  std::uint32_t last_attempt(const DeliveryRecord& delivery) const {
    const auto attempts = work::attempts_of(parts_.work, delivery.id);
    return std::max(delivery.attempts, attempts.empty() ? 0 : attempts.back().number);
  }

  // A position without rows is kept at most once a second: to read an event again costs nothing.
  Result<void> keep(const std::vector<work::ScheduleRow>& rows, Sequence position) {
    const auto now = parts_.clock.steady();
    if (!rows.empty() || position < done_ || now - kept_ >= kPositionKept) {
      HERALD_CHECK(parts_.work.run([&](lmdb::WriteTxn& txn, const work::Tables& tables) -> Result<void> {
        for (const work::ScheduleRow& row : rows) HERALD_CHECK(work::put_schedule(txn, tables, row));
        return work::put_position(txn, tables, kDispatcherFollower, position);
      }));
      kept_ = now;
    }
    done_ = position;
    return {};
  }

  const Parts parts_;
  const Preparing preparing_;
  Sequence done_;
  std::chrono::steady_clock::time_point kept_{};
  Sending sending_;
};

Dispatcher::Dispatcher(Parts parts, Options options) : impl_(std::make_unique<Impl>(parts, options)) {}
Dispatcher::~Dispatcher() {
  stop();
}

Result<void> Dispatcher::start() {
  return impl_->start();
}
void Dispatcher::stop() {
  impl_->stop();
}
Sequence Dispatcher::position() {
  return impl_->position();
}
Result<void> Dispatcher::apply(std::span<const Recording> events, std::stop_token) {
  return impl_->apply(events);
}
Dispatcher::Stats Dispatcher::stats() const {
  return impl_->stats();
}

}  // namespace herald::automations
