#include "eventstore/log.h"

#include <fmt/format.h>

#include "eventstore/format.h"
#include "eventstore/log_impl.h"

namespace herald::eventstore {
namespace {

Error unusable(const std::string& path, std::string_view why) {
  return error(Cause::unavailable, fmt::format("the log in {} cannot be used: {}", path, why));
}

// Nothing when this is a new environment, so that the caller makes a log of it.
Result<bool> is_a_log(const lmdb::ReadTxn& txn, lmdb::Table meta, const std::string& path) {
  const auto found = txn.get(meta, format::kMetaFormat);
  if (!found && txn.entries(meta) == 0) return false;
  if (found == format::kFormat) return true;
  if (!found || !found->starts_with("herald log "))
    return unusable(path, "this is no log, but something else in LMDB");
  return unusable(
      path, fmt::format("its format is \"{}\" and this version of Herald reads \"{}\": start the version "
                        "that wrote it",
                        *found, format::kFormat));
}

Result<LogTables> open_tables(lmdb::Environment& environment, lmdb::Table meta) {
  LogTables tables;
  tables.meta = meta;
  HERALD_TRY(tables.events, environment.table("events"));
  HERALD_TRY(tables.leaves, environment.table("leaves"));
  HERALD_TRY(tables.nodes, environment.table("nodes"));
  HERALD_TRY(tables.streams, environment.table("streams"));
  HERALD_TRY(tables.idempotency, environment.table("idempotency"));
  HERALD_TRY(tables.idempotency_ages, environment.table("idempotency_ages"));
  HERALD_TRY(tables.positions, environment.table("positions"));
  HERALD_TRY(tables.commands, environment.table("commands"));
  return tables;
}

Result<void> write_meta(lmdb::Environment& environment, lmdb::Table meta, const std::string& origin,
                        Timestamp now) {
  HERALD_TRY(lmdb::WriteTxn txn, environment.write());
  HERALD_CHECK(txn.put(meta, format::kMetaFormat, format::kFormat));
  HERALD_CHECK(txn.put(meta, format::kMetaOrigin, origin));
  HERALD_CHECK(txn.put(meta, format::kMetaCreated, format::encode(now)));
  if (const auto failure = txn.commit()) {
    return error(failure->full ? Cause::storage_full : Cause::unavailable,
                 fmt::format("making the log in {}: {}", environment.path(), failure->text));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Log>> Log::open(const LogOptions& options, const Clock& clock) {
  HERALD_TRY(auto environment, lmdb::Environment::open({.path = options.path, .map_size = options.map_size}));
  HERALD_TRY(const lmdb::Table meta, environment->table("meta"));
  HERALD_TRY(const bool exists, is_a_log(environment->read(), meta, options.path));
  if (!exists && options.origin.empty()) return unusable(options.path, "there is none yet");
  HERALD_TRY(const LogTables tables, open_tables(*environment, meta));
  if (!exists) HERALD_CHECK(write_meta(*environment, meta, options.origin, clock.now()));
  auto impl = std::make_unique<Impl>(std::move(environment), tables, clock);
  HERALD_CHECK(impl->load());
  return std::unique_ptr<Log>(new Log(std::move(impl)));
}

Result<void> Log::Impl::load() {
  const lmdb::ReadTxn txn = environment->read();
  const auto origin_bytes = txn.get(tables.meta, format::kMetaOrigin);
  const auto created_bytes = txn.get(tables.meta, format::kMetaCreated);
  if (!origin_bytes || !created_bytes)
    return unusable(environment->path(), "it does not say whose log it is");
  origin = std::string(*origin_bytes);
  created = format::decode_time(*created_bytes);

  const auto event = txn.cursor(tables.events).last();
  const auto leaf = txn.cursor(tables.leaves).last();
  last = event ? format::decode_sequence(event->key).value() : 0;
  const std::uint64_t leaves = leaf ? format::decode_sequence(leaf->key).value() : 0;
  if (last != leaves || last != txn.entries(tables.events) || last != txn.entries(tables.leaves)) {
    return unusable(environment->path(),
                    fmt::format("it is damaged: its last event is {}, its last leaf {}, and it "
                                "holds {} events and {} leaves; restore a backup",
                                last.load(), leaves, txn.entries(tables.events), txn.entries(tables.leaves)));
  }
  return {};
}

Log::Log(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Log::~Log() = default;

const std::string& Log::origin() const {
  return impl_->origin;
}
Timestamp Log::created() const {
  return impl_->created;
}
Sequence Log::last() const {
  return Sequence(impl_->last.load(std::memory_order_acquire));
}
lmdb::Environment::Usage Log::usage() const {
  return impl_->environment->usage();
}
lmdb::Environment& Log::environment() {
  return *impl_->environment;
}

LogReader Log::read() const {
  return LogReader(std::make_unique<lmdb::ReadTxn>(impl_->environment->read()), impl_->tables);
}

}  // namespace herald::eventstore
