#include <limits>

#include "base/fail_point.h"
#include "base/limits.h"
#include "eventstore/format.h"
#include "eventstore/log.h"
#include "eventstore/log_impl.h"
#include "eventstore/require.h"

namespace herald::eventstore {
namespace {

constexpr std::uint64_t kTileWidth = 256;

// After a commit that met a full disk: whether the next snapshot is the one that the batch was to make.
// Throws when the environment can no longer be read.
bool became_visible(const lmdb::Environment& environment, std::uint64_t transaction) {
  return environment.read().id() >= transaction;
}

LogBatch::Committed judge(const lmdb::Environment& environment, const lmdb::WriteTxn::CommitFailure& failure,
                          std::uint64_t transaction) {
  if (!failure.full) return {LogBatch::Outcome::unknown, failure.text};
  try {
    if (became_visible(environment, transaction)) return {LogBatch::Outcome::durable, {}};
    return {LogBatch::Outcome::nothing, failure.text};
  } catch (const std::runtime_error& unreadable) {
    return {LogBatch::Outcome::unknown, failure.text + "; " + unreadable.what()};
  }
}

}  // namespace

struct LogBatch::State {
  State(Log::Impl& log, lmdb::WriteTxn begun) : log(log), txn(std::move(begun)), id(txn.id()) {}

  Result<void> put_nodes_that_are_complete(const StoredHash& stored);
  Result<void> replace_record(const std::string& key, const IdempotencyRecord& record);
  Result<void> forget_old_records();

  // Runs a write unless one has failed before: LMDB takes no more after that.
  template <class Write>
  Result<void> attempt(Write&& write) {
    if (failed) return *failed;
    Result<void> result = write();
    if (!result) failed = result.error();
    return result;
  }

  Log::Impl& log;
  lmdb::WriteTxn txn;
  std::uint64_t id;
  std::uint64_t last = 0;
  Timestamp last_time;
  std::optional<Error> failed;
};

Result<std::unique_ptr<LogBatch>> Log::begin() {
  HERALD_TRY(lmdb::WriteTxn txn, impl_->environment->write());
  auto state = std::make_unique<LogBatch::State>(*impl_, std::move(txn));
  return std::unique_ptr<LogBatch>(new LogBatch(*this, std::move(state)));
}

LogBatch::LogBatch(Log& log, std::unique_ptr<State> state)
    : LogView(state->txn, log.impl_->tables), state_(std::move(state)) {
  state_->last = log.last().value();
  state_->last_time = time(log.last()).value_or(Timestamp(std::numeric_limits<std::int64_t>::min()));
}

LogBatch::~LogBatch() = default;

Sequence LogBatch::next() const {
  return Sequence(state_->last + 1);
}

Result<void> LogBatch::append(std::string_view subject, Timestamp time, std::string_view bytes) {
  require(!bytes.empty() && bytes.size() <= limits::kMaxEventBytes, "an event has 1 to 65,535 bytes");
  require(time >= state_->last_time, "an event is not recorded before the one that it follows");
  const Sequence sequence = next();
  const std::string key = format::sequence_key(sequence);
  const std::string stream = format::stream_key(subject, sequence);
  return state_->attempt([&]() -> Result<void> {
    lmdb::WriteTxn& txn = state_->txn;
    HERALD_CHECK(txn.append(tables_->events, key, bytes));
    HERALD_CHECK(txn.append(tables_->leaves, key, format::encode(format::Leaf{merkle_leaf(bytes), time})));
    HERALD_CHECK(txn.put(tables_->streams, stream, {}));
    state_->last = sequence.value();
    state_->last_time = time;
    return state_->put_nodes_that_are_complete(
        [this](auto level, auto index) { return stored_hash(level, index); });
  });
}

// A node of level l is complete with every 256^l-th event. Its halves are made of what is stored below it.
Result<void> LogBatch::State::put_nodes_that_are_complete(const StoredHash& stored) {
  std::uint64_t width = kTileWidth;
  for (std::uint8_t level = 1; last % width == 0; ++level, width *= kTileWidth) {
    const std::uint64_t middle = last - width / 2;
    const Digest node =
        merkle_node(merkle_range(last - width, middle, stored), merkle_range(middle, last, stored));
    HERALD_CHECK(txn.put(log.tables.nodes, format::node_key(level, last / width - 1), node.bytes()));
  }
  return {};
}

Result<void> LogBatch::keep_together(Sequence first) {
  require(first.value() > state_->log.last && first.value() <= state_->last,
          "a command's events are of this batch");
  if (first.value() == state_->last) return {};
  return state_->attempt([&] {
    return state_->txn.append(tables_->commands, format::sequence_key(first),
                              format::sequence_key(Sequence(state_->last)));
  });
}

Result<void> LogBatch::put_idempotency(std::string_view actor, std::string_view key,
                                       const IdempotencyRecord& record) {
  return state_->attempt([&]() -> Result<void> {
    HERALD_CHECK(state_->replace_record(format::record_key(actor, key), record));
    return state_->forget_old_records();
  });
}

Result<void> LogBatch::State::replace_record(const std::string& key, const IdempotencyRecord& record) {
  const LogTables& tables = log.tables;
  if (const auto before = txn.get(tables.idempotency, key)) {
    HERALD_CHECK(
        txn.erase(tables.idempotency_ages, format::age_key(format::decode_record(*before).recorded, key)));
  }
  HERALD_CHECK(txn.put(tables.idempotency, key, format::encode(record)));
  return txn.put(tables.idempotency_ages, format::age_key(record.recorded, key), {});
}

Result<void> LogBatch::State::forget_old_records() {
  const LogTables& tables = log.tables;
  const Timestamp kept_since = log.clock.now().plus(-limits::kIdempotencyWindow);
  for (std::size_t forgotten = 0; forgotten < limits::kIdempotencyPrunedPerRecord; ++forgotten) {
    const auto oldest = txn.cursor(tables.idempotency_ages).first();
    if (!oldest || format::decode_time(oldest->key.substr(0, 8)) >= kept_since) return {};
    const std::string age_key(oldest->key);
    HERALD_CHECK(txn.erase(tables.idempotency_ages, age_key));
    HERALD_CHECK(txn.erase(tables.idempotency, age_key.substr(8)));
  }
  return {};
}

Result<void> LogBatch::set_position(std::string_view follower, Sequence sequence) {
  return state_->attempt(
      [&] { return state_->txn.put(tables_->positions, follower, format::sequence_key(sequence)); });
}

LogBatch::Committed LogBatch::commit() {
  if (state_->failed) return {Outcome::nothing, state_->failed->message};
  if (fail_point("log.before_commit")) return {Outcome::nothing, "fail point log.before_commit"};
  const auto failure = state_->txn.commit();
  if (fail_point("log.after_commit")) return {Outcome::unknown, "fail point log.after_commit"};
  const Committed committed =
      failure ? judge(*state_->log.environment, *failure, state_->id) : Committed{Outcome::durable, {}};
  if (committed.outcome == Outcome::durable) state_->log.last.store(state_->last, std::memory_order_release);
  return committed;
}

}  // namespace herald::eventstore
