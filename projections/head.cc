#include "projections/head.h"

#include <array>
#include <atomic>

#include "projections/reader_pool.h"
#include "projections/tables.h"
#include "registry/decide.h"

namespace herald::projections {
namespace {

// Those that registry::Access, and whether a token still opens anything, are read from.
bool tells_of_access(registry::Table table) {
  using registry::Table;
  return table == Table::principals || table == Table::teams_of || table == Table::roles ||
         table == Table::tokens;
}

static_assert(registry::kTableCount + 1 <= lmdb::Options::kTablesByDefault, "the head's tables and meta fit");

}  // namespace

class Head::Impl {
 public:
  explicit Impl(std::unique_ptr<lmdb::Environment> environment)
      : env(std::move(environment)), readers(*env) {}

  lmdb::Table table(registry::Table which) const { return tables[static_cast<std::size_t>(which)]; }

  std::unique_ptr<lmdb::Environment> env;
  std::array<lmdb::Table, registry::kTableCount> tables;
  lmdb::Table meta;
  ReaderPool readers;
  SharedStand stand;
  std::atomic<std::uint64_t> changes_of_access{0};
};

Head::Head(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Head::~Head() = default;

Result<std::unique_ptr<Head>> Head::open(const StoreOptions& options) {
  HERALD_TRY(auto environment,
             lmdb::Environment::open(
                 {.path = options.path, .map_size = options.map_size, .sync = lmdb::Sync::none}));
  auto impl = std::make_unique<Impl>(std::move(environment));
  for (std::size_t i = 0; i < registry::kTableCount; ++i) {
    const std::string name(to_string(static_cast<registry::Table>(i)));
    HERALD_TRY(impl->tables[i], impl->env->table(name.c_str()));
  }
  HERALD_TRY(impl->meta, impl->env->table("meta"));
  impl->stand.set(read_stand(impl->env->read(), impl->meta));
  return std::unique_ptr<Head>(new Head(std::move(impl)));
}

Stand Head::stand() const {
  return impl_->stand.get();
}
std::uint64_t Head::changes_of_access() const {
  return impl_->changes_of_access.load();
}
lmdb::Environment& Head::environment() {
  return *impl_->env;
}

// ---- reading ----

struct HeadReader::State {
  explicit State(Head::Impl& head) : head(head), reader(head.readers) {}
  Head::Impl& head;
  ReaderPool::Reader reader;
};

HeadReader::HeadReader(const Head& head) : state_(new State(*head.impl_)) {}
HeadReader::~HeadReader() = default;

std::optional<std::string> HeadReader::get(registry::Table table, std::string_view key) const {
  return owned(state_->reader.txn().get(state_->head.table(table), key));
}
void HeadReader::scan(registry::Table table, std::string_view prefix, std::string_view after,
                      const Visit& visit) const {
  scan_up(state_->reader.txn(), state_->head.table(table), prefix, after, visit);
}
void HeadReader::scan_back(registry::Table table, std::string_view prefix, std::string_view before,
                           const Visit& visit) const {
  scan_down(state_->reader.txn(), state_->head.table(table), prefix, before, visit);
}
Stand HeadReader::stand() const {
  return read_stand(state_->reader.txn(), state_->head.meta);
}

// ---- writing ----

struct HeadBatch::State {
  explicit State(Head::Impl& of) : head(of) {
    if (auto begun = of.env->write()) {
      begun_txn.emplace(std::move(*begun));
    } else {
      result = begun.error();
    }
  }

  Head::Impl& head;
  Result<void> result;  // the first failure
  bool changes_access = false;

  lmdb::WriteTxn& txn() {
    if (!begun_txn) throw std::logic_error("a batch that could not begin was used");
    return *begun_txn;
  }

  // LMDB refuses all further use of a transaction in which a write failed.
  void check(const Result<void>& written) {
    if (written) return;
    result = written;
    throw WriteFailed{written.error()};
  }

 private:
  std::optional<lmdb::WriteTxn> begun_txn;
};

HeadBatch::HeadBatch(Head& head) : state_(new State(*head.impl_)) {}
HeadBatch::~HeadBatch() = default;

std::optional<std::string> HeadBatch::get(registry::Table table, std::string_view key) const {
  return owned(state_->txn().get(state_->head.table(table), key));
}
void HeadBatch::scan(registry::Table table, std::string_view prefix, std::string_view after,
                     const Visit& visit) const {
  scan_up(state_->txn(), state_->head.table(table), prefix, after, visit);
}
void HeadBatch::scan_back(registry::Table table, std::string_view prefix, std::string_view before,
                          const Visit& visit) const {
  scan_down(state_->txn(), state_->head.table(table), prefix, before, visit);
}

void HeadBatch::put(registry::Table table, std::string_view key, std::string_view value) {
  state_->changes_access |= tells_of_access(table);
  state_->check(state_->txn().put(state_->head.table(table), key, value));
}

void HeadBatch::erase(registry::Table table, std::string_view key) {
  state_->changes_access |= tells_of_access(table);
  const auto erased = state_->txn().erase(state_->head.table(table), key);
  state_->check(erased ? Result<void>() : erased.error());
}

Result<void> HeadBatch::apply(const registry::Event& event) {
  HERALD_CHECK(state_->result);
  try {
    registry::evolve(*this, event);
  } catch (const WriteFailed& failure) {
    return failure.error;
  }
  return {};
}

bool HeadBatch::failed() const {
  return state_->result.has_error();
}

Result<void> HeadBatch::commit(const Stand& stand) {
  HERALD_CHECK(state_->result);
  HERALD_CHECK(write_stand(state_->txn(), state_->head.meta, stand));
  if (const auto failure = state_->txn().commit()) {
    state_->result = error(failure->full ? Cause::storage_full : Cause::unavailable,
                           "committing the head: " + failure->text);
    return state_->result;
  }
  if (state_->changes_access) ++state_->head.changes_of_access;
  state_->head.stand.set(stand);
  return {};
}

}  // namespace herald::projections
