#include "automations/sweeper.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "automations/positions.h"
#include "base/limits.h"
#include "recorder/decoding.h"
#include "registry/digests.h"
#include "registry/event.h"
#include "work/deliveries.h"
#include "work/directory.h"
#include "work/erasure.h"
#include "work/loose.h"
#include "work/texts.h"
#include "work/tokens.h"

namespace herald::automations {
namespace {

using recorder::Recording;
using work::Store;
using work::Tables;

constexpr std::uint64_t kBeforeASweep = 2;  // periods that a row stays loose

// Whatever the event's type is: a digest that its bytes hold is one that it names, and a text that is kept although only
// somebody's sentence holds its digest does no harm.
void texts_named_by(std::string_view bytes, const Store& store, std::vector<Store::Job>& jobs) {
  for (const Digest& digest : registry::digests_named_in(bytes)) {
    if (!work::is_loose(store, work::Loose::text, digest.bytes())) continue;
    jobs.push_back([digest](lmdb::WriteTxn& txn, const Tables& tables) {
      return work::text_is_named(txn, tables, digest);
    });
  }
}

// What one event says of rows that are not found by a digest in its bytes.
class NamedRows {
 public:
  explicit NamedRows(std::vector<Store::Job>& jobs) : jobs_(jobs) {}

  void operator()(const registry::SecretSet& fact) {
    add([fact](auto& txn, auto& tables) {
      return work::secret_is_named(txn, tables, fact.secret, fact.number);
    });
  }
  void operator()(const registry::SecretRemoved& fact) {
    add([fact](auto& txn, auto& tables) { return work::secret_is_removed(txn, tables, fact.secret); });
  }
  void operator()(const registry::PrincipalCreated& fact) { is_named(work::Loose::entry, fact.principal_id); }
  void operator()(const registry::PrincipalDescribed& fact) {
    add([fact](auto& txn, auto& tables) {
      return work::entry_is_changed(txn, tables, fact.principal_id, fact.from, fact.to);
    });
  }
  void operator()(const registry::TokenIssued& fact) { is_named(work::Loose::token, fact.token_id); }
  void operator()(const registry::TokenRevoked& fact) {
    add([fact](auto& txn, auto& tables) { return work::forget_token(txn, tables, fact.token_id); });
  }
  void operator()(const registry::ErasurePerformed& fact) {
    add([fact](auto& txn, auto& tables) { return work::carry_out(txn, tables, fact); });
  }
  void operator()(const auto&) {}

 private:
  template <class IdType>
  void is_named(work::Loose kind, const IdType& id) {
    add([kind, id](auto& txn, auto& tables) { return work::settle(txn, tables, kind, id.bytes()); });
  }
  void add(Store::Job job) { jobs_.push_back(std::move(job)); }

  std::vector<Store::Job>& jobs_;
};

// Most events are of no such type: they are not read any further.
bool may_name_rows(std::string_view bytes) {
  constexpr std::string_view kTypes[] = {"\"herald.secret.", "\"herald.principal.created.",
                                         "\"herald.principal.described.", "\"herald.token.",
                                         "\"herald.erasure."};
  return std::any_of(std::begin(kTypes), std::end(kTypes),
                     [&](std::string_view type) { return bytes.find(type) != std::string_view::npos; });
}

Result<void> rows_named_by(const Recording& recording, std::vector<Store::Job>& jobs) {
  if (!may_name_rows(recording.bytes)) return {};
  HERALD_TRY(const auto event, recorder::decode_known(recording));
  if (event) std::visit(NamedRows(jobs), event->payload);
  return {};
}

bool may_take_rows_away(std::string_view bytes) {
  return bytes.find("\"herald.erasure.") != std::string_view::npos ||
         bytes.find("\"herald.token.revoked.") != std::string_view::npos;
}

}  // namespace

Result<void> carry_out_unread_erasures(const work::StoreOptions& options, const eventstore::Log& log) {
  HERALD_TRY(const auto store, Store::open(options));
  Result<void> done;
  std::vector<registry::Payload> facts;
  const auto carry_out = [&] {
    done = store->run([&facts](lmdb::WriteTxn& txn, const Tables& tables) -> Result<void> {
      for (const registry::Payload& fact : facts) HERALD_CHECK(work::take_away(txn, tables, fact));
      return {};
    });
    facts.clear();
    return done.has_value();
  };
  const auto events = log.read();
  events.scan(work::position_of(*store, kSweeperFollower).next(), [&](Sequence, std::string_view bytes) {
    if (!may_take_rows_away(bytes)) return true;
    // What cannot be read is the sweeper's to say.
    if (auto event = registry::decode(bytes)) facts.push_back(std::move(event->payload));
    return facts.size() < limits::kMaxJobsPerBatch || carry_out();
  });
  if (done && !facts.empty()) carry_out();
  return done;
}

Sweeper::Sweeper(work::Store& work, const eventstore::Log& log, const Clock& clock)
    : work_(work), log_(log), clock_(clock) {}

Result<void> Sweeper::start() {
  done_ = work::position_of(work_, kSweeperFollower);
  // A log that was brought back from a backup may be shorter than what this store has seen of it.
  if (done_ > log_.last()) HERALD_CHECK(keep({}, log_.last()));
  HERALD_CHECK(begin_periods(kBeforeASweep));
  return sweep_when_read();
}

Result<void> Sweeper::apply(std::span<const Recording> events, std::stop_token) {
  if (clock_.steady() - period_ >= limits::kSweepPeriod) HERALD_CHECK(begin_periods(1));
  std::vector<Store::Job> jobs;
  for (const Recording& recording : events) {
    texts_named_by(recording.bytes, work_, jobs);
    HERALD_CHECK(rows_named_by(recording, jobs));
  }
  if (!events.empty()) HERALD_CHECK(keep(std::move(jobs), events.back().sequence));
  return sweep_when_read();
}

// A position without jobs is kept at most once a second: to read an event again costs nothing.
Result<void> Sweeper::keep(std::vector<Store::Job> jobs, Sequence position) {
  const auto now = clock_.steady();
  if (!jobs.empty() || position < done_ || now - kept_ >= kPositionKept) {
    HERALD_CHECK(work_.run([&](lmdb::WriteTxn& txn, const Tables& tables) -> Result<void> {
      for (const Store::Job& job : jobs) HERALD_CHECK(job(txn, tables));
      return work::put_position(txn, tables, kSweeperFollower, position);
    }));
    kept_ = now;
  }
  done_ = position;
  return {};
}

Result<void> Sweeper::begin_periods(std::uint64_t count) {
  HERALD_CHECK(work_.run(
      [count](lmdb::WriteTxn& txn, const Tables& tables) { return work::pass_periods(txn, tables, count); }));
  period_ = clock_.steady();
  sweep_at_ = log_.last();
  return {};
}

Result<void> Sweeper::sweep_when_read() {
  while (sweep_at_ && done_ >= *sweep_at_) {
    std::size_t swept = 0;
    HERALD_CHECK(work_.run([&swept](lmdb::WriteTxn& txn, const Tables& tables) -> Result<void> {
      HERALD_TRY(swept, work::sweep(txn, tables));
      return {};
    }));
    if (swept < limits::kMaxRowsSweptAtOnce) sweep_at_.reset();
  }
  return {};
}

}  // namespace herald::automations
