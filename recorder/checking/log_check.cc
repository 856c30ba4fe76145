#include "recorder/checking/log_check.h"

#include <algorithm>
#include <limits>

#include "eventstore/format.h"
#include "recorder/checking/frontier.h"

namespace herald::recorder::checking {
namespace {

namespace format = eventstore::format;

constexpr std::uint64_t kEventsBetweenProgress = 10'000;

eventstore::LogTables tables_of(lmdb::Environment& environment) {
  const auto table = [&](const char* name) { return environment.table(name).value(); };
  return {table("meta"),    table("events"),      table("leaves"),           table("nodes"),
          table("streams"), table("idempotency"), table("idempotency_ages"), table("positions"),
          table("commands")};
}

// How many nodes the tree over `size` leaves stores.
std::uint64_t stored_nodes(std::uint64_t size) {
  std::uint64_t nodes = 0;
  for (std::uint64_t full = size / 256; full > 0; full /= 256) nodes += full;
  return nodes;
}

}  // namespace

// One pass over the events, in one snapshot.
class LogCheck::Events {
 public:
  Events(LogCheck& check, const std::function<void(const registry::Event&)>& visit)
      : check_(check), visit_(visit), txn_(check.log_.environment().read()) {}

  void run() {
    walk(txn_, check_.tables_.events, "events", check_.findings_,
         [&](const lmdb::Entry& entry) { check_event(entry); });
    check_.report_.events = frontier_.size();
    check_.report_.root = frontier_.root().hex();
    check_.tell(Sequence(frontier_.size()), txn_.entries(check_.tables_.events));
    check_count("leaves", check_.tables_.leaves, frontier_.size());
    check_count("nodes", check_.tables_.nodes, stored_nodes(frontier_.size()));
    check_count("streams", check_.tables_.streams, frontier_.size());
    check_root();
  }

 private:
  void found(std::string what) { check_.findings_.add(event_place(at_), std::move(what)); }

  void check_event(const lmdb::Entry& entry) {
    const Sequence expected = at_.next();
    at_ = format::decode_sequence(entry.key);
    if (at_ != expected) found(fmt::format("it stands where event {} should be", expected.value()));
    check_leaf(entry.value);
    check_meaning(entry.value);
    if (at_.value() % kEventsBetweenProgress == 0) check_.tell(at_, txn_.entries(check_.tables_.events));
  }

  void check_leaf(std::string_view bytes) {
    const Digest hash = Frontier::leaf(bytes);
    frontier_.add(hash, [&](auto level, auto index, const Digest& root) { check_node(level, index, root); });
    leaf_time_.reset();
    const auto stored = txn_.get(check_.tables_.leaves, format::sequence_key(at_));
    if (!stored) {
      found("it has no leaf in the tree");
    } else {
      const format::Leaf leaf = format::decode_leaf(*stored);
      leaf_time_ = leaf.recorded;
      if (leaf.hash != hash)
        found("its leaf is not the hash of its bytes: the event or the leaf was changed");
    }
  }

  void check_node(std::uint8_t level, std::uint64_t index, const Digest& root) {
    const auto stored = txn_.get(check_.tables_.nodes, format::node_key(level, index));
    if (!stored || *stored != root.bytes()) {
      check_.findings_.add(fmt::format("tree, node {} of level {}", index, level),
                           stored ? "it is not the hash of what is below it" : "it is not there");
    }
  }

  void check_meaning(std::string_view bytes) {
    const auto event = registry::decode(bytes);
    if (!event) return found("it cannot be read: " + event.error().message);
    if (registry::encode(*event) != bytes) found("its bytes are not those that this event is written as");
    if (event->sequence != at_.value()) found(fmt::format("it says that it is event {}", event->sequence));
    if (event->source != check_.log_.origin())
      found(fmt::format("it says that it is of the log {}", event->source));
    check_time(event->time);
    if (!txn_.get(check_.tables_.streams, format::stream_key(event->subject(), at_)))
      found(fmt::format("it is missing in the stream {}", event->subject()));
    visit_(*event);
  }

  void check_time(Timestamp time) {
    if (time < last_time_) found("its time is before that of the event before it");
    if (leaf_time_ && *leaf_time_ != time) found("its leaf names another time");
    last_time_ = time;
  }

  void check_count(const std::string& where, lmdb::Table table, std::uint64_t expected) {
    const std::uint64_t entries = txn_.entries(table);
    if (entries != expected)
      check_.findings_.add(where, fmt::format("there are {} where the events make {}", entries, expected));
  }

  // What the server would prove with.
  void check_root() {
    if (check_.log_.read().root(frontier_.size()) != frontier_.root())
      check_.findings_.add("tree", "its root is not the one that the events have");
  }

  LogCheck& check_;
  const std::function<void(const registry::Event&)>& visit_;
  lmdb::ReadTxn txn_;
  Frontier frontier_;
  Sequence at_;
  Timestamp last_time_{std::numeric_limits<std::int64_t>::min()};
  std::optional<Timestamp> leaf_time_;
};

LogCheck::LogCheck(eventstore::Log& log, FsckReport& report, Findings& findings, const Progress& progress)
    : log_(log),
      report_(report),
      progress_(progress),
      findings_(findings),
      tables_(tables_of(log.environment())) {}

void LogCheck::tell(Sequence checked, std::uint64_t of) const {
  if (progress_) progress_(checked, Sequence(of));
}

void LogCheck::check_events(const std::function<void(const registry::Event&)>& visit) {
  Events(*this, visit).run();
}

void LogCheck::check_records() {
  const lmdb::ReadTxn txn = log_.environment().read();
  const Sequence last = log_.last();
  walk(txn, tables_.idempotency, "idempotency", findings_, [&](const lmdb::Entry& entry) {
    const auto record = format::decode_record(entry.value);
    const std::string where = "idempotency record " + to_hex(entry.key);
    if (record.first > record.last || record.last > last ||
        (record.first.value() == 0) != (record.last.value() == 0)) {
      findings_.add(where, fmt::format("it names the events {} to {}, and the log has {}",
                                       record.first.value(), record.last.value(), last.value()));
    }
    if (!txn.get(tables_.idempotency_ages, format::age_key(record.recorded, entry.key)))
      findings_.add(where, "its age is missing, so it would never be forgotten");
  });
  if (txn.entries(tables_.idempotency) != txn.entries(tables_.idempotency_ages))
    findings_.add("idempotency", "there are not as many ages as records");
  walk(txn, tables_.positions, "positions", findings_, [&](const lmdb::Entry& entry) {
    const Sequence position = format::decode_sequence(entry.value);
    if (position > last) {
      findings_.add(fmt::format("position of {}", entry.key),
                    fmt::format("it is {}, and the log ends at {}", position.value(), last.value()));
    }
  });
  Sequence before;
  walk(txn, tables_.commands, "commands", findings_, [&](const lmdb::Entry& entry) {
    const Sequence first = format::decode_sequence(entry.key);
    const Sequence end = format::decode_sequence(entry.value);
    if (first <= before || end <= first || end > last) {
      findings_.add(fmt::format("command of event {}", first.value()),
                    fmt::format("it ends at event {}, the one before it at {}, and the log at {}",
                                end.value(), before.value(), last.value()));
    }
    before = std::max(before, end);
  });
}

}  // namespace herald::recorder::checking
