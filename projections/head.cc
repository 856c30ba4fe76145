#include "projections/head.h"

#include <array>
#include <mutex>
#include <vector>

#include "projections/tables.h"

namespace herald::projections {
namespace {

constexpr std::string_view kStandKey = "stand";
// Spare read transactions that are kept: renewing one is several times cheaper than beginning one.
constexpr std::size_t kSpareReaders = 64;

Stand read_stand(const lmdb::Txn& txn, lmdb::Table meta) {
  const auto bytes = txn.get(meta, kStandKey);
  return bytes ? record::decode<Stand>(*bytes) : Stand{};
}

std::optional<std::string> owned(std::optional<std::string_view> bytes) {
  if (!bytes) return std::nullopt;
  return std::string(*bytes);
}

}  // namespace

class Head::Impl {
 public:
  std::unique_ptr<lmdb::Environment> env;
  std::array<lmdb::Table, registry::kTableCount> tables;
  lmdb::Table meta;

  lmdb::Table table(registry::Table which) const { return tables[static_cast<std::size_t>(which)]; }

  lmdb::ReadTxn take_reader() {
    std::unique_lock lock(mutex_);
    if (spare_.empty()) {
      lock.unlock();
      return env->read();
    }
    lmdb::ReadTxn txn = std::move(spare_.back());
    spare_.pop_back();
    lock.unlock();
    txn.renew();
    return txn;
  }

  void give_back(lmdb::ReadTxn txn) {
    txn.reset();
    const std::lock_guard lock(mutex_);
    if (spare_.size() < kSpareReaders) spare_.push_back(std::move(txn));
  }

  Stand stand() const {
    const std::lock_guard lock(mutex_);
    return stand_;
  }
  void set_stand(const Stand& stand) {
    const std::lock_guard lock(mutex_);
    stand_ = stand;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<lmdb::ReadTxn> spare_;  // after env: gone before it closes
  Stand stand_;
};

Head::Head(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Head::~Head() = default;

Result<std::unique_ptr<Head>> Head::open(const StoreOptions& options) {
  auto impl = std::make_unique<Impl>();
  HERALD_TRY(impl->env, lmdb::Environment::open(
                            {.path = options.path, .map_size = options.map_size, .sync = lmdb::Sync::none}));
  for (std::size_t i = 0; i < registry::kTableCount; ++i) {
    const std::string name(to_string(static_cast<registry::Table>(i)));
    HERALD_TRY(impl->tables[i], impl->env->table(name.c_str()));
  }
  HERALD_TRY(impl->meta, impl->env->table("meta"));
  impl->set_stand(read_stand(impl->env->read(), impl->meta));
  return std::unique_ptr<Head>(new Head(std::move(impl)));
}

Stand Head::stand() const {
  return impl_->stand();
}
lmdb::Environment& Head::environment() {
  return *impl_->env;
}

// ---- reading ----

struct HeadReader::State {
  Head::Impl& head;
  std::optional<lmdb::ReadTxn> txn;
};

HeadReader::HeadReader(const Head& head) : state_(new State{*head.impl_, head.impl_->take_reader()}) {}
HeadReader::~HeadReader() {
  state_->head.give_back(std::move(*state_->txn));
}

std::optional<std::string> HeadReader::get(registry::Table table, std::string_view key) const {
  return owned(state_->txn->get(state_->head.table(table), key));
}
void HeadReader::scan(registry::Table table, std::string_view prefix, std::string_view after,
                      const Visit& visit) const {
  scan_up(*state_->txn, state_->head.table(table), prefix, after, visit);
}
void HeadReader::scan_back(registry::Table table, std::string_view prefix, std::string_view before,
                           const Visit& visit) const {
  scan_down(*state_->txn, state_->head.table(table), prefix, before, visit);
}
Stand HeadReader::stand() const {
  return read_stand(*state_->txn, state_->head.meta);
}

// ---- writing ----

struct HeadBatch::State {
  Head::Impl& head;
  std::optional<lmdb::WriteTxn> txn;  // nothing when it could not begin
  Result<void> result;                // the first failure
};

HeadBatch::HeadBatch(Head& head) : state_(new State{*head.impl_, std::nullopt, {}}) {
  auto txn = head.impl_->env->write();
  if (txn) {
    state_->txn.emplace(std::move(*txn));
  } else {
    state_->result = txn.error();
  }
}
HeadBatch::~HeadBatch() = default;

std::optional<std::string> HeadBatch::get(registry::Table table, std::string_view key) const {
  if (!state_->txn) return std::nullopt;
  return owned(state_->txn->get(state_->head.table(table), key));
}
void HeadBatch::scan(registry::Table table, std::string_view prefix, std::string_view after,
                     const Visit& visit) const {
  if (state_->txn) scan_up(*state_->txn, state_->head.table(table), prefix, after, visit);
}
void HeadBatch::scan_back(registry::Table table, std::string_view prefix, std::string_view before,
                          const Visit& visit) const {
  if (state_->txn) scan_down(*state_->txn, state_->head.table(table), prefix, before, visit);
}

void HeadBatch::put(registry::Table table, std::string_view key, std::string_view value) {
  if (failed()) return;
  state_->result = state_->txn->put(state_->head.table(table), key, value);
}

void HeadBatch::erase(registry::Table table, std::string_view key) {
  if (failed()) return;
  if (const auto erased = state_->txn->erase(state_->head.table(table), key); !erased)
    state_->result = erased.error();
}

bool HeadBatch::failed() const {
  return state_->result.has_error();
}

Result<void> HeadBatch::commit(const Stand& stand) {
  HERALD_CHECK(state_->result);
  HERALD_CHECK(state_->txn->put(state_->head.meta, kStandKey, record::encode(stand)));
  if (const auto failure = state_->txn->commit()) {
    state_->result = error(Cause::unavailable, "committing the head: " + failure->text);
    return state_->result;
  }
  state_->head.set_stand(stand);
  return {};
}

}  // namespace herald::projections
